"""The differential test finds a difference, makes it short, and says it in commands."""

import pytest

from conformance.differential import ResetError, difference
from conformance.mutants.faults import faults
from conformance.mutants.server import serving
from conformance.mutants.service import Service
from harness.wire import Request, exchange


def test_the_correct_service_is_its_own_twin() -> None:
    with serving(Service()) as one, serving(Service()) as other:
        assert difference({"one": one, "other": other}, short=True) is None


@pytest.mark.parametrize(
    ("fault", "most", "last"),
    [("HelloChanged", 1, '-X GET "$URL"/hello'), ("PutIsLost", 3, '-X GET "$URL"/items')],
)
def test_a_difference_is_made_short(fault: str, most: int, last: str) -> None:
    with serving(Service()) as correct, serving(faults()[fault]()) as faulty:
        found = difference({"correct": correct, "faulty": faulty})
    assert found is not None
    assert len(found.steps) <= most
    assert last in str(found.steps[-1])
    assert "    correct: " in str(found)
    assert "    faulty: " in str(found)


def test_what_happened_before_is_no_difference() -> None:
    """Items and ids that one of them has already: they are deleted, and ids are counted on from there."""
    body = b'{"name": "Lamp", "price": 1}'
    with serving(Service()) as fresh, serving(Service()) as used:
        for _ in range(3):
            exchange(used, Request("POST", "/items", ("Content-Type: application/json",), body, "length"))
        assert difference({"fresh": fresh, "used": used}, short=True) is None


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("ListIsObject", "does not list its items"),
        ("DeleteKeeps", "does not create one item and delete all"),
    ],
)
def test_a_service_that_cannot_be_compared_is_told(fault: str, told: str) -> None:
    with (
        serving(Service()) as correct,
        serving(faults()[fault]()) as faulty,
        pytest.raises(ResetError, match=told),
    ):
        difference({"correct": correct, "faulty": faulty})
