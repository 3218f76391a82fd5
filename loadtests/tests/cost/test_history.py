"""The history of a package, from releases and counts that are made up."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest

from harness.document import Table, markdown
from loadtests.analysis import history as page
from loadtests.cost import count, history, instrument
from loadtests.cost.count import START
from loadtests.cost.history import History, Mode, Point
from loadtests.cost.instrument import CountError

TODAY = date(2023, 12, 1)
# A release every 30 days; from 1.5 on a hello costs a quarter more, and 1.1 does not run beside the newest.
RELEASED = {f"1.{number}": date(2022, 12, 1) + timedelta(days=30 * number) for number in range(12)}


def newest(_package: str, day: date) -> str:
    return [version for version, released in RELEASED.items() if released <= day][-1]


def counted(package: str, release: history.Release, mode: Mode, _data: Path) -> Point:
    version, day = release
    point = Point(package=package, version=version, mode=mode, day=day)
    if (version, mode) == ("1.1", "now"):
        return point.model_copy(update={"error": "ImportError: cannot import name"})
    hello = 125.0 if RELEASED[version] >= RELEASED["1.5"] else 100.0
    cells = dict.fromkeys((*history.OPERATIONS, START), 200.0) | {"hello": hello}
    return point.model_copy(update={"instructions": cells, "packages": {package: version}})


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(history, "newest", newest)
    monkeypatch.setattr(history, "counted", counted)
    monkeypatch.setattr(count, "dataset", lambda _: (tmp_path / "data").open("w"))
    monkeypatch.setattr(instrument, "ensure_available", lambda: None)
    return tmp_path / "history.jsonl"


def test_a_release_a_quarter_and_those_between_until_the_largest_step_is_of_one(record: Path) -> None:
    wanted = History(["flask"], TODAY, record)
    assert [release[0] for _, release, mode in wanted.wanted if mode == "now"] == [
        "1.1",
        "1.4",
        "1.7",
        "1.10",
        "1.11",
    ]
    wanted.count(lambda *_: None)
    points = history.read(record)
    before, after = history.largest([one for one in points if one.mode == "now"]) or pytest.fail(
        "there is none"
    )
    assert (before.version, after.version) == ("1.4", "1.5")
    assert history.step(before, after) == ("hello", 1.25)
    assert sorted(one.version for one in points if one.mode == "then") == [
        "1.1",
        "1.10",
        "1.11",
        "1.4",
        "1.7",
    ]


def test_what_is_on_record_is_not_counted_again(record: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    History(["flask"], TODAY, record).count(lambda *_: None)
    lines = record.read_text()
    monkeypatch.setattr(history, "counted", lambda *_: pytest.fail("counted again"))
    again = History(["flask"], TODAY, record)
    assert (again.wanted, again.hours) == ([], 0)
    again.count(lambda *_: None)
    assert record.read_text() == lines


def test_what_fails_in_an_interruption_is_no_fault_of_a_release(
    record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(count, "workers", lambda: ThreadPoolExecutor(1))
    counting = History(["flask"], TODAY, record)
    with pytest.raises(KeyboardInterrupt):
        counting.count(interrupt)
    kept = record.read_text()
    counting.keep(
        Point(package="flask", version="9", mode="now", day=TODAY, error="Connection reset by peer")
    )
    assert record.read_text() == kept


def test_a_record_that_cannot_be_read_is_said_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "history.jsonl").write_text('{"package": "flask"}\n')
    with pytest.raises(CountError, match=r"history\.jsonl cannot be read"):
        history.read(tmp_path / "history.jsonl")


def test_the_page_begins_with_what_changed_and_names_what_does_not_run(record: Path) -> None:
    History(["flask"], TODAY, record).count(lambda *_: None)
    blocks = page.blocks(history.read(record))
    text = markdown(blocks)
    assert (
        "`flask` from 1.1 to 1.11 with the packages of that day: +25 % in hello, no change in get_item"
        in text
    )
    assert "The largest step, +25 % in hello, is that from 1.4 to 1.5." in text
    assert "The twin does not run on 1.1 (ImportError: cannot import name)." in text
    then, now = [block for block in blocks if isinstance(block, Table)]
    assert [len(table.rows) for table in (then, now)] == [5, 5]


def test_a_step_that_the_source_explains_is_told_with_its_size() -> None:
    day = {"0.129.2": date(2026, 2, 20), "0.131.0": date(2026, 2, 21)}
    cells = dict.fromkeys((*history.OPERATIONS, START), 100.0)
    points = [
        Point(package="fastapi", version=version, mode="now", day=day[version], instructions=instructions)
        for version, instructions in (("0.129.2", cells), ("0.131.0", {**cells, "list_items": 60.0}))
    ]
    assert "0.129.2 to 0.131.0, -40 % in list_items: an answer with" in markdown(page.blocks(points))
    assert "in list_items: an answer" not in markdown(page.blocks(points[:1]))


def test_the_reason_is_what_was_raised_last() -> None:
    log = "it stopped.\n  TypeError: one\n  ImportError: two (/a/b.py)\n  [ERROR] Worker failed to boot\n"
    assert history.reason(log) == "ImportError: two"
    assert history.reason("it did not answer\n") == "it did not answer"
