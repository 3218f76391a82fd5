"""What is stored, and when.

A fault of requests that meet, or of a read too soon, lasts long enough to be seen on a busy machine.
"""

import struct
import threading
import time
import unicodedata
from collections.abc import Callable
from contextlib import nullcontext
from itertools import count
from typing import Any

from conformance.reference.service import Call, Item, Reference, Refusal
from harness.wire import Answer

from ..switches import Change, Switch, member, override

MOMENT = 0.02  # seconds: long enough for another request to come between
LATE = 1.0  # seconds after the answer: longer than the next request needs
UNLOCKED = nullcontext()


def kept(name: str, value: Change) -> Switch:
    """A member is stored with another value."""
    change = member(name, value)
    return override(store=lambda _, store, item: store(change(item)))


def slow_id(_: Reference, next_id: Callable[[], int]) -> int:
    item_id = next_id()
    time.sleep(MOMENT)
    return item_id


def merged(reference: Reference, replace: Callable[[Call], Answer], call: Call) -> Answer:
    call.documents = [{**reference.items[call.item_id], **call.documents[0]}]
    return replace(call)


def torn(reference: Reference, _: Any, call: Call) -> Answer:
    """A unit of work: it reads the row, and a moment later writes only what differs from what it read."""
    item = reference.item(call.item_id, call.documents[0])
    row = reference.items[call.item_id]
    changes = {name: value for name, value in item.items() if value != row[name]}
    time.sleep(MOMENT)
    row.update(changes)
    return reference.reply(200, item)


def moved(reference: Reference, _: Any, call: Call) -> Answer:
    reference.delete_item(call)
    answer = reference.create_item(call)
    return Answer(200, answer.headers, answer.body)


def old_kept(reference: Reference, _: Any, call: Call) -> Answer:
    return reference.reply(200, reference.item(call.item_id, call.documents[0]))


def old_answered(reference: Reference, replace: Callable[[Call], Answer], call: Call) -> Answer:
    answer = reference.get_item(call)
    replace(call)
    return answer


def deleted_blindly(reference: Reference, _: Any, call: Call) -> Answer:
    time.sleep(MOMENT)
    reference.items.pop(call.item_id, None)
    return reference.reply(204)


def alike_found(reference: Reference, create: Callable[[Call], Answer], call: Call) -> Answer:
    for item in reference.items.values():
        if item == reference.item(item["id"], call.documents[0]):
            return reference.reply(201, item, {"location": f"/items/{item['id']}"})
    return create(call)


def hidden(reference: Reference) -> None:
    """A deleted item is marked as such, and listed."""
    deleted: set[int] = set()

    def look_up(_: Reference, look_up: Callable[[Call], None], call: Call) -> None:
        look_up(call)
        if call.item_id in deleted:
            call.refuse(404, "No item has this id.")

    def delete(reference: Reference, _: Any, call: Call) -> Answer:
        deleted.add(call.item_id)
        return reference.reply(204)

    override(look_up=look_up, delete_item=delete)(reference)


def stale(reference: Reference) -> None:
    """Each of two workers, which take turns, remembers the items that it has once read."""
    remembered: tuple[dict[int, Item], ...] = ({}, {})
    turns = count()

    def get(reference: Reference, _: Any, call: Call) -> Answer:
        items = remembered[next(turns) % len(remembered)]
        return reference.reply(200, items.setdefault(call.item_id, reference.items[call.item_id]))

    override(get_item=get)(reference)


def later(function: Callable[..., Any], *arguments: Any) -> None:
    timer = threading.Timer(LATE, function, arguments)
    timer.daemon = True
    timer.start()


def later_gone(reference: Reference, _: Any, call: Call) -> Answer:
    later(reference.items.pop, call.item_id, None)
    return reference.reply(204)


def although_refused(operation: str) -> Switch:
    """It is done, with another body, before it is refused."""

    def refuse(reference: Reference, refuse: Callable[[Call], Answer], call: Call) -> Answer:
        if call.operation.get("operationId") == operation and call.item_id in (0, *reference.items):
            call.documents = [{"name": "-", "price": 0}]
            getattr(reference, operation)(call)
        return refuse(call)

    return override(refuse=refuse)


def put_alike_refused(reference: Reference, replace: Callable[[Call], Answer], call: Call) -> Answer:
    """As where `rowcount` has the rows that changed."""
    if reference.item(call.item_id, call.documents[0]) == reference.items[call.item_id]:
        return reference.problem([Refusal(404, "No item has this id.")])
    return replace(call)


def others_lost(reference: Reference, replace: Callable[[Call], Answer], call: Call) -> Answer:
    """An UPDATE without its WHERE."""
    answer = replace(call)
    item = reference.items[call.item_id]
    for item_id in reference.items:
        reference.store({**item, "id": item_id})
    return answer


FAULTS: dict[str, Switch] = {
    # values
    "a name is stored without the spaces around it": kept("name", str.strip),
    "a name is stored in Unicode's composed form": kept(
        "name", lambda text: unicodedata.normalize("NFC", text)
    ),
    "a name is stored with < as &lt;": kept("name", lambda text: text.replace("<", "&lt;")),
    "a name is stored with one line end for another": kept("name", lambda text: text.replace("\r\n", "\n")),
    "a name of digits is stored as a number": kept(
        "name", lambda text: int(text) if text.isdecimal() else text
    ),
    "a name's emoji are stored as question marks": kept(
        "name", lambda text: "".join("?" if ord(letter) > 0xFFFF else letter for letter in text)
    ),
    "a description is cut after 255 characters": kept("description", lambda text: text and text[:255]),
    "an empty description is stored as null": kept("description", lambda text: text or None),
    "a price is stored with two digits": kept("price", lambda price: round(price, 2)),
    "a price is stored in single precision": kept(
        "price", lambda price: struct.unpack("f", struct.pack("f", price))[0]
    ),
    "a quantity is stored in 16 bits": kept("quantity", lambda quantity: quantity % 2**16),
    # ids
    "an id is one more than the largest that is stored": override(
        next_id=lambda reference, _: max(reference.items, default=0) + 1
    ),
    "two new items at the same moment get one id": override(lock=UNLOCKED, next_id=slow_id),
    # PUT
    "PUT answers the new item and keeps the old one": override(replace_item=old_kept),
    "PUT stores the new item and answers the old one": override(replace_item=old_answered),
    "PUT keeps the former value of what the body omits": override(replace_item=merged),
    "PUT creates the item where there is none": override(
        look_up=lambda _, look_up, call: None if call.request.method == "PUT" else look_up(call)
    ),
    "PUT moves the item to a new id": override(replace_item=moved),
    "PUT of the same item is 404": override(replace_item=put_alike_refused),
    "PUT replaces every item": override(replace_item=others_lost),
    "PUT changes the item although it refuses the body": although_refused("replace_item"),
    "two PUTs at the same moment are mixed": override(lock=UNLOCKED, replace_item=torn),
    # DELETE
    "DELETE answers 204, and the item stays": override(
        delete_item=lambda reference, _, __: reference.reply(204)
    ),
    "a deleted item is listed still": hidden,
    "of two DELETEs at the same moment both are 204": override(lock=UNLOCKED, delete_item=deleted_blindly),
    # committed before answered
    "each of two workers remembers the items that it has read": stale,
    "a write is committed a moment after its answer": override(
        store=lambda _, store, item: later(store, item)
    ),
    "a DELETE is committed a moment after its answer": override(delete_item=later_gone),
    "POST stores an item although it refuses the body": although_refused("create_item"),
    "a new item alike is the item that is there": override(create_item=alike_found),
}
