"""The faulty server without a fault is faultless, and the judges see the faults that it can have."""

import pytest
from typer.testing import CliRunner

from conformance.mutants.__main__ import app
from conformance.mutants.faults import faults
from conformance.mutants.judging import raw_cases, verdict
from conformance.mutants.service import Service
from conformance.mutants.survivors import SURVIVORS


def test_without_a_fault_the_raw_cases_have_no_complaint() -> None:
    assert raw_cases(Service) == ""


@pytest.mark.parametrize(
    ("fault", "case"),
    [
        ("HealthInWords", "healthz is ok"),
        ("SizeOffByOne", "exactly 1 MiB"),
        ("IdReused", "the id of the last item is not used again"),
        ("BOMAccepted", "a byte order mark"),
        ("AllowWithoutHead", "/items/ is /items"),
    ],
)
def test_the_raw_cases_kill(fault: str, case: str) -> None:
    found = verdict(fault, ("cases",))
    assert found.judge == "cases"
    assert found.reason.startswith(case)


def test_the_differential_test_kills() -> None:
    assert verdict("PutIsLost", ("differential",)).judge == "differential"


def test_every_fault_says_what_it_is() -> None:
    found = faults()
    assert len(found) >= 60
    assert len({fault.__doc__ for fault in found.values()} - {None, Service.__doc__}) == len(found)
    assert set(SURVIVORS) <= set(found)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["Nonsense"], "Unknown fault: Nonsense"),
        (
            ["--judge", "nobody"],
            "Unknown judge: nobody. There are: cases, differential, concurrency, schemathesis",
        ),
        (["--serve", "IdReused", "PutMerges"], "--serve takes one fault"),
    ],
)
def test_bad_usage_is_told_in_one_line(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        result = CliRunner().invoke(app, words)
    assert result.exit_code == 2
    assert result.stderr.startswith(told)
    assert result.stderr.count("\n") == 1
