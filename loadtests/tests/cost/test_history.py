"""The history of a package, from releases and counts that are made up. (Its page: analysis/test_pages.py.)"""

import platform
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest

from harness.environment import UnfitError
from harness.service import LaunchError
from loadtests.cost import count, footprint, history, instrument
from loadtests.cost.count import START
from loadtests.cost.footprint import Footprint
from loadtests.cost.history import History, Point
from loadtests.cost.instrument import CountError

PAIR = ("flask", "werkzeug")
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


def counted(record: Path, *packages: str) -> list[Point]:
    """What is then on record."""
    History(packages, TODAY, record).count(lambda *_: None)
    return history.read(record)


def test_a_release_a_quarter_and_those_between_until_the_largest_step_is_of_one(record: Path) -> None:
    uncounted = History(["flask"], TODAY, record).uncounted
    assert [point.version for point in uncounted if point.mode == "now"] == ["1.1", "1.7", "1.11"]
    versions: dict[str, list[str]] = {"then": [], "now": []}
    for point in counted(record, "flask"):
        versions[point.mode].append(point.version)
    assert sorted(versions["then"]) == ["1.1", "1.10", "1.11", "1.4", "1.7"]
    assert {"1.8", "1.9"} < {*versions["now"]}  # between which it is


def test_what_is_on_record_is_not_counted_again(record: Path, counts: Counts) -> None:
    """Nor is an environment that another package has on record."""
    counted(record, "flask")
    lines = record.read_text()
    counts.clear()
    again = History(["flask"], TODAY, record)
    assert (again.uncounted, again.hours) == ([], 0)
    counted(record, "flask")
    assert (record.read_text(), counts) == (lines, [])
    then = [point for point in counted(record, "werkzeug") if point.mode == "then"]
    assert [packages for packages in counts if len(packages) > 1] == []
    assert len({point.environment for point in then}) == len(then) / 2


def test_two_packages_in_one_environment_are_counted_once(record: Path, counts: Counts) -> None:
    then = [point for point in counted(record, *PAIR) if point.mode == "then"]
    flask = {point.version: point.instructions for point in then if point.package == "flask"}
    assert flask == {point.version: point.instructions for point in then if point.package == "werkzeug"}
    assert all(flask.values())
    assert sorted(packages["flask"] for packages in counts if len(packages) > 1) == sorted(flask)


def test_a_release_that_goes_with_nothing_is_on_record_with_the_reason(
    record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    why = "Because flask==1.1 depends on werkzeug<1"
    monkeypatch.setattr(history, "packages_of", Mock(side_effect=UnfitError(why)))
    assert History(["flask"], TODAY, record).hours == 0
    assert {point.error for point in counted(record, "flask")} == {why}


def test_an_outage_of_the_network_is_no_fault_of_a_release(
    record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "packages_of", Mock(side_effect=LaunchError("Failed to fetch")))
    with pytest.raises(LaunchError, match="Failed to fetch"):
        History(["flask"], TODAY, record)
    assert history.read(record) == []


def test_a_footprint_is_measured_once_an_environment_and_kept(
    record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = Footprint(first_answer=0.5, worker=40, preloaded=20, installed=10)
    measured = Mock(return_value=taken)
    monkeypatch.setattr(history, "made", lambda packages: Path(*sorted(packages.values())))
    monkeypatch.setattr(footprint, "measured", measured)
    counted(record, *PAIR)
    for _ in range(2):
        History(PAIR, TODAY, record).measure(lambda *_: None)
    points = history.read(record)
    assert {point.footprint for point in points if point.mode == "then"} == {taken}
    assert {point.footprint for point in points if point.mode == "now"} == {None}
    environments = [call.args[0].environment for call in measured.call_args_list]
    assert len(environments) == len({*environments} - {None}) == 5


def test_what_fails_in_an_interruption_is_no_fault_of_a_release(
    record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(count, "workers", lambda: ThreadPoolExecutor(1))
    counting = History(["flask"], TODAY, record)
    with pytest.raises(KeyboardInterrupt):
        counting.count(Mock(side_effect=KeyboardInterrupt))
    kept = record.read_text()
    counting.keep(
        Point(package="flask", version="9", mode="now", day=TODAY, error="Connection reset by peer")
    )
    assert record.read_text() == kept


def test_a_record_that_cannot_be_read_is_said_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "history.jsonl").write_text('{"package": "flask"}\n')
    with pytest.raises(CountError, match=r"history\.jsonl cannot be read"):
        history.read(tmp_path / "history.jsonl")


def test_the_reason_is_what_was_raised_last() -> None:
    log = "it stopped.\n  TypeError: one\n  ImportError: two (/a/b.py)\n  [ERROR] Worker failed to boot\n"
    assert history.reason(log) == "ImportError: two"
    assert history.reason("it did not answer\n") == "it did not answer"
