"""What differs in the same way is one finding, with the words of its rules and a way to see it."""

import pytest

from conformance.case import SEED, Complaint, Sent, general
from conformance.findings import Finding, Run, findings
from conformance.judge import Grade, Outcome
from conformance.tests.test_judge import KNOWING, PLAIN, judgements
from harness.document import markdown
from harness.wire import Request, everywhere

HELLO = (Sent(Request("GET", "/hello")),)
NOPE = (*HELLO, Sent(Request("GET", "/nope")))

RUN = Run(url="http://127.0.0.1:1", seed=SEED, short=False, only="", may_delete=False)


def outcome(rule: str, case: str, *complaints: Complaint) -> Outcome:
    return Outcome(rule, case, passed=not complaints, complaints=complaints)


def findings_of(*outcomes: Outcome) -> list[Finding]:
    return findings(PLAIN, "one", outcomes)


def test_one_cause_is_one_finding_by_its_shortest_example() -> None:
    long, short = (Complaint("it differs", expected="1", got="2", sent=sent) for sent in (NOPE, HELLO))
    outcomes = outcome("must", "a", long), outcome("must", "b", short), outcome("should", "b", short)
    (finding,) = findings_of(*outcomes)
    assert (finding.grade, finding.cases) == (Grade.FAIL, ["a", "b"])
    assert dict(finding.rules) == {"must": 2, "should": 1}
    assert finding.commands(RUN) == 'URL=http://127.0.0.1:1\ncurl -sS -i -X GET "$URL"/hello'
    page = markdown(finding.blocks(1, PLAIN, RUN))
    assert page.startswith("### 1. it differs (fail, 2 cases)\n\n- must: ...\n- should: ...\n")
    assert "case:     b\nexpected: 1\ncame:     2\n" in page


def test_what_no_command_can_send_is_judged_again_by_its_name() -> None:
    (finding,) = findings_of(outcome("must", "a case", Complaint("why")))
    assert finding.commands(RUN) == "just conform --url http://127.0.0.1:1 --only 'a case'"
    with everywhere("", ["Authorization: Bearer key"]):
        of_more = finding.commands({**RUN, "may_delete": True, "seed": 7, "short": True})
    assert of_more.splitlines() == [
        "HEADER1='authorization: ...' # yours",
        "just conform --url http://127.0.0.1:1 --may-delete "
        "--header \"$HEADER1\" --seed 7 --short --only 'a case'",
    ]
    (ours,) = findings(PLAIN, "flask_sqlite", [outcome("must", "a case", Complaint("why"))])
    assert ours.commands({**RUN, "url": ""}) == "just conform flask_sqlite --only 'a case'"
    assert ours.commands(RUN) == "just conform flask_sqlite --url http://127.0.0.1:1 --only 'a case'"


def test_of_a_failure_that_is_known_nothing_is_to_be_done() -> None:
    (finding,) = findings(KNOWING, "one", [outcome("must", "a", Complaint("why"))])
    assert markdown(finding.blocks(1, PLAIN, RUN)) == "### 1. why (known failure, 1 case)\n\n- must: ...\n"


def test_the_worst_is_first_and_then_what_is_frequent() -> None:
    outcomes = [outcome("should", case, Complaint("should")) for case in "abc"]
    outcomes += [outcome("must", case, Complaint("twice")) for case in "bc"]
    outcomes += [outcome("must", "a", Complaint("once"))]
    assert [finding.cause for finding in findings_of(*outcomes)] == ["twice", "once", "should"]


def test_a_pass_that_nobody_expected_is_a_finding() -> None:
    (finding,) = findings(KNOWING, "one", judgements(True)["one"])
    assert (finding.grade, finding.cases) == (Grade.UNEXPECTED, ["a"])


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("$[12].price: -1 is less than the minimum of 0", "$[…].price: -… is less than the minimum of …"),
        ("no JSON: b'<html>\\n'\nmore", "no JSON: …"),
        ("""'it\\'s' and "x" differ""", "… and … differ"),
    ],
)
def test_a_cause_has_no_values(text: str, cause: str) -> None:
    assert general(text) == cause
