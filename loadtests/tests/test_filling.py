import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from harness import database
from harness.service import LaunchError
from loadtests.runner import filling, progress
from loadtests.runner import plan as plans
from loadtests.runner.cells import cells
from loadtests.runner.dataset import record
from loadtests.runner.plan import Plan, Variant
from loadtests.tests.conftest import PLAN, Tree
from loadtests.tests.test_broken import plant

TABLE = "CREATE TABLE things (id INTEGER PRIMARY KEY AUTOINCREMENT, name, description, price, quantity)"


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """With the table that a service makes, and nothing in it."""
    path = tmp_path / "items.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(TABLE)
    return path


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for each in statements:
            connection.execute(each)


def test_what_is_written_past_the_service_is_what_the_service_would_have_been_sent(empty: Path) -> None:
    said: list[str] = []
    filling.write(empty, 12, said.append)
    assert database.records(empty, range(1, 20)) == {n: record(n) for n in range(1, 13)}
    assert said == ["12 of 12 items"]


def test_the_next_id_is_the_one_after_the_last_that_was_written(empty: Path) -> None:
    filling.write(empty, 12)
    change(empty, "DELETE FROM things WHERE id = 12", "INSERT INTO things (name) VALUES ('new')")
    assert database.ids(empty, 100)[-1] == 13


def test_a_dataset_is_written_in_parts_and_leaves_one_file(
    empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "CHUNK", 5)
    said: list[str] = []
    filling.write(empty, 12, said.append)
    assert said == ["5 of 12 items", "10 of 12 items", "12 of 12 items"]
    assert database.count(empty) == 12
    assert [path.name for path in empty.parent.iterdir()] == ["items.db"]


def test_a_table_that_was_not_empty_is_refused(empty: Path) -> None:
    change(empty, "INSERT INTO things (name) VALUES ('old')")
    with pytest.raises(LaunchError, match=r"12 items was not written .* ids are \[1, 13\]"):
        filling.write(empty, 12)


def test_a_dataset_with_a_gap_is_seen(empty: Path) -> None:
    filling.write(empty, 12)
    change(empty, "DELETE FROM things WHERE id = 5")
    assert filling.misnumbered(empty, 12) == "the database holds 11 items where the answers add up to 12"


@pytest.mark.parametrize(
    ("most", "found"), [(100, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), (10, list(range(1, 11))), (4, [1, 4, 7, 10])]
)
def test_the_ids_of_many_items_are_some_of_them_evenly_spaced(
    empty: Path, most: int, found: list[int]
) -> None:
    filling.write(empty, 10)
    assert database.ids(empty, most) == found


def test_an_id_that_is_gone_gives_way_to_the_next(empty: Path) -> None:
    filling.write(empty, 10)
    change(empty, "DELETE FROM things WHERE id IN (4, 6)")
    assert database.ids(empty, 4) == [1, 5, 7, 10]


SIZES = """
[variants]
small = { service = "alpha", records = 2 }
plain = { service = "alpha" }
again = { service = "alpha" }
large = { service = "alpha", records = 10000 }
"""
COPIED = PLAN.replace("records = 3", 'records = 3\ndataset = "copied"') + SIZES


def test_each_variant_is_measured_with_its_own_number_of_records(tree: Tree) -> None:
    plant(tree, "sizes", COPIED.replace("iterations = 2", "iterations = 1"))
    status, _, err = tree.bench("--plan", "sizes")
    assert status == 0, err
    assert {one["variant"]: one["rows"] for one in tree.samples if one["scenario"] == "hello"} == {
        "small": 2,
        "plain": 3,
        "again": 3,
        "large": 10_000,
    }
    assert tree.calls.count("load_items") == 2  # for each number of records once, and never for a large one
    assert "large, round 1 of 1: 10,000 of 10,000 items" in err


def test_a_plan_that_loads_its_dataset_loads_that_of_the_variant(tree: Tree) -> None:
    plant(tree, "sizes", PLAN + '[variants]\nmore = { service = "alpha", records = 5 }\n')
    status, _, err = tree.bench("--plan", "sizes")
    assert status == 0, err
    assert tree.samples[0]["rows"] == 5


def test_time_is_foreseen_for_each_dataset_once() -> None:
    chosen: Plan = plans.parsed(COPIED, "sizes")
    assert chosen.records_of(chosen.variants["small"]) == 2
    assert chosen.records_of(Variant(service="alpha")) == 3
    ahead = progress.steps(chosen, list(cells(chosen)))
    assert len([step for step in ahead if step.name == "dataset"]) == 3
    loaded = chosen.model_copy(update={"dataset": "loaded"})
    assert not [step for step in progress.steps(loaded, list(cells(loaded))) if step.name == "dataset"]
