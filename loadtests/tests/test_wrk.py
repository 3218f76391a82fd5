"""A scenario by wrk: what it prints is read strictly, and where there is none the scenario is left out."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from harness.k6 import PERCENTS, Outcome
from loadtests.measure import gates, generator, prepare, run, wrk
from loadtests.measure.variants import Folders
from loadtests.tests.conftest import PLAN, Tree

BY_WRK = f"""{PLAN.partition("create_item =")[0]}
echo_wrk = {{ operation = "echo", generator = "wrk", users = 7, seconds = 2 }}
hello_wrk = {{ operation = "hello", generator = "wrk", users = 7, seconds = 2 }}
"""
SUMMARY = {
    "requests": 4000,
    "seconds": 2.0,
    "mean_ms": 3.5,
    "quantiles_ms": [*map(float, range(len(PERCENTS)))],
    "errors": {"status": 0, "timeout": 0},
}
FAKE = f"""#!/bin/sh
[ "$1" = -v ] && echo 'wrk 0.1 [fake]' && exit 1
echo "$@" > "$(dirname "$0")/words"
echo 'Running 2s test'
echo '{json.dumps(SUMMARY)}'
"""


def test_a_scenario_by_wrk_is_a_sample_as_any_other_unless_its_answer_is_not_right(tree: Tree) -> None:
    tree.plant("by_wrk", BY_WRK)
    tree.tell("alpha", "wrong")  # in its greeting
    out, _ = tree.failing("alpha", "--plan", "by_wrk", PATH=tree.program("wrk", FAKE))
    assert tree.calls == ["load_items", "warm_up", "hello"]
    _, echo, hello = tree.samples
    assert (echo["scenario"], echo["invalid"], echo["users"]) == ("echo_wrk", None, 7)
    assert (echo["requests"], echo["requests_per_second"]) == (4000, 2000)
    assert (echo["mean_ms"], echo["p99_ms"]) == (3.5, 99)
    assert (echo["rows"], echo["rows_expected"], echo["ceiling_share"]) == (3, 3, None)
    assert echo["cpu_ms_per_request"] >= 0
    assert echo["memory_mib"] > 0
    numbers = {"says": '/hello answers 200 b\'{"message": "Goodbye"}\''}
    assert hello["invalid"] == {"code": "wrk", "numbers": numbers}
    arguments = (tree.root / "bin" / "words").read_text()
    assert arguments.startswith("--connections=7 --duration=2s")
    assert json.loads(arguments.partition(" -- ")[2]) == wrk.SENT["echo"]
    assert tree.machine["wrk"] == "0.1"
    assert "echo_wrk" in out


@pytest.mark.parametrize(
    ("line", "status", "code", "says"),
    [
        ("unable to connect", 1, "wrk", "wrk ended with exit status 1: unable to connect"),
        ("Requests/sec: 12", 0, "wrk", "wrk left no summary that can be read: Invalid JSON"),
        (
            json.dumps({**SUMMARY, "quantiles_ms": [1.0]}),
            0,
            "wrk",
            "read: Tuple should have at least 111 items",
        ),
        (json.dumps({**SUMMARY, "requests": "x"}), 0, "wrk", "no summary that can be read: Input should be"),
        (json.dumps({**SUMMARY, "errors": {"status": 2}}), 0, "checks", "2 failed checks (status errors: 2)"),
        (json.dumps({**SUMMARY, "requests": 0}), 0, "requests", "0 of many requests"),
    ],
)
def test_what_wrk_says_that_cannot_be_believed(
    tmp_path: Path, line: str, status: int, code: str, says: str
) -> None:
    log = tmp_path / "wrk.log"
    log.write_text(f"Running 2s test\n{line}\n")
    reason = gates.unanswered(wrk.read(log, status), None, "wrk")
    assert reason
    assert reason.code == code
    assert says in gates.sentence(reason)


def test_without_wrk_the_scenarios_are_left_out_and_the_run_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "RESULTS", tmp_path)
    monkeypatch.setattr(prepare, "installed", lambda *_: {})
    monkeypatch.setattr(wrk, "binary", lambda: None)
    begun = prepare.begun(prepare.Request(["services"], "paper"), Folders(tmp_path))
    sentence = "Left out, as there was no wrk: hello_wrk, echo_wrk."
    assert sentence in capsys.readouterr().err
    assert begun.plan.about.endswith(f" {sentence}")  # and so does its page
    assert begun.plan.generators == {"k6"}


@pytest.mark.skipif(wrk.binary() is None, reason="needs wrk")
@pytest.mark.parametrize("operation", wrk.SENT)
def test_wrk_itself(tmp_path: Path, operation: str) -> None:
    with closing(generator.nothing(tmp_path)) as server:
        server.start()
        assert wrk.wrong_answer(server.url, operation) is None
        drive = generator.driven_by_wrk(server, operation, 5, 1)
    outcome = drive.outcome
    assert isinstance(outcome, Outcome), outcome
    assert (outcome.failed, outcome.seconds > 0.9, outcome.requests > 100) == ({}, True, True)
    assert 0 < outcome.quantiles_ms[0] <= outcome.quantiles_ms[50] <= outcome.quantiles_ms[-1]
    assert wrk.version()
