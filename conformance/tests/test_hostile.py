"""What differs is found, and made short."""

import hypothesis
import pytest

from conformance.hostile import difference
from conformance.mutants.faults import FAULTS
from conformance.reference.server import serving
from conformance.reference.service import Reference

LAMP = {"id": 7, "name": "Lamp", "description": None, "price": 19.9, "quantity": 0}


def test_items_that_were_there_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.hostile.EXAMPLES_SHORT", 5)
    reference = Reference([LAMP])
    with serving(reference) as url:
        assert difference(url, short=True) is None
    assert reference.items == {7: LAMP}


@pytest.mark.parametrize(
    ("fault", "most", "last", "rule"),
    [
        ("the greeting has no comma", 1, '-X GET "$URL"/hello', "declared"),
        ("PUT answers the new item and keeps the old one", 3, '-X GET "$URL"/items', "list-order"),
    ],
)
def test_a_difference_is_made_short(fault: str, most: int, last: str, rule: str) -> None:
    reference = Reference()
    FAULTS[fault](reference)
    with serving(reference) as url:
        found = difference(url)
    assert found is not None
    assert len(found.sent) <= most
    *_, command, _, wrong = found.text.splitlines()
    assert last in command
    assert wrong.startswith("    wrong: ")
    assert rule in found.rules


def test_what_fails_once_and_not_again_does_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    failures = iter([ConnectionRefusedError()])

    def once(_url: str, _requests: object) -> None:
        if error := next(failures, None):
            raise error

    monkeypatch.setattr("conformance.hostile.compare", once)
    with pytest.raises(hypothesis.errors.Flaky):
        difference("http://127.0.0.1:1", short=True)
