"""The scripts that list items, with the real k6, against a service that is right and some that are not."""

from pathlib import Path

import pytest

from harness import k6
from harness.server import launched
from loadtests.runner import filling
from loadtests.tests.conftest import Tree
from loadtests.tests.test_scripts import run

BROKEN = ("short", "holes", "reversed", "repeated", "mistyped", "nothing")
HUGE = 12_000  # items: k6 looks at parts of them


def listed(tree: Tree, script: str, order: str, records: int, **settings: object) -> k6.Outcome:
    tree.tell("alpha", order)
    with launched("alpha", root=tree.root / "services") as server:
        filling.write(server.database, records)
        _, summary = run(server, script, VUS=1, ITERATIONS=3, **settings)
    return k6.outcome(summary, script)


@pytest.fixture
def given(tree: Tree) -> Path:
    """Of many items the ids of some."""
    path = tree.root / "ids.json"
    path.write_text(str(list(range(1, HUGE + 1, 50))))
    return path


@pytest.mark.parametrize("order", BROKEN)
def test_a_page_that_is_not_right_fails(tree: Tree, given: Path, order: str) -> None:
    outcome = listed(tree, "list_page", order, HUGE, IDS=given, ROWS=HUGE)
    assert outcome.failed == {"body is the page after the id": 3}


def test_a_page_of_a_few_items_is_right(tree: Tree) -> None:
    assert listed(tree, "list_page", "", 3).failed == {}


def test_a_page_of_many_items_is_right_and_full(tree: Tree, given: Path) -> None:
    assert listed(tree, "list_page", "", HUGE, IDS=given, ROWS=HUGE).failed == {}


def test_a_huge_list_is_right(tree: Tree, given: Path) -> None:
    assert listed(tree, "list_items", "", HUGE, IDS=given, ROWS=HUGE).failed == {}


@pytest.mark.parametrize("order", BROKEN)
def test_a_huge_list_that_is_not_right_fails(tree: Tree, given: Path, order: str) -> None:
    outcome = listed(tree, "list_items", order, HUGE, IDS=given, ROWS=HUGE)
    assert outcome.failed == {"body is a list of all items": 3}


def test_a_huge_list_of_fewer_items_than_there_are_fails(tree: Tree, given: Path) -> None:
    outcome = listed(tree, "list_items", "", HUGE, IDS=given, ROWS=HUGE * 1.03)
    assert outcome.failed == {"body is a list of all items": 3}


@pytest.mark.parametrize("order", ["short", "mistyped"])
def test_a_list_that_is_not_right_fails(tree: Tree, order: str) -> None:
    assert listed(tree, "list_items", order, 30).failed == (
        {"body is a list of all items": 3} if order == "mistyped" else {}
    )  # without ROWS and IDS the service alone knows how many there are
    assert listed(tree, "list_items", order, 30, ROWS=30).failed == {"body is a list of all items": 3}


@pytest.mark.parametrize("order", ["", "nothing"])
def test_the_warm_up_asks_for_a_page_where_all_are_too_many(tree: Tree, order: str) -> None:
    tree.tell("alpha", order)
    with launched("alpha", root=tree.root / "services") as server:
        filling.write(server.database, 300)
        _, summary = run(server, "warm_up", VUS=1, DURATION="1s", ITERATIONS=2, LIMIT=100)
    failed = k6.outcome(summary, "list_items").failed
    assert failed == ({} if order == "" else {"body is a list of items": 2})
