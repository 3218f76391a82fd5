"""What was found, by its cause: cases that differ in the same way are one finding, to be mended once."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypedDict

from conformance import curl
from conformance.case import SEED, Complaint, general
from conformance.judge import ORDER, Grade, Outcome, verdict
from conformance.rules import Rules
from harness.document import Block, Bullets, Code, Heading, Text
from harness.service import services

RULES = 4  # of a finding, with their clauses; the others by name
SHOWN = 600  # characters of what was expected, and of what came
HERE = "http://127.0.0.1:8000"  # where a reader has a service that is started without any setting
PASSED = Complaint("every case passes; take it from the list of known failures")


class Run(TypedDict):
    url: str  # of the server that was judged there; empty where services were started
    seed: int
    short: bool
    only: str
    may_delete: bool


@dataclass
class Finding:
    service: str
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

    def commands(self, run: Run) -> str:
        """For a shell: they do the easiest case again."""
        case, complaint = self.example
        if complaint.sent:
            return "\n".join(curl.script(run["url"] or HERE, complaint.sent))
        arguments = [self.service] if self.service in services() else []
        arguments += [f"--url {curl.quoted(run['url'], {})}"] if run["url"] else []
        arguments += ["--may-delete"] if run["may_delete"] else []
        arguments += [f'--header "${name}"' for name in curl.everywhere()]
        arguments += [f"--seed {run['seed']}"] if run["seed"] != SEED else []
        arguments += ["--short"] if run["short"] else []
        command = f"just conform {' '.join(arguments)} --only {curl.quoted(case, {})}"
        return "\n".join([*curl.headers_of_yours(), command])

    def blocks(self, number: int, rules: Rules, run: Run) -> Iterator[Block]:
        case, complaint = self.example
        cases = "1 case" if len(self.cases) == 1 else f"{len(self.cases)} cases"
        yield Heading(3, f"{number}. {self.cause} ({self.grade}, {cases})")
        common = self.rules.most_common()
        yield Bullets([f"{name}: {rules.wording(name)}" for name, _ in common[:RULES]])
        if more := [name for name, _ in common[RULES:]]:
            yield Text(f"and also: {', '.join(more)}")
        if self.grade == Grade.KNOWN:
            return
        lines = [f"case:     {case}"]
        if complaint.expected:
            lines.append(f"expected: {complaint.expected[:SHOWN]}")
        lines.append(f"came:     {(complaint.got or complaint.text)[:SHOWN]}")
        yield Code("\n".join(lines))
        yield Code(self.commands(run))

    def as_json(self, run: Run) -> dict[str, Any]:
        case, complaint = self.example
        return {
            "cause": self.cause,
            "grade": self.grade,
            "rules": dict(self.rules),
            "cases": self.cases,
            "example": case,
            "expected": complaint.expected[:SHOWN],
            "came": (complaint.got or complaint.text)[:SHOWN],
            "curl": self.commands(run),
        }


def findings(rules: Rules, service: str, outcomes: Sequence[Outcome]) -> list[Finding]:
    """The worst first, and of those the most frequent."""
    causes: dict[str, Finding] = {}
    for outcome in outcomes:
        grade = verdict(rules, service, outcome)
        if grade != Grade.PASS:
            for complaint in outcome.complaints or (PASSED,):
                cause = complaint.cause or general(complaint.text)
                causes.setdefault(cause, Finding(service, cause)).add(outcome, grade, complaint)
    return sorted(causes.values(), key=lambda finding: (-ORDER.index(finding.grade), -len(finding.cases)))


def _effort(complaint: Complaint) -> tuple[bool, int, int]:
    return not complaint.sent, len(complaint.sent), sum(len(step.request.body) for step in complaint.sent)
