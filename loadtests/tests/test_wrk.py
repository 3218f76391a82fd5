"""A scenario by wrk: what it prints is read strictly, and where there is none the scenario is left out."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from harness.k6 import PERCENTS, Outcome
from loadtests.measure import gates, generator, plan, wrk
from loadtests.tests.conftest import PLAN, Tree

BY_WRK = PLAN.replace(
    "create_item = { users = 1, iterations = 4 }\ndelete_item = { users = 1, iterations = 2 }",
    'echo_wrk = { operation = "echo", generator = "wrk", users = 7, seconds = 2 }',
)
SUMMARY = {
    "requests": 4000,
    "seconds": 2.0,
    "mean_ms": 3.5,
    "quantiles_ms": [*map(float, range(len(PERCENTS)))],
    "errors": {"status": 0, "timeout": 0},
}
FAKE = """#!/bin/sh
[ "$1" = -v ] && echo 'wrk 0.1 [fake]' && exit 1
echo "$@" > "{root}/wrk_words"
echo 'Running 2s test'
echo '{line}'
exit {status}
"""


def plant(tree: Tree, line: str = json.dumps(SUMMARY), status: int = 0) -> str:
    """A wrk that prints this line; the PATH that finds it."""
    tree.plant("by_wrk", BY_WRK)
    program = tree.root / "bin" / "wrk"
    program.parent.mkdir()
    program.write_text(FAKE.format(root=tree.root, line=line, status=status))
    program.chmod(0o755)
    return f"{program.parent}:/usr/bin:/bin"


def test_a_scenario_by_wrk_is_a_sample_as_any_other(tree: Tree) -> None:
    status, out, err = tree.bench("alpha", "--plan", "by_wrk", PATH=plant(tree))
    assert status == 0, err
    assert tree.calls == ["load_items", "warm_up", "hello"]
    sample = tree.samples[1]
    assert (sample["scenario"], sample["users"], sample["requests"]) == ("echo_wrk", 7, 4000)
    assert (sample["requests_per_second"], sample["mean_ms"], sample["p99_ms"]) == (2000, 3.5, 99)
    assert (sample["rows"], sample["rows_expected"], sample["ceiling_share"]) == (3, 3, None)
    assert sample["cpu_ms_per_request"] >= 0
    assert sample["memory_mib"] > 0
    words = (tree.root / "wrk_words").read_text()
    assert words.startswith("--connections=7 --duration=2s")
    assert json.loads(words.partition(" -- ")[2]) == wrk.SENT["echo"]
    assert json.loads((tree.run / "machine.json").read_text())["wrk"] == "0.1"
    assert "echo_wrk" in out


@pytest.mark.parametrize(
    ("line", "status", "code", "says"),
    [
        ("unable to connect", 1, "wrk", "wrk ended with exit status 1: unable to connect"),
        ("Requests/sec: 12", 0, "wrk", "wrk left no summary that can be read: Invalid JSON"),
        (json.dumps({**SUMMARY, "quantiles_ms": [1.0]}), 0, "wrk", "wrk left 1 percentiles instead of 111"),
        (json.dumps({**SUMMARY, "requests": "x"}), 0, "wrk", "no summary that can be read: Input should be"),
        (json.dumps({**SUMMARY, "errors": {"status": 2}}), 0, "checks", "2 failed checks (status errors: 2)"),
        (json.dumps({**SUMMARY, "requests": 0}), 0, "requests", "0 of many requests"),
    ],
)
def test_what_wrk_says_that_cannot_be_believed(
    tree: Tree, line: str, status: int, code: str, says: str
) -> None:
    log = tree.root / "wrk.log"
    log.write_text(f"Running 2s test\n{line}\n")
    reason = gates.unanswered(wrk.read(log, status), None, "wrk")
    assert reason
    assert reason.code == code
    assert says in gates.sentence(reason)


def test_an_answer_that_is_not_right_is_refused_before(tree: Tree) -> None:
    path = plant(tree)
    tree.plant("by_wrk", BY_WRK.replace("echo", "hello").replace("hello = {", "get_item = {"))
    tree.tell("alpha", "wrong")
    tree.bench("alpha", "--plan", "by_wrk", PATH=path)
    numbers = {"says": '/hello answers 200 b\'{"message": "Goodbye"}\''}
    assert tree.samples[1]["invalid"] == {"code": "wrk", "numbers": numbers}


def test_without_wrk_the_scenario_is_left_out_and_the_run_and_its_page_say_so(tree: Tree) -> None:
    plant(tree)
    status, _, err = tree.bench("alpha", "--plan", "by_wrk", PATH="")
    assert status == 0, err
    told = "Left out, as there was no wrk: echo_wrk."
    assert told in err
    assert told in (tree.run / "report.md").read_text()
    assert [one["scenario"] for one in tree.samples] == ["hello"]
    assert plan.parsed((tree.run / "plan.toml").read_text(), "").generators == {"k6"}


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
