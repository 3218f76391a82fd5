"""The guard sees a view that became a little slower, and no busy neighbour; what it says and writes."""

import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Event

import psutil
import pytest

from harness import environment
from harness.command import kill_children
from harness.process import started
from harness.service import LaunchError, installed
from loadtests.analysis import cost as page
from loadtests.cost import costs, count
from loadtests.cost.costs import Cost, Count
from loadtests.cost.count import Variant
from loadtests.cost.instrument import CountError, Reading

MACHINE = {"python": "3.11.7", "valgrind": "valgrind-3.19.0"}


def counted(instructions: float, **machine: str) -> Count:
    cost = Cost(instructions, 0, 20, 0)
    return Count({**MACHINE, **machine}, {"services": {"flask_orm": {"hello": cost, "get_item": cost}}})


def test_growth_names_the_cell_and_by_how_much() -> None:
    before, cells = counted(100_000), dict(counted(100_000).costs["services"]["flask_orm"])
    cells |= {"get_item": Cost(103_000, 0, 20, 0), "hello": Cost(90_000, 0, 20, 0)}
    after = Count(MACHINE, {"services": {"flask_orm": cells}})
    assert costs.growth(before, after, 0.02) == [
        "get_item of flask_orm (services) costs 3.0 % more than before"
    ]
    assert costs.growth(before, after, 0.04) == []


def test_a_count_is_read_as_it_was_written(tmp_path: Path) -> None:
    path, packages = tmp_path / "cost.json", {"flask_orm": {"Flask": "3.1.0"}}
    replace(counted(123_456), packages=packages).write(path)
    once = costs.read(path)
    assert once.of("services", "flask_orm", "hello") == 123_460  # five significant digits
    assert once.packages == packages
    once.write(path)
    assert costs.read(path) == once


def test_a_service_is_counted_beside_itself_on_other_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "of", lambda *_: tmp_path)
    chosen = costs.on_packages(["flask_orm", "django_drf"], {"flask": "3.0.3"})
    assert [(v.group, v.name, v.environment) for v in chosen] == [
        ("services", "flask_orm", None),
        ("pinned", "flask_orm", tmp_path),
    ]


@pytest.mark.parametrize("text", ["", "[]", '{"costs": {}}', '{"costs": {"services": 1}}'])
def test_what_is_no_count_is_said_in_a_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "cost.json"
    path.write_text(text)
    with pytest.raises(CountError, match=r"cost\.json is no count\. To make it anew: just cost --publish"):
        costs.read(path)


def test_an_interval_is_that_of_student() -> None:
    cost = costs.cost([Reading(100, 1, 0), Reading(110, 1, 0), Reading(120, 1, 0)])
    assert cost.instructions == 110
    assert cost.plus_minus == pytest.approx(4.30265 * 10 / 3**0.5)


def test_the_variants_of_two_services_share_a_floor() -> None:
    chosen = [(v.group, v.name) for v in costs.variants(["flask_orm", "flask_sqlite"])]
    assert chosen.count(("floors", "wsgi")) == 1
    assert {group for group, _ in chosen} == {"services", "twins", "rungs", "floors"}


def test_what_was_not_counted_again_stays_in_the_baseline() -> None:
    server = Count(MACHINE, {"postgresql": {"flask_orm": {"get_item": Cost(150_000, 0, 9, 0)}}})
    both = costs.completed(server, counted(100_000))
    assert both.of("services", "flask_orm", "get_item") == 100_000
    assert list(both.costs) == ["services", "postgresql"]
    assert costs.completed(counted(1), counted(2, python="3.13.1")) == counted(1)
    with pytest.raises(CountError, match=r"Not published .* under python 3\.13\.1, now 3\.11\.7"):
        costs.completed(server, counted(1, python="3.13.1"))
    assert list(page.on_postgresql(counted(1))) == []


def test_only_what_a_service_can_be_counted_on_is() -> None:
    assert [(v.group, v.name) for v in costs.on_postgresql(["flask_orm"])] == [("postgresql", "flask_orm")]
    with pytest.raises(CountError, match="flask_sqlite does not speak PostgreSQL"):
        costs.on_postgresql(["flask_orm", "flask_sqlite"])
    with pytest.raises(LaunchError, match="django: not among the packages of flask_orm, flask_sqlite"):
        costs.on_packages(["flask_orm", "flask_sqlite"], {"django": "5.2.1"})


def test_an_interruption_ends_what_a_worker_starts_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as a question to a server that was ended a moment ago."""
    begun, killed = Event(), Event()

    def kill() -> list[psutil.Process]:
        children = kill_children()
        killed.set()
        return children

    def asked() -> int:
        begun.set()
        killed.wait(30)
        return subprocess.run(["sleep", "30"], check=False).returncode

    monkeypatch.setattr(count, "kill_children", kill)
    with suppress(KeyboardInterrupt), count.workers() as pool:
        future = pool.submit(asked)
        assert begun.wait(30)
        raise KeyboardInterrupt
    assert future.result() == -signal.SIGKILL


def instructions(data: Path, more: int) -> list[float]:
    """Of hello, and of get_item, which does so much more."""
    arguments = ("--pythonpath", str(Path(__file__).parent), "--env", f"MORE={more}", "slow:app")
    variant = Variant("floors", "slow", "flask_sqlite", arguments, ("hello", "get_item"))
    return [reading.instructions for reading in count.requests(variant, 0, data).values()]


def test_a_slower_view_is_seen_and_a_busy_neighbour_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(count, "WARM", 20)
    monkeypatch.setattr(count, "COUNTED", 30)
    installed("flask_sqlite")
    data = tmp_path / "items.db"
    data.touch()
    hello, slower = instructions(data, 300)
    with started([sys.executable, "-c", "while True: pass"], tmp_path / "neighbour"):
        again, before = instructions(data, 0)
    assert costs.growth(counted(hello), counted(again), 0.02) == []
    assert costs.growth(counted(again), counted(hello), 0.02) == []
    assert len(costs.growth(counted(before), counted(slower), 0.02)) == 2
