"""What is true of every answer, whatever was asked. Each complaint names the rule that is broken."""

from collections.abc import Iterator
from urllib.parse import unquote

from conformance import contract
from conformance.case import Complaint
from harness.wire import Answer, Request

MARKER = "zq7echo"  # what the cases send as a value, a path or a query: no error may repeat it
INSIDE = ("Traceback", 'File "', ".py", "sqlite", "SQLITE", "SELECT ", "INSERT ", "UPDATE ", "DELETE FROM")


def every_answer(request: Request, answer: Answer, expected: tuple[int, ...] = ()) -> Iterator[Complaint]:
    """`expected` are the statuses that the case accepts: a 5xx or a redirect only where it says so."""
    for complaint in contract.complaints(request, answer):
        yield Complaint(complaint, ("declared",))
    if answer.status >= 500 and answer.status not in expected:
        yield Complaint(f"a status of {answer.status}", ("error-never-5xx",), cause="a 5xx")
    if answer.stray or (request.method == "HEAD" and answer.body):
        rule = "method-head" if request.method == "HEAD" else "connection"
        yield Complaint(f"bytes after the answer's end: {answer.stray[:60]!r}", (rule,))
    if answer.status == 204 and answer.header("Content-Type") is not None:
        yield Complaint("Content-Type, which should not be there", ("delete-bare",))
    stored = answer.header("Cache-Control") or "missing"
    if _must_not_be_stored(request, answer) and stored != "no-store":
        yield Complaint(f"Cache-Control is {stored}", ("no-store",))
    if answer.status >= 400:
        yield from _every_error(request, answer)


def _must_not_be_stored(request: Request, answer: Answer) -> bool:
    about_data = request.target.startswith(("/items", "/healthz")) and request.method != "OPTIONS"
    return answer.status >= 400 or (about_data and answer.status < 300)


def _every_error(request: Request, answer: Answer) -> Iterator[Complaint]:
    if answer.media_type != "application/problem+json":
        text = f"the media type is {answer.header('Content-Type')}, not application/problem+json"
        yield Complaint(text, ("error-problem",))
    headers = "".join(f"{name}: {value}\n" for name, value in answer.headers)
    text = answer.body.decode(errors="replace") + headers
    if MARKER in unquote(text).lower():
        yield Complaint(f"an error echoes what was sent: {text[:300]}", ("error-no-echo",))
    if inside := [word for word in INSIDE if word in text]:
        yield Complaint(f"an error shows the inside of the service: {inside}", ("error-no-inside",))
    if request.method == "HEAD" or answer.media_type != "application/problem+json":
        return
    try:
        problem = answer.json()
        status, title = problem["status"], problem["title"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        yield Complaint(f"no problem: {error!r}: {answer.body[:300]!r}", ("error-problem", "error-members"))
        return
    if status != answer.status:
        yield Complaint(f"an answer of {answer.status} says that it is {status}", ("error-members",))
    if title != contract.PHRASES.get(answer.status, title):
        yield Complaint(f"the title of {answer.status} is {title!r}", ("error-title",))
