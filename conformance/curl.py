"""Requests as commands of a shell that send the same: pasted there, they show what the judge saw."""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from conformance.case import Sent
from harness.wire import EVERYWHERE, Request

LONG = 2_000  # characters of a body that an argument can be
LARGE = 2**20  # bytes of a body before which curl would wait for a 100 Continue
REPEATED = re.compile(rb"([^\n]{1,12}?)\1{99,}")
ID = "grep -o '\"id\": *[0-9]*' | grep -o '[0-9]*$'"
QUIET = ("-sS", "-o", "/dev/null")
SHOWING = ("-sS", "-i")


def script(url: str, sent: Sequence[Sent]) -> list[str]:
    """All that leads to the last answer: items are created, and their ids used in place of the judge's."""
    ids: dict[str, str] = {}
    lines = [f"URL={shlex.quote(url.rstrip('/'))}"]
    lines += headers_of_yours()
    for unused, group in groupby(sent[:-1], lambda step: bool(step.created) and not used(step, sent)):
        steps = list(group)
        if unused and len(steps) > 1:
            line = command(steps[0].request, ids, *QUIET)
            lines.append(f"for n in $(seq {len(steps)}); do {line}; done")
            continue
        for step in steps:
            if step.created and not unused:
                line = command(step.request, ids, "-sS")
                ids[step.created] = f"id{len(ids) + 1}"
                lines.append(f"{ids[step.created]}=$({line} | {ID})")
            else:
                lines.append(command(step.request, ids, *QUIET))
    return [*lines, command(sent[-1].request, ids)]


def everywhere() -> dict[str, str]:
    """Variables for the headers of every request, whose values are nobody's business."""
    return {f"HEADER{number}": name for number, name in enumerate(sorted(EVERYWHERE.names), start=1)}


def headers_of_yours() -> list[str]:
    return [f"{name}={shlex.quote(f'{header}: ...')} # yours" for name, header in everywhere().items()]


def used(created: Sent, sent: Sequence[Sent]) -> bool:
    texts = (f"{step.request.target}\n{step.request.body[:LONG].decode('latin-1')}" for step in sent)
    place, encoded = _place(created.created), percent_encoded(created.created)
    return any(place.search(text) or encoded in text for text in texts)


def percent_encoded(digits: str) -> str:
    return "".join(f"%{ord(digit):x}" for digit in digits)


def _place(item_id: str) -> re.Pattern[str]:
    """Where an id stands in a target or a body."""
    return re.compile(rf'(?:(?<=/items/)|(?<=after=)|(?<="id": )){re.escape(item_id)}(?!\d)')


def command(request: Request, ids: Mapping[str, str], *options: str) -> str:
    """`$URL` stands for the URL, and variables of these names for the ids that the judge had."""
    arguments = ["curl", *(options or SHOWING)]
    arguments += ["--path-as-is"] if "/." in request.target else []
    arguments += ["-g"] if set(request.target) & set("[]{}") else []
    arguments += ["-m", "9"] if request.framing == "short" else []  # the rest never comes
    arguments += ["-I"] if request.method == "HEAD" else ["-X", request.method]
    for header in headers(request):
        arguments += ["-H", header]
    line = " ".join([shlex.join(arguments), *(f'-H "${name}"' for name in everywhere())])
    line = f'{line} "$URL"{quoted(request.target, ids)}'
    if request.framing == "none":
        return line
    text = request.body[: LONG + 1].decode(errors="replace")
    if len(text) <= LONG and text.encode() == request.body and text.isprintable() and text[:1] != "@":
        return f"{line} --data-binary {quoted(text, ids)}"
    return f"{{ {'; '.join(printing(request.body))}; }} | {line} --data-binary @-"


def headers(request: Request) -> Iterator[str]:
    for header in request.headers:
        if header.partition(":")[0].lower() in EVERYWHERE.names:
            continue
        yield header if header.partition(":")[2].strip() else header.replace(":", ";")  # sent, but empty
    if request.framing == "none":
        return
    if request.header("Content-Type") is None:
        yield "Content-Type:"  # none; or curl would send one of its own
    if "chunked" in request.framing:
        yield "Transfer-Encoding: chunked"
    if request.framing == "short":
        yield f"Content-Length: {len(request.body) + 10}"
    if request.framing == "expect" or len(request.body) >= LARGE:
        yield "Expect: 100-continue" if request.framing == "expect" else "Expect:"


def quoted(text: str, ids: Mapping[str, str]) -> str:
    for item_id, name in ids.items():
        text = _place(item_id).sub(f"\0${name}\0", text)
        text = text.replace(percent_encoded(item_id), f"\0$(printf %s ${name} | sed 's/./%3&/g')\0")
    parts = text.split("\0")  # each second is a name, or made of one
    pieces = (f'"{part}"' if number % 2 else shlex.quote(part) for number, part in enumerate(parts) if part)
    return "".join(pieces) or "''"


def printing(body: bytes) -> Iterator[str]:
    """Commands that print a body which no argument of a command can be."""
    position = 0
    for repeated in REPEATED.finditer(body):
        if repeated.start() > position:
            yield f"printf '{escaped(body[position : repeated.start()])}'"
        times = len(repeated[0]) // len(repeated[1])
        yield f"""awk 'BEGIN {{for (n = 0; n < {times}; n++) printf "{escaped(repeated[1])}"}}'"""
        position = repeated.end()
    if position < len(body) or not body:
        yield f"printf '{escaped(body[position:])}'"


def escaped(piece: bytes) -> str:
    """For a format of printf, of the shell's and of awk's."""
    text = piece.decode("latin-1").replace("%", "%%")
    return re.sub(r"""[^ -~]|['"\\]""", lambda byte: f"\\{ord(byte[0]):03o}", text)
