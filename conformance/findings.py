"""What was found, by its cause: cases that differ in the same way are one finding, to be mended once."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from conformance import curl
from conformance.case import Complaint, general
from conformance.judge import ORDER, Grade, Outcome, verdict
from conformance.rules import Rules
from harness.document import Block, Bullets, Code, Heading, Text

RULES = 4  # of a finding, with their clauses; the others by name
SHOWN = 600  # characters of what was expected, and of what came
PASSED = Complaint("every case passes; take it from the list of known failures")


@dataclass
class Finding:
    cause: str
    grade: Grade = Grade.PASS
    cases: list[str] = field(default_factory=list)
    rules: Counter[str] = field(default_factory=Counter)  # and how many of the cases break each
    example: tuple[str, Complaint] = ("", PASSED)  # the case that is the easiest to do again

    def add(self, outcome: Outcome, grade: Grade, complaint: Complaint) -> None:
        self.grade = max(self.grade, grade, key=ORDER.index)
        self.rules[outcome.rule] += 1
        if outcome.case not in self.cases:
            self.cases.append(outcome.case)
        if not self.example[0] or _effort(complaint) < _effort(self.example[1]):
            self.example = (outcome.case, complaint)

    def curl(self, url: str) -> str:
        sent = self.example[1].sent
        return "\n".join(curl.script(url, sent)) if sent else ""

    def blocks(self, number: int, rules: Rules, url: str) -> Iterator[Block]:
        case, complaint = self.example
        cases = "1 case" if len(self.cases) == 1 else f"{len(self.cases)} cases"
        yield Heading(3, f"{number}. {self.cause} ({self.grade}, {cases})")
        common = self.rules.most_common()
        yield Bullets([f"{name}: {rules.clauses[name]}" for name, _ in common[:RULES]])
        if more := [name for name, _ in common[RULES:]]:
            yield Text(f"and also: {', '.join(more)}")
        if self.grade == Grade.KNOWN:
            return
        lines = [f"case:     {case}"]
        if complaint.expected:
            lines.append(f"expected: {complaint.expected[:SHOWN]}")
        lines.append(f"came:     {(complaint.got or complaint.text)[:SHOWN]}")
        yield Code("\n".join(lines))
        yield Code(self.curl(url) or f"just conform --url {url} --only {curl.quoted(case, {})}")

    def as_json(self, url: str) -> dict[str, Any]:
        case, complaint = self.example
        return {
            "cause": self.cause,
            "grade": self.grade,
            "rules": dict(self.rules),
            "cases": self.cases,
            "example": case,
            "expected": complaint.expected[:SHOWN],
            "came": (complaint.got or complaint.text)[:SHOWN],
            "curl": self.curl(url),
        }


def findings(rules: Rules, service: str, outcomes: Sequence[Outcome]) -> list[Finding]:
    """The worst first, and of those the most frequent."""
    causes: dict[str, Finding] = {}
    for outcome in outcomes:
        grade = verdict(rules, service, outcome)
        if grade != Grade.PASS:
            for complaint in outcome.complaints or (PASSED,):
                cause = complaint.cause or general(complaint.text)
                causes.setdefault(cause, Finding(cause)).add(outcome, grade, complaint)
    return sorted(causes.values(), key=lambda each: (-ORDER.index(each.grade), -len(each.cases)))


def _effort(complaint: Complaint) -> tuple[bool, int, int]:
    return not complaint.sent, len(complaint.sent), sum(len(each.request.body) for each in complaint.sent)
