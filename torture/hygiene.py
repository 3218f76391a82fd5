import re
from collections.abc import Iterator

from harness.wire import Answer, Request, exchange
from torture.service import Effort, Result, tortured

CANARY = "c4n4ry"
LEAKS = re.compile(
    r"traceback|file \"|site-packages|\.py\b|sqlite|uvicorn|werkzeug|flask|django|pydantic"
    r"|starlette|/(?:usr|home|tmp|root)/"
)
JSON_TYPE = "Content-Type: application/json"
TARGETS = ("/c4n4ry", "/items/c4n4ry", "/items?limit=c4n4ry", "/items?after=c4n4ry&limit=0")
METHODS = ("PATCH", "OPTIONS", "TRACE", "CONNECT", "BREW")
BODIES = [
    b'{"name": "c4n4ry", "price": "c4n4ry"}',
    b'{"name": "c4n4ry", "price": 1, "quantity": "c4n4ry"}',
    b'{"name": ["c4n4ry"], "price": 1}',
    b'["c4n4ry"]',
    b'"c4n4ry"',
    b"c4n4ry",
    b'{"c4n4ry',
    b"\xffc4n4ry",
    b'{"name": "c4n4ry\\ud800", "price": 1}',
    b" " * 2**20 + b'"c4n4ry"',
]


def hygiene(name: str, _: Effort) -> Result:
    """What errors say, of whatever kind.
    No answer says more than it should: no traceback, path or version, and no value that was sent."""
    result, read, repeated = Result(), 0, 0
    with tortured(name) as service:
        for request in requests():
            answer = exchange(service.url, request)
            if answer and answer.status >= 400:
                read += 1
                asked = f"{request.method} {request.target} {request.body[:40]!r}"
                result.faults += says_too_much(asked, answer)
                repeated += is_of_the_server(answer) and CANARY in text(answer)
    result.counts["errors read"] = read
    result.counts["that say too much"] = len(result.faults)
    result.counts["of the HTTP server itself that repeat, escaped, what it could not read"] = repeated
    return result


def requests() -> Iterator[Request]:
    header = f"X-Header: {CANARY}"
    yield from (Request("GET", target, (header, f"Cookie: a={CANARY}")) for target in TARGETS)
    yield from (Request(method, f"/items?{CANARY}", (header,)) for method in METHODS)
    for body in BODIES:
        yield Request("POST", "/items", (JSON_TYPE,), body, "length")
        yield Request("PUT", "/items/1", (JSON_TYPE,), body, "length")
    yield Request("POST", "/items", (f"Content-Type: text/{CANARY}",), b"{}", "length")
    yield Request("GET", "/hello", (f"Host: {CANARY}\x00",))
    yield Request("GET", "/hello", (f"Bad Header {CANARY}",))
    yield Request("POST", "/items", (JSON_TYPE, f"Content-Length: {CANARY}"))


def says_too_much(label: str, answer: Answer) -> Iterator[str]:
    if CANARY in text(answer) and not is_of_the_server(answer):
        yield f"{label}: echoes what was sent"
    if leak := LEAKS.search(text(answer)):
        yield f"{label}: says {leak.group()!r}"
    if re.search(r"server: .*\d", text(answer)):
        yield f"{label}: Server has a version"


def is_of_the_server(answer: Answer) -> bool:
    """Of Gunicorn or Uvicorn: the contract lets those have a form of their own."""
    return answer.media_type != "application/problem+json"


def text(answer: Answer) -> str:
    headers = "".join(f"{name}: {value}\n" for name, value in answer.headers)
    return (headers + answer.body.decode(errors="replace")).lower()
