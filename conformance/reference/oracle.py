"""Holds each answer of a service against the reference, given everything that it has answered before.

Whatever the contract permits is right here, also where it SHOULD be otherwise: there are cases for that.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from conformance.answers import every_answer
from conformance.case import Complaint, abridged, same
from conformance.judge import UNLISTED
from conformance.reference.service import Call, Item, Reference
from conformance.rules import Rules
from harness.wire import Answer, Request, exchange

PAGE = 2000  # the largest that the contract has
# the rule that a wrong status breaks, by the status that the reference has
STATUSES = {
    400: "json-syntax",
    404: "item-unknown",
    405: "method-undeclared",
    413: "body-max",
    415: "type-undeclared",
    422: "schema",
}


class Oracle:
    """Whatever the service answers, its reference then holds what the service says that it holds."""

    def __init__(self, items: Sequence[Item] = ()) -> None:
        self.reference = Reference(items)
        self.used = set(self.reference.items)  # ids that were ever given

    def complaints(self, request: Request, answer: Answer) -> Iterator[Complaint]:
        call = self.reference.read(request)
        if call.is_open and answer.status < 500:
            return
        statuses = call.statuses
        yield from _one_of(answer.status, statuses, STATUSES.get(statuses[0], "declared"))
        for complaint in every_answer(request, answer, statuses):
            if not all(Rules.load().level(rule) == "SHOULD" for rule in complaint.rules):
                yield complaint
        if answer.status == 405 or (request.method == "OPTIONS" and answer.status < 300):
            yield from self._allow(call, answer)
        if request.method == "HEAD":
            return
        try:
            if answer.status == 422:
                yield from self._places(call, answer)
            if answer.status < 300:
                yield from self._success(call, answer)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            yield Complaint(f"the answer cannot be read: {error!r}", ("declared",))

    def _places(self, call: Call, answer: Answer) -> Iterator[Complaint]:
        if any(refusal.status == 422 and refusal.place is None for refusal in call.refusals):
            return  # what is wrong as a whole may be said to be wrong in any place
        places = [f"{place['location']} {place['pointer']}" for place in answer.json()["errors"]]
        must, may = call.places("MUST"), call.places("MUST", "SHOULD", "MAY")
        if len(set(places)) < len(places) or not must <= set(places) <= may:
            yield Complaint(f"the invalid places are {places}, not {sorted(must or may)}", ("errors-places",))

    def _allow(self, call: Call, answer: Answer) -> Iterator[Complaint]:
        allowed = {name.strip() for name in (answer.header("Allow") or "").split(",")} - {"", "OPTIONS"}
        if methods := self.reference.methods(call):
            yield from _one_of(sorted(allowed), [sorted(methods)], "method-allow")

    def _success(self, call: Call, answer: Answer) -> Iterator[Complaint]:
        """Of what /hello and /healthz answer, the schema says it all."""
        match call.operation.get("operationId"):
            case "echo" if not any(refusal.level == "SHOULD" for refusal in call.refusals):
                # of what SHOULD be refused, such as 1e400, JSON may have no words
                yield from _one_of(answer.json(), call.documents, "echo-unchanged")
            case "list_items":
                yield from _one_of(answer.json(), list(self.reference.pages(call)), "list-order")
            case "create_item":
                number, location = answer.json()["id"], answer.header("Location")
                if number in self.used:
                    yield Complaint(f"the id {number} was given before", ("create-no-reuse",))
                self.used.add(number)
                if not (location or "").endswith(f"/items/{number}"):
                    yield Complaint(f"Location is {location} of item {number}", ("create-location",))
                yield from self._stored(call, answer, number, "create-stored")
            case "replace_item":
                yield from self._stored(call, answer, call.item_id, "replace-members")
            case "get_item" if call.item_id in self.reference.items:
                yield from _one_of(answer.json(), [self.reference.items[call.item_id]], "get-stored")
            case "delete_item":
                self.reference.items.pop(call.item_id, None)

    def _stored(self, call: Call, answer: Answer, number: int, rule: str) -> Iterator[Complaint]:
        self.reference.store({**answer.json(), "id": number})
        items = [self.reference.item(number, document) for document in call.documents]
        yield from _one_of(answer.json(), items, rule)


def _one_of(actual: Any, permitted: Sequence[Any], rule: str) -> Iterator[Complaint]:
    if not any(same(actual, value) for value in permitted):
        yield Complaint(f"{abridged(actual)}, not {' or '.join(map(abridged, permitted))}", (rule,))


def stored(url: str, most: int = 0) -> list[Item]:
    """All items of a service, page by page. Raises one of UNLISTED where it does not list them."""
    items: list[Item] = []
    while True:
        after = f"&after={items[-1]['id']}" if items else ""
        answer = exchange(url, Request("GET", f"/items?limit={most or PAGE}{after}"))
        page = answer.json() if answer and answer.status == 200 else None
        if not isinstance(page, list) or not all(isinstance(item, dict) and "id" in item for item in page):
            raise ValueError(f"{url} does not list its items")
        items += page
        if len({item["id"] for item in items}) < len(items):
            raise ValueError(f"{url} lists an item twice")
        if len(page) < PAGE or most:
            return items


@contextmanager
def left_as_it_was(url: str) -> Iterator[list[Item]]:
    """With the items that are there; those that are new are deleted afterwards, as far as they are listed."""
    before = stored(url)
    try:
        yield before
    finally:
        with suppress(*UNLISTED):
            ids = {item["id"] for item in before}
            for item in stored(url):
                if item["id"] not in ids:
                    exchange(url, Request("DELETE", f"/items/{item['id']}"))
