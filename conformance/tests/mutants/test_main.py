"""The command `just mutants`."""

import pytest
from typer.testing import CliRunner

from conformance.mutants.__main__ import app
from conformance.mutants.faults import FAULTS


def test_the_faults_are_listed() -> None:
    result = CliRunner().invoke(app, ["--list", "HEAD"])
    assert result.stdout.splitlines() == [fault for fault in FAULTS if "HEAD" in fault]


@pytest.mark.parametrize(
    ("words", "told"),
    [(["no such fault"], "Unknown fault: no such fault."), (["--serve", "HEAD"], "--serve takes one fault")],
)
def test_bad_usage_is_told_in_one_line(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        result = CliRunner().invoke(app, words)
    assert result.exit_code == 2
    assert result.stderr.startswith(told)
    assert result.stderr.count("\n") == 1
