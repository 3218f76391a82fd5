"""The command `just mutants`; of a few faults only the cases of its rule are run, not all."""

import subprocess
import sys
from collections.abc import Sequence

import pytest
from typer.testing import CliRunner

from conformance.case import Case
from conformance.mutants.__main__ import app, in_order, killer, level_of
from conformance.mutants.faults import FAULTS
from conformance.mutants.switches import override
from harness.service import ROOT


def test_the_faults_are_listed() -> None:
    command = [sys.executable, "-m", "conformance.mutants", "--list", "HEAD"]
    listed = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout
    assert listed.splitlines() == [fault for fault in FAULTS if "HEAD" in fault]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["no such fault"], "Unknown fault: no such fault."), (["--serve", "HEAD"], "--serve takes one fault")],
)
def test_bad_usage_is_told_in_one_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith(message)
    assert result.stderr.count("\n") == 1


RANDOM = ["random sequences of requests", "random requests by Schemathesis"]


def of(rule: str) -> Sequence[Case]:
    return [case for case in in_order() if rule in case.rules and case.name not in RANDOM]


@pytest.mark.parametrize(
    ("fault", "rule", "level"),
    [
        ("health is OK, as text", "health", "MUST"),
        ("a body of exactly 1 MiB is 413", "body-max", "MUST"),
        ("two new items at the same moment get one id", "create-id", "MUST"),
        ("two PUTs at the same moment are mixed", "replace-whole", "MUST"),
        ("of two DELETEs at the same moment both are 204", "delete-once", "MUST"),
        ("a write is committed a moment after its answer", "durable-read", "MUST"),
        ("the title of 422 is the old one", "echo-document", "SHOULD"),
    ],
)
def test_a_fault_is_seen_by_the_cases_of_its_rule(fault: str, rule: str, level: str) -> None:
    outcome = killer(fault, of(rule))
    assert outcome is not None
    assert level_of(outcome.rule) == level
    assert level == "SHOULD" or outcome.rule == rule


def test_without_a_fault_no_case_complains(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also of HTTP around the reference. Random requests: test_hostile.py, test_any_server.py."""
    monkeypatch.setitem(FAULTS, "none", override())
    slow = ("random", "an upgrade")
    assert killer("none", [case for case in in_order() if not case.name.startswith(slow)]) is None


def test_the_random_requests_come_last() -> None:
    names = [case.name for case in in_order()]
    assert names[-2:] == RANDOM
    assert not any(name.startswith("random") for name in names[:-2])
