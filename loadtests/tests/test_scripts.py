"""The scripts as they are, with the real k6, against a service that is right and one that is not."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import database, k6
from harness.k6 import Outcome
from harness.server import Server, launched
from loadtests.analysis import merge
from loadtests.measure import dataset, plan
from loadtests.tests.conftest import Tree, planted

PLANS = [plan.read(name) for name in plan.names()]
SCENARIOS = sorted({plan.operation(scenario) for plan in PLANS for scenario in plan.scenarios})


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Tree, Server]]:
    with (
        planted(tmp_path_factory.mktemp("scripts")) as tree,
        launched("alpha", root=tree.root / "services") as server,
    ):
        dataset.write(server.database, 300)
        yield tree, server


@pytest.fixture
def server(served: tuple[Tree, Server]) -> Server:
    tree, server = served
    tree.tell("alpha", "")
    return server


def run(server: Server, script: str, scenario: str | None = None, **settings: object) -> tuple[int, Outcome]:
    summary = server.scratch / "summary.json"
    summary.unlink(missing_ok=True)
    command = k6.command(script, summary, {"BASE_URL": server.url, **settings})
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert summary.exists(), done.stdout + done.stderr
    return done.returncode, k6.outcome(json.loads(summary.read_text()), scenario or script)


@pytest.mark.parametrize("script", SCENARIOS)
def test_a_right_answer_passes(server: Server, script: str) -> None:
    status, outcome = run(server, script, VUS=2, ITERATIONS=10)
    assert (status, outcome.failed) == (0, {})
    assert outcome.requests == 10  # and not those of setup()
    assert sum(outcome.passed.values()) == 20  # the status and the body of each
    quantiles = outcome.quantiles_ms
    assert 0 < quantiles[0] <= quantiles[50] <= quantiles[-1] == pytest.approx(outcome.max_ms, abs=1e-6)
    assert merge.read(server.scratch / "summary.json")[f"http_req_duration{{scenario:{script}}}"].count == 10


def test_a_timed_scenario_tells_of_its_halves_and_of_its_users(server: Server) -> None:
    status, outcome = run(server, "echo", VUS=3, DURATION="1s")
    assert (status, outcome.requests > 3) == (0, True)
    assert all(half > 0 for half in outcome.halves_ms)
    assert outcome.lag_ms >= 0
    assert outcome.elapsed_ms[-1] == pytest.approx(outcome.seconds * 1000)
    assert outcome.iteration_ms >= outcome.mean_ms


def test_a_rate_is_kept_to_whether_or_not_answers_come(server: Server) -> None:
    status, outcome = run(server, "get_item", VUS=5, DURATION="1s", RATE=20.5)
    assert (status, outcome.requests + outcome.dropped in (20, 21, 22)) == (0, True)
    assert "vus" not in outcome.failed


def test_dataset_knows_what_the_scripts_write(server: Server) -> None:
    before = database.ids(server.database, 5000)
    run(server, "load_items", ITERATIONS=30)
    ids = database.ids(server.database, 5000)[-30:]
    assert min(ids) > max(before)
    assert list(database.records(server.database, ids).values()) == [dataset.record(n) for n in range(1, 31)]
    (server.scratch / "ids.json").write_text(json.dumps(ids))
    run(server, "replace_item", VUS=2, ITERATIONS=70, IDS=server.scratch / "ids.json")
    replaced = dataset.replacements(ids, range(70))
    assert sorted(replaced) == ids
    assert dataset.lost(replaced, database.records(server.database, replaced)) == []


FIRST, NEXT = "body is the first page of items", "body is the page after the id"
NOBODY = {"status is 200": 3, "body is the greeting": 3}
EVERY_PAGE = "right holes reversed repeated mistyped nothing short"
ANSWERS = [  # of the orders each answer follows the next
    ("list_items", EVERY_PAGE, {"ITERATIONS": 7}, {FIRST: 6}),
    ("list_items", "right limitless", {"ITERATIONS": 2, "LIMIT": 20}, {FIRST: 1}),
    ("list_page", "right holes reversed", {}, {NEXT: 2}),  # which shares isPage()
    ("list_page", "", {"LIMIT": 20}, {}),
    ("warm_up", "right nothing right", {"LIMIT": 100, "DURATION": "1s"}, {"body is a page of items": 1}),
    ("hello", "wrong", {}, {"body is the greeting": 3}),
    ("hello", "", {"BASE_URL": "http://127.0.0.1:9"}, NOBODY),  # and nobody is flooded
    ("delete_item", "", {"ITERATIONS": 21}, {"status is 204": 1}),  # one more than there are
]


@pytest.mark.parametrize(("script", "order", "settings", "failed"), ANSWERS)
def test_a_wrong_answer_fails(
    served: tuple[Tree, Server], script: str, order: str, settings: dict[str, object], failed: dict[str, int]
) -> None:
    tree, server = served
    tree.tell("alpha", order)
    ids = database.ids(server.database, 5000)
    (server.scratch / "ids.json").write_text(json.dumps(ids[:20] if script == "delete_item" else ids))
    given = {"IDS": server.scratch / "ids.json", "ROWS": len(ids), "VUS": 1, "ITERATIONS": 3, **settings}
    status, outcome = run(server, script, "list_items" if script == "warm_up" else None, **given)
    assert (status, outcome.failed) == (k6.THRESHOLDS_CROSSED if failed else 0, failed)
    assert outcome.requests == given["ITERATIONS"]


def test_the_callers_k6_configuration_changes_nothing(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("k6", "loadimpact/k6"):
        (tmp_path / ".config" / name).mkdir(parents=True)
        (tmp_path / ".config" / name / "config.json").write_text('{"noSetup": true, "rps": 1}')
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    status, outcome = run(server, "get_item", VUS=2, ITERATIONS=10)
    assert (status, outcome.requests) == (0, 10)
