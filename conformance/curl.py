"""A request as a command for a shell. $URL is the service."""

import re
import shlex
from collections.abc import Iterator

from conformance.hostile import Request


def curl(request: Request) -> str:
    """Runs as it stands on a new service, whose ids begin with 1."""
    target = request.target.replace("{id}", str(request.item))
    words = ["curl", "-sS", "-i", "--path-as-is", "-g"]
    words += ["-I"] if request.method == "HEAD" else ["-X", request.method]
    headers = list(request.headers)
    if request.body is not None and not any(header.startswith("Content-Type:") for header in headers):
        headers.append("Content-Type:")  # none; or curl would send one of its own
    if request.chunked:
        headers.append("Transfer-Encoding: chunked")
    for header in headers:
        words += ["-H", header]
    command = f'{shlex.join(words)} "$URL"{shlex.quote(target)}'
    if request.body is None:
        return command
    if not request.padding and re.fullmatch(rb"(?!@)[ -~]*", request.body):
        return f"{command} --data-binary {shlex.quote(request.body.decode())}"
    return f"{{ {'; '.join(printing(request.body, request.padding))}; }} | {command} --data-binary @-"


def printing(body: bytes, padding: int) -> Iterator[str]:
    """Commands that print a body which no argument of a command can be."""
    yield f"printf '{''.join(map(escaped, body))}'"
    if padding:
        yield f"head -c {padding} /dev/zero | tr '\\0' ' '"


def escaped(byte: int) -> str:
    if byte == ord("%"):
        return "%%"
    if byte == ord("\\"):
        return "\\\\"
    return chr(byte) if ord(" ") <= byte <= ord("~") and byte != ord("'") else f"\\{byte:03o}"
