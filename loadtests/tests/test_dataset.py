"""The records of the dataset, and a database filled with them past the service."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from harness import database
from harness.service import LaunchError
from loadtests.measure import dataset
from loadtests.measure.dataset import record

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
        for statement in statements:
            connection.execute(statement)


def test_what_is_written_past_the_service_is_what_the_service_would_have_been_sent(
    empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dataset, "CHUNK", 5)
    messages: list[str] = []
    dataset.write(empty, 12, messages.append)
    assert messages == ["5 of 12 items", "10 of 12 items", "12 of 12 items"]
    assert database.records(empty, range(1, 20)) == {n: record(n) for n in range(1, 13)}
    assert [path.name for path in empty.parent.iterdir()] == ["items.db"]
    change(empty, "DELETE FROM things WHERE id = 12", "INSERT INTO things (name) VALUES ('new')")
    assert database.ids(empty, 100)[-1] == 13  # no id is given twice


def test_a_table_that_was_not_empty_is_refused(empty: Path) -> None:
    change(empty, "INSERT INTO things (name) VALUES ('old')")
    with pytest.raises(LaunchError, match=r"12 items was not written .* ids \[1, 13\]"):
        dataset.write(empty, 12)


def test_the_ids_of_many_items_are_some_of_them_evenly_spaced(empty: Path) -> None:
    dataset.write(empty, 10)
    assert database.ids(empty, 100) == database.ids(empty, 10) == list(range(1, 11))
    assert database.ids(empty, 4) == [1, 4, 7, 10]
    change(empty, "DELETE FROM things WHERE id IN (4, 6)")
    assert database.ids(empty, 4) == [1, 5, 7, 10]  # one that is gone gives way to the next


def test_a_replaced_item_holds_one_of_the_records_that_were_sent_to_it() -> None:
    written = dataset.replacements([7, 8, 9], range(4))
    assert [len(written[item_id]) for item_id in (7, 8, 9)] == [2, 1, 1]  # the fourth met the first again
    stored = {item_id: next(iter(records)) for item_id, records in written.items()}
    assert dataset.lost(written, stored) == []
    assert dataset.lost(written, {**stored, 8: record(8)}) == [8]
    assert dataset.lost(written, {item_id: value for item_id, value in stored.items() if item_id != 9}) == [9]
