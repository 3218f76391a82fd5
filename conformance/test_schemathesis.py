"""Schemathesis: once plain, once with the model of conformance/oracle.py following the run."""

import pytest

from conformance import tester
from conformance.model import KINDS
from conformance.tester import Run

# The others are on too, but have nothing to look at: the contract has no security and no required header.
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "positive_data_acceptance",
    "unsupported_method",
    "allow_header_conformance",
    "use_after_free",
    "ensure_resource_availability",
)
SHOWN = 3  # failures of one check


@pytest.fixture(scope="module")
def watched(url: str, short: bool, seed: int) -> Run:
    return tester.run(url, oracle=True, short=short, seed=seed)


@pytest.fixture(scope="module")
def plain(url: str, short: bool, seed: int, request: pytest.FixtureRequest) -> Run:
    if short:  # one run has to do: it makes the plain checks too
        found: Run = request.getfixturevalue("watched")
        return found
    return tester.run(
        url, oracle=False, short=short, seed=seed + 1
    )  # other examples than those of the other run


def named(prefix: str, checks: tuple[str, ...]) -> list[object]:
    names = [(check, f"{prefix}: {check.replace('_', ' ')}") for check in checks]
    return [pytest.param(check, id=name, marks=pytest.mark.case(name)) for check, name in names]


def judge(run: Run, check: str) -> None:
    if run.unsound:
        pytest.fail("\n".join(run.unsound), pytrace=False)
    if failures := run.failures.get(check):
        more = [f"... and {len(failures) - SHOWN} more"] if len(failures) > SHOWN else []
        pytest.fail("\n\n".join([*failures[:SHOWN], *more]), pytrace=False)
    assert run.made[check], f"{check} was never made"


@pytest.mark.parametrize("check", named("schemathesis", CHECKS))
def test_schemathesis(plain: Run, check: str) -> None:
    judge(plain, check)


@pytest.mark.case("schemathesis: nothing else")
def test_nothing_else(plain: Run) -> None:
    others = {check: found for check, found in plain.failures.items() if check not in CHECKS + KINDS}
    assert not others


@pytest.mark.parametrize("check", named("oracle", KINDS))
def test_oracle(watched: Run, check: str) -> None:
    judge(watched, check)
