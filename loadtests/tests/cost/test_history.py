"""The history of a package, from releases and counts that are made up."""

import platform
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest

from harness.document import Table, markdown
from harness.environment import UnfitError
from harness.service import LaunchError
from loadtests.analysis import history as page
from loadtests.cost import count, footprint, history, instrument
from loadtests.cost.count import START
from loadtests.cost.footprint import Footprint
from loadtests.cost.history import History, Point
from loadtests.cost.instrument import CountError

TODAY = date(2023, 12, 1)
# A release every 30 days; from 1.9 on a hello costs a quarter more, and 1.1 does not run beside the newest.
RELEASED = {f"1.{number}": date(2022, 12, 1) + timedelta(days=30 * number) for number in range(12)}


def newest(_package: str, day: date) -> str:
    return [version for version, released in RELEASED.items() if released <= day][-1]


def packages_of(_twin: str, requirement: str, until: date | None) -> dict[str, str]:
    """Flask and Werkzeug are released together, and go with the other of the same day."""
    package, _, version = requirement.partition("==")
    return {package: version, **({"flask": version, "werkzeug": version} if until else {})}


class Counts(list[dict[str, str]]):
    """Stands in for Valgrind; has the environments that were counted."""

    def __call__(self, point: Point, _data: Path) -> Point:
        self.append(point.packages)
        if (point.version, point.mode) == ("1.1", "now"):
            return point.model_copy(update={"error": "ImportError: cannot import name"})
        hello = 125.0 if RELEASED[point.version] >= RELEASED["1.9"] else 100.0
        cells = dict.fromkeys((*history.OPERATIONS, START), 200.0) | {"hello": hello}
        machine = {"python": platform.python_version()}
        return point.model_copy(update={"instructions": cells, "machine": machine})


@pytest.fixture
def counts() -> Counts:
    return Counts()


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, counts: Counts) -> Path:
    monkeypatch.setattr(history, "newest", newest)
    monkeypatch.setattr(history, "packages_of", packages_of)
    monkeypatch.setattr(history, "counted", counts)
    monkeypatch.setattr(count, "dataset", lambda _: (tmp_path / "data").open("w"))
    monkeypatch.setattr(instrument, "ensure_available", lambda: None)
    return tmp_path / "history.jsonl"


def test_a_release_a_quarter_and_those_between_until_the_largest_step_is_of_one(record: Path) -> None:
    wanted = History(["flask"], TODAY, record)
    assert [one.version for one in wanted.wanted if one.mode == "now"] == ["1.1", "1.7", "1.11"]
    wanted.count(lambda *_: None)
    points = history.read(record)
    before, after = history.largest([one for one in points if one.mode == "now"]) or pytest.fail(
        "there is none"
    )
    assert (before.version, after.version) == ("1.8", "1.9")
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


def test_two_packages_in_one_environment_are_counted_once(record: Path, counts: Counts) -> None:
    History(["flask", "werkzeug"], TODAY, record).count(lambda *_: None)
    then = [one for one in history.read(record) if one.mode == "then"]
    of = {
        package: {one.version: one.instructions for one in then if one.package == package}
        for package in ("flask", "werkzeug")
    }
    assert of["flask"] == of["werkzeug"]
    assert all(of["flask"].values())
    assert sorted(packages["flask"] for packages in counts if len(packages) > 1) == sorted(of["flask"])


def test_what_another_package_has_on_record_is_not_counted_again(record: Path, counts: Counts) -> None:
    History(["flask"], TODAY, record).count(lambda *_: None)
    counts.clear()
    later = History(["werkzeug"], TODAY, record)
    later.count(lambda *_: None)
    assert not [packages for packages in counts if len(packages) > 1]
    then = [one for one in history.read(record) if one.mode == "then"]
    assert len({one.environment for one in then}) == len(then) / 2


