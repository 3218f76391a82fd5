"""What errors say, of whatever kind."""

import re
from collections.abc import Iterator

from harness import wire
from harness.server import Server
from harness.wire import Answer
from torture.experiment import Effort, Found
from torture.service import tortured

CANARY = "c4n4ry"
LEAKS = re.compile(
    r"traceback|file \"|site-packages|\.py\b|sqlite|gunicorn/|uvicorn/|werkzeug|flask|django|pydantic"
    r"|starlette|/(?:usr|home|tmp|root)/"
)
JSON_TYPE = "Content-Type: application/json"
BODIES = [
    b'{"name": "c4n4ry", "price": "c4n4ry"}',
    b'{"name": "c4n4ry", "price": 1, "c4n4ry": 1}',
    b'{"name": ["c4n4ry"], "price": 1}',
    b'["c4n4ry"]',
    b'"c4n4ry"',
    b"c4n4ry",
    b'{"c4n4ry',
    b"\xffc4n4ry",
    b'{"name": "c4n4ry\\ud800", "price": 1}',
    b" " * 2**20 + b'"c4n4ry"',
]


def hygiene(name: str, _: Effort) -> Found:
    """No answer says more than it should: no traceback, path or version, and nothing of what was sent."""
    found = Found()
    with tortured(name) as service:
        answers = [*asked(service)]
        away = service.database.rename(service.scratch / "away.db")
        for method, target in (("GET", "/items"), ("GET", "/healthz"), ("DELETE", "/items/1")):
            answers.append(sent(service, wire.Request(method, f"{target}?q={CANARY}")))
        away.rename(service.database)
    errors = [(request, answer) for request, answer in answers if answer and answer.status >= 400]
    for request, answer in errors:
        look(request, answer, found)
    found.count(len(errors), "errors read")
    found.count(len(found.faults), "that say too much")
    own = [answer for _, answer in errors if is_of_the_server(answer) and CANARY in shown(answer)]
    found.count(len(own), "of the HTTP server itself that repeat, escaped, what it could not read")
    return found


def asked(service: Server) -> Iterator[tuple[str, Answer | None]]:
    for target in (
        f"/{CANARY}",
        f"/items/{CANARY}",
        f"/items?limit={CANARY}",
        f"/items?after={CANARY}&limit=0",
    ):
        yield sent(service, wire.Request("GET", target, (f"X-Header: {CANARY}", f"Cookie: a={CANARY}")))
    for method in ("PATCH", "OPTIONS", "TRACE", "CONNECT", CANARY.upper()):
        yield sent(service, wire.Request(method, f"/items?{CANARY}", (f"X-Header: {CANARY}",)))
    for body in BODIES:
        for method, target in (("POST", "/items"), ("PUT", "/items/1")):
            yield sent(service, wire.Request(method, target, (JSON_TYPE,), body, "length"))
    yield sent(service, wire.Request("POST", "/items", (f"Content-Type: text/{CANARY}",), b"{}", "length"))
    yield sent(service, wire.Request("GET", "/hello", (f"Host: {CANARY}\x00",)))
    yield sent(service, wire.Request("GET", "/hello", (f"Bad Header {CANARY}",)))
    yield sent(service, wire.Request("POST", "/items", (JSON_TYPE, f"Content-Length: {CANARY}")))


def sent(service: Server, request: wire.Request) -> tuple[str, Answer | None]:
    answer = wire.exchange(service.url, request)
    return f"{request.method} {request.target} {request.body[:40]!r}", answer


def look(request: str, answer: Answer, found: Found) -> None:
    found.expect(is_of_the_server(answer) or CANARY not in shown(answer), f"{request}: echoes what was sent")
    if leak := LEAKS.search(shown(answer)):
        found.faults.append(f"{request}: says {leak.group()!r}")
    found.expect(not re.search(r"server: .*\d", shown(answer)), f"{request}: Server has a version")


def is_of_the_server(answer: Answer) -> bool:
    """Of Gunicorn or Uvicorn: the contract lets those have a form of their own."""
    return answer.media_type != "application/problem+json"


def shown(answer: Answer) -> str:
    headers = "".join(f"{name}: {value}\n" for name, value in answer.headers)
    return (headers + answer.body.decode(errors="replace")).lower()
