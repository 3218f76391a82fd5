"""What of an answer must be the same on every service: the status, the contract's headers, the JSON."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.answers import same
from harness.wire import Answer

ANY = "(any)"  # in the place of what may differ: the text of a detail, the seconds to wait


@dataclass(frozen=True)
class Seen:
    status: int | None  # None where the connection was closed without an answer
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None

    def alike(self, other: "Seen") -> bool:
        if (self.status, self.headers) != (other.status, other.headers):
            return False
        if self.status is not None and self.status >= 400:
            return same(without_details(self.body), without_details(other.body))
        return same(self.body, other.body)

    def __str__(self) -> str:
        if self.status is None:
            return "the connection is closed without an answer"
        headers = [f"{name}: {value}" for name, value in self.headers.items()]
        body = [] if self.body is None else [json.dumps(self.body, ensure_ascii=False)]
        return " | ".join([str(self.status), *headers, *map(abbreviated, body)])


def abbreviated(text: str, length: int = 500) -> str:
    return text if len(text) <= length else f"{text[:length]}... ({len(text)} characters)"


def seen(answer: Answer | None, before: int, is_echo: bool = False) -> Seen:
    """The ids are counted from `before`, but for an echo's, which are the client's words."""
    if answer is None:
        return Seen(None)
    body = document(answer)
    if answer.status < 400 and not is_echo:
        body = counted(body, before)
    return Seen(answer.status, headers(answer, before), body)


def document(answer: Answer) -> Any:
    try:
        return answer.json() if answer.body else None
    except ValueError:
        return repr(answer.body)


def headers(answer: Answer, before: int) -> dict[str, str]:
    found = {}
    for name in ("Content-Type", "Location", "Allow", "Retry-After"):
        if (value := answer.header(name)) is not None:
            found[name] = value
    if number := re.fullmatch("/items/([1-9][0-9]*)", found.get("Location", "")):
        found["Location"] = f"/items/{int(number[1]) - before}"
    if "Allow" in found:
        found["Allow"] = ", ".join(sorted(re.split("[ ,]+", found["Allow"])))
    if "Retry-After" in found:
        found["Retry-After"] = ANY
    return found


def without_details(problem: Any) -> Any:
    match problem:
        case list():
            return [without_details(place) for place in problem]
        case dict():
            return {
                key: ANY if key == "detail" and value and isinstance(value, str) else without_details(value)
                for key, value in problem.items()
            }
        case _:
            return problem


def counted(body: Any, before: int) -> Any:
    match body:
        case list():
            return [counted(item, before) for item in body]
        case {"id": int(given)}:
            return {**body, "id": given - before}
        case _:
            return body