def test_a_release_that_goes_with_nothing_is_on_record_with_the_reason(
    record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> dict[str, str]:
        raise UnfitError("Because flask==1.1 depends on werkzeug<1")

    monkeypatch.setattr(history, "packages_of", refuse)
    wanted = History(["flask"], TODAY, record)
    assert wanted.hours == 0
    wanted.count(lambda *_: None)
    assert {one.error for one in history.read(record)} == {"Because flask==1.1 depends on werkzeug<1"}


def test_an_outage_of_the_network_is_no_fault_of_a_release(
    record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> dict[str, str]:
        raise LaunchError("Failed to fetch: connection refused")

    monkeypatch.setattr(history, "packages_of", fail)
    with pytest.raises(LaunchError, match="Failed to fetch"):
        History(["flask"], TODAY, record)
    assert history.read(record) == []


def test_a_footprint_is_measured_once_an_environment_and_kept(
    record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = Footprint(first_answer=0.5, worker=40, preloaded=20, installed=10)
    measured: list[Path] = []

    def measure(variant: count.Variant, _data: Path) -> Footprint:
        measured.append(variant.environment or pytest.fail("in the service's own environment"))
        return taken

    monkeypatch.setattr(history, "made", lambda packages: Path(*sorted(packages.values())))
    monkeypatch.setattr(footprint, "measured", measure)
    wanted = History(["flask", "werkzeug"], TODAY, record)
    wanted.count(lambda *_: None)
    for _ in range(2):
        wanted.measure(lambda *_: None)
    points = history.read(record)
    assert {one.footprint for one in points if one.mode == "then"} == {taken}
    assert {one.footprint for one in points if one.mode == "now"} == {None}
    assert len(measured) == len({*measured}) == 5
    flask = [one for one in points if one.package == "flask"]
    then, now = [block for block in page.blocks(flask) if isinstance(block, Table)]
    assert ("worker, MiB" in then.head, "worker, MiB" in now.head) == (True, False)


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
    assert "The largest step, +25 % in hello, is that from 1.8 to 1.9: in the framework." in text
    assert "The twin does not run on 1.1 (ImportError: cannot import name)." in text
    then, now = [block for block in blocks if isinstance(block, Table)]
    assert [len(table.rows) for table in (then, now)] == [5, 4]


def test_a_step_that_the_source_explains_is_told_with_its_size() -> None:
    day = {"0.129.2": date(2026, 2, 20), "0.131.0": date(2026, 2, 21)}
    cells = dict.fromkeys((*history.OPERATIONS, START), 100.0)
    points = [
        Point(package="fastapi", version=version, mode="now", day=day[version], instructions=instructions)
        for version, instructions in (("0.129.2", cells), ("0.131.0", {**cells, "list_items": 60.0}))
    ]
    assert "0.129.2 to 0.131.0, -40 % in list_items: an answer with" in markdown(page.blocks(points))
    assert "in list_items: an answer" not in markdown(page.blocks(points[:1]))


def test_a_step_is_of_a_package_where_nothing_else_changed_with_it() -> None:
    beside = {"2.8": "0.125", "2.9": "0.165", "2.10": "0.165"}
    points = [
        Point(
            package="pydantic",
            version=version,
            mode="now",
            day=date(2026, number, 1),
            packages={"pydantic": version, "fastapi": fastapi},
            instructions=dict.fromkeys((*history.OPERATIONS, START), instructions),
        )
        for number, ((version, fastapi), instructions) in enumerate(
            zip(beside.items(), (100.0, 50.0, 45.0), strict=True), 1
        )
    ]
    assert history.largest(points) == tuple(points[1:])
    [table] = [block for block in page.blocks(points) if isinstance(block, Table)][1:]
    assert [row[-1] for row in table.rows] == ["fastapi 0.125", "", ""]


def test_the_reason_is_what_was_raised_last() -> None:
    log = "it stopped.\n  TypeError: one\n  ImportError: two (/a/b.py)\n  [ERROR] Worker failed to boot\n"
    assert history.reason(log) == "ImportError: two"
    assert history.reason("it did not answer\n") == "it did not answer"
