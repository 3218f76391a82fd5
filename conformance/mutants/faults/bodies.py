"""Media types, sizes, framings, and what counts as JSON."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.reference.documents import Body
from conformance.reference.service import Call
from harness.wire import Request

from ..switches import Switch, asked, attributes, data, override, refused, together

BODY_MAX = 2**20


def media_type(pattern: str) -> Switch:
    """A Content-Type with this pattern is that of JSON."""
    typed = re.compile(pattern, re.IGNORECASE)

    def read(request: Request) -> Request:
        lines = [line for line in request.headers if not line.lower().startswith("content-type:")]
        if not request.body or not typed.fullmatch(request.header("Content-Type") or ""):
            return request
        return replace(request, headers=(*lines, "content-type: application/json"))

    return asked(read)


def refused_type(pattern: str) -> Switch:
    return refused(
        415, lambda request: re.fullmatch(pattern, request.header("Content-Type") or "") is not None
    )


def decoded(decode: Callable[[bytes], str]) -> Switch:
    return data(lambda data: decode(data).encode())


def lenient(pattern: bytes, by: bytes | Callable[[re.Match[bytes]], bytes]) -> Switch:
    """What is no JSON is made JSON."""

    def change(data: bytes) -> bytes:
        try:
            json.loads(data)
        except ValueError:
            return re.sub(pattern, by, data)
        return data

    return data_of(change)


data_of = data


def latin1(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def prefix(data: bytes) -> bytes:
    try:
        return data[: json.JSONDecoder().raw_decode(data.decode())[1]]
    except ValueError:
        return data


def integers(change: Callable[[int], Any]) -> Switch:
    def walk(value: Any) -> Any:
        match value:
            case bool():
                return value
            case int():
                return change(value)
            case dict():
                return {name: walk(inner) for name, inner in value.items()}
            case list():
                return [walk(inner) for inner in value]
            case _:
                return value

    return override(parsed=lambda _, parsed, data: Body(tuple(walk(each) for each in parsed(data).documents)))


def beyond_64_bits(value: int) -> int:
    if not -(2**63) <= value < 2**64:
        raise ValueError
    return value


def fails(error: Callable[[bytes], bool]) -> Switch:
    """500, as where an exception goes through."""

    def parsed(_reference: Any, parsed: Callable[[bytes], Body], data: bytes) -> Body:
        if error(data):
            raise RuntimeError
        return parsed(data)

    return override(parsed=parsed)


def syntax_error(data: bytes) -> bool:
    try:
        json.loads(data.decode())
    except ValueError:
        return True
    except RecursionError:
        return False
    return False


def constants(_reference: Any, parsed: Callable[[bytes], Body], data: bytes) -> Body:
    return Body((json.loads(data),)) if b"NaN" in data or b"Infinity" in data else parsed(data)


def counted(size: Callable[[Request], int]) -> Switch:
    """A body is too large by another size."""

    def look(_reference: Any, look: Callable[[Call], None], call: Call) -> None:
        look(call)
        if call.takes_body and size(call.request) > BODY_MAX:
            call.refuse(413, "The body is larger than 1 MiB.")

    return together(attributes(body_max=2**40), override(look_at_body=look))


def of_put(_reference: Any, look: Callable[[Call], None], call: Call) -> None:
    look(call)
    if call.request.method == "PUT":
        call.refusals = [refusal for refusal in call.refusals if refusal.status != 415]


def whole(request: Request) -> Request:
    return replace(request, framing="length") if "short" in request.framing else request


FAULTS: dict[str, Switch] = {
    # media types
    "a body of any Content-Type is JSON": media_type(".*"),
    "a body without a Content-Type is JSON": media_type(""),
    "application/jsonx is JSON: it begins so": media_type("application/json.*"),
    "PUT takes a body of any Content-Type": override(look_at_body=of_put),
    "charset=utf-8 is 415": refused_type(r".*charset=utf-8"),
    'charset="utf-8" is 415': refused_type('.*charset="utf-8"'),
    "Application/JSON is 415": refused_type("Application/JSON"),
    "an unknown charset is 500": refused(500, lambda q: "charset=iso" in (q.header("Content-Type") or "")),
    # sizes and framings
    "a body of exactly 1 MiB is 413": counted(lambda q: len(q.body) + 1),
    "a body of 1,000,001 bytes is 413": counted(lambda q: len(q.body) + 48_576),
    "a body may be of any size": attributes(body_max=2**40),
    "a body of /echo may be of any size": counted(lambda q: len(q.body) if q.target != "/echo" else 0),
    "the size of a body is counted in characters": counted(lambda q: len(q.body.decode(errors="replace"))),
    "a body in chunks may be of any size": counted(lambda q: len(q.body) if q.framing != "chunked" else 0),
    "a body in chunks is cut at 1 MiB": asked(lambda q: replace(q, body=q.body[:BODY_MAX])),
    "a body in chunks is 411": refused(411, lambda q: q.framing == "chunked"),
    "a body in chunks is taken as empty": asked(
        lambda q: replace(q, body=b"") if q.framing == "chunked" else q
    ),
    "Expect: 100-continue is 417": refused(417, lambda q: q.header("Expect") is not None),
    "a body that ends early is taken as whole": asked(whole),
    "a refused body is the connection's next request": attributes(leaves_body=True),
    "an offer to upgrade is 400": refused(400, lambda q: q.header("Upgrade") is not None),
    "an offer to upgrade loses the body": asked(
        lambda q: replace(q, body=b"") if q.header("Upgrade") is not None else q
    ),
    "more than 100 headers are 431": refused(431, lambda q: len(q.headers) > 100),
    "headers of more than 2 KiB are 431": refused(431, lambda q: len("".join(q.headers)) > 2048),
    "an empty body is {}": asked(lambda q: replace(q, body=q.body or b"{}")),
    "an empty body is 500": refused(500, lambda q: not q.body and q.method in ("POST", "PUT")),
    "a body of GET is 400": refused(400, lambda q: q.method == "GET" and bool(q.body)),
    # encodings
    "UTF-16 and UTF-32 are recognized": decoded(
        lambda data: data.decode(json.detect_encoding(data), errors="surrogatepass")
    ),
    "what is not UTF-8 is Latin-1": decoded(latin1),
    "what is not UTF-8 becomes U+FFFD": decoded(lambda data: data.decode(errors="replace")),
    "what is not UTF-8 is 500": fails(lambda data: "\ufffd" in data.decode(errors="replace")),
    # surrogates
    "an unpaired surrogate becomes a question mark": data(
        lambda data: re.sub(rb"\\u[dD][89a-fA-F]..(?!\\u[dD][c-fC-F])", b"?", data)
    ),
    "an unpaired surrogate is 500": fails(
        lambda data: re.search(rb"\\ud[89ab]..(?!\\ud[c-f])|(?<!\\ud8..)\\ud[c-f]..", data) is not None
    ),
    # nesting
    "100 levels are 400": data(lambda data: b"{" if data.count(b"[") + data.count(b"{") == 100 else data),
    "250 levels are 500": fails(lambda data: data.count(b"[") + data.count(b"{") == 250),
    "100,000 levels are 500": fails(lambda data: data.count(b"[") >= 50_000),
    # syntax
    "NaN and Infinity are numbers": override(parsed=constants),
    "what comes after the document is ignored": data(prefix),
    "[1,] is JSON": lenient(rb",(?=\s*[\]}])", b""),
    "a string may hold control characters": lenient(rb"[\x00-\x1f]", b" "),
    "01 is a number": lenient(rb"(?<=[:\[,\s])0+(?=[1-9])", b""),
    "+1 is a number": lenient(rb"(?<=[:\[,\s])\+(?=[0-9])", b""),
    "single quotes are quotes": lenient(rb"'", b'"'),
    "comments are ignored": lenient(rb"/\*.*?\*/|//.*", b""),
    "what is not JSON is 500": fails(syntax_error),
    "of duplicate members the first counts": override(
        parsed=lambda _, parsed, data: replace(found := parsed(data), documents=found.documents[::-1])
    ),
    # integers
    "an integer past 53 bits loses digits": integers(
        lambda value: value if abs(value) < 2**53 else float(value)
    ),
    "an integer past 64 bits is 500": fails(lambda data: re.search(rb"\d{20}", data) is not None),
    "an integer past 64 bits is 400": integers(beyond_64_bits),
    "an integer of 4,301 digits is 500": fails(lambda data: re.search(rb"\d{4301}", data) is not None),
    "1e400 is 500": fails(lambda data: b"1e400" in data),
}
