"""What differs is found, and made short."""

from itertools import chain, repeat
from unittest.mock import Mock

import h11
import hypothesis
import pytest

from conformance.case import Complaint
from conformance.hostile import CREATE, LIST, compare, difference
from conformance.judge import SILENCE
from conformance.mutants.faults import FAULTS
from conformance.reference.server import serving
from conformance.reference.service import Item, Reference

LAMP = {"id": 7, "name": "Lamp", "description": None, "price": 19.9, "quantity": 0}


def test_items_that_were_there_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.hostile.EXAMPLES_SHORT", 5)
    reference = Reference([LAMP])
    with serving(reference) as url:
        assert difference(url, short=True) == []
    assert reference.items == {7: LAMP}


@pytest.mark.parametrize(
    ("fault", "most", "last", "rule"),
    [
        ("the greeting has no comma", 1, "GET /hello\n", "declared"),
        ("PUT answers the new item and keeps the old one", 3, "GET /items\n", "list-order"),
    ],
)
def test_a_difference_is_made_short(fault: str, most: int, last: str, rule: str) -> None:
    reference = Reference()
    FAULTS[fault](reference)
    with serving(reference) as url:
        complaints = difference(url)
    assert complaints
    assert all(len(complaint.sent) <= most and complaint.text.startswith(last) for complaint in complaints)
    assert any(rule in complaint.rules for complaint in complaints)


def compared(reference: Reference) -> Complaint:
    with serving(reference) as url:
        return compare(url, [CREATE, LIST])[0]


def test_a_list_that_becomes_unreadable_keeps_its_requests() -> None:
    reference, pages = Reference(), iter([list[Item]()])
    reference.page = lambda *_: next(pages, {})  # type: ignore[method-assign,assignment]
    assert [sent.request for sent in compared(reference).sent] == [CREATE, LIST]


@pytest.mark.parametrize(
    ("error", "cause"),
    [(TimeoutError(), SILENCE), (h11.RemoteProtocolError("x"), "no HTTP answer")],
)
def test_an_exchange_that_fails_keeps_its_requests(
    error: Exception, cause: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conformance.script.exchange", Mock(side_effect=error))
    complaint = compared(Reference())
    assert (complaint.cause, [sent.request for sent in complaint.sent]) == (cause, [CREATE])


def test_what_fails_once_and_not_again_does_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    once = Mock(side_effect=chain([ConnectionRefusedError()], repeat(list[Complaint]())))
    monkeypatch.setattr("conformance.hostile.compare", once)
    with pytest.raises(hypothesis.errors.Flaky):
        difference("http://127.0.0.1:1", short=True)
