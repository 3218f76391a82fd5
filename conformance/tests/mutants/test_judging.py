"""The cases see the faults that they should see."""

import pytest

from conformance.mutants.faults import FAULTS
from conformance.mutants.judging import in_order, verdict
from conformance.mutants.switches import together


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ("health is OK, as text", "health"),
        ("a body of exactly 1 MiB is 413", "body-max"),
        ("two PUTs at the same moment are mixed", "replace-whole"),
        ("of two DELETEs at the same moment both are 204", "delete-once"),
    ],
)
def test_a_fault_breaks_its_rule(fault: str, rule: str) -> None:
    found = verdict(fault)
    assert (found.rule, found.level) == (rule, "MUST")


def test_what_only_a_should_sees_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    titles = [case for case in in_order() if case.name.startswith("a lone value in an echo")]
    monkeypatch.setattr("conformance.mutants.judging.in_order", lambda: titles)
    assert verdict("the title of 422 is the old one").level == "SHOULD"


def test_without_a_fault_no_case_complains(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FAULTS, "none", together())
    assert verdict("none").message == ""


def test_the_random_requests_come_last() -> None:
    names = [case.name for case in in_order()]
    assert names[-2:] == ["random sequences of requests", "random requests by Schemathesis"]
    assert not any(name.startswith("random") for name in names[:-2])
