"""The contract once more, in memory: what each answer has to be, given all the answers before it."""

from collections.abc import Iterator
from typing import Any

from conformance.answers import every_answer, same, shown
from conformance.documents import parsed
from conformance.prediction import expected, item_id, operation, parameters
from harness.wire import Answer, Request

DEFAULTS = {"description": None, "quantity": 0}

Item = dict[str, Any]
Complaint = tuple[str, str]  # one of KINDS, and what is wrong

KINDS = (
    "every_answer_as_declared",
    "status_by_the_contract",
    "invalid_places_named",
    "item_stored_as_sent",
    "item_read_as_stored",
    "list_of_all_items",
    "id_never_used_before",
    "location_of_the_item",
    "echo_unaltered",
)


class Model:
    """Whatever the service answers, the model then holds what the service says that it holds."""

    def __init__(self, items: list[Item]) -> None:
        self.items: dict[int, Item] = {item["id"]: item for item in items}
        self.last = max(self.items, default=0)  # the largest id that was ever given
        self.compared = dict.fromkeys(KINDS, 0)

    def complaints(self, request: Request, answer: Answer) -> Iterator[Complaint]:
        yield from self._compare("every_answer_as_declared", list(every_answer(request, answer)))
        status, invalid = expected(request, self.items.__contains__)
        if status is not None:
            yield from self._equal("status_by_the_contract", answer.status, status)
        try:
            if answer.status == status == 422 and request.method != "HEAD":
                yield from self._equal("invalid_places_named", _places(answer), invalid)
            if answer.status < 300 and (name := operation(request)) not in ("", "hello", "health"):
                yield from getattr(self, name)(request, answer)
        except (ValueError, KeyError, TypeError) as error:
            yield "every_answer_as_declared", f"the answer cannot be read: {error!r}"

    def _compare(self, kind: str, wrong: list[str]) -> Iterator[Complaint]:
        self.compared[kind] += 1
        yield from ((kind, text) for text in wrong)

    def _equal(self, kind: str, found: Any, wanted: Any) -> Iterator[Complaint]:
        yield from self._compare(
            kind, [] if same(found, wanted) else [f"{shown(found)}, not {shown(wanted)}"]
        )

    # -- the operations that answered with success

    def echo(self, request: Request, answer: Answer) -> Iterator[Complaint]:
        yield from self._equal("echo_unaltered", answer.json(), parsed(request.body))

    def list_items(self, request: Request, answer: Answer) -> Iterator[Complaint]:
        query = parameters(request)
        after, limit = int(query.get("after", 0)), int(query.get("limit", len(self.items)))
        wanted = [self.items[number] for number in sorted(self.items) if number > after][:limit]
        yield from self._equal("list_of_all_items", answer.json(), wanted)

    def create_item(self, request: Request, answer: Answer) -> Iterator[Complaint]:
        item = answer.json()
        number: int = item["id"]
        used = [f"{number} after {self.last}"] if number <= self.last else []
        self.items[number], self.last = item, max(self.last, number)
        yield from self._compare("id_never_used_before", used)
        yield from self._equal("location_of_the_item", answer.header("Location"), f"/items/{number}")
        yield from self._equal(
            "item_stored_as_sent", item, {"id": number, **DEFAULTS, **parsed(request.body)}
        )

    def get_item(self, request: Request, answer: Answer) -> Iterator[Complaint]:
        if (number := item_id(request)) in self.items:
            yield from self._equal("item_read_as_stored", answer.json(), self.items[number])

    def replace_item(self, request: Request, answer: Answer) -> Iterator[Complaint]:
        number, item = item_id(request), answer.json()
        self.items[number] = item
        yield from self._equal(
            "item_stored_as_sent", item, {"id": number, **DEFAULTS, **parsed(request.body)}
        )

    def delete_item(self, request: Request, _answer: Answer) -> Iterator[Complaint]:
        self.items.pop(item_id(request), None)
        yield from ()


def _places(answer: Answer) -> list[str]:
    return [f"{error['location']} {error['pointer']}" for error in answer.json()["errors"]]
