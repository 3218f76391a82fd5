"""The outcomes for a reader (a matrix, findings), for a program (JSON), and for a CI server (JUnit)."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from xml.etree import ElementTree as ET

from conformance import contract
from conformance.case import LEVELS, Level
from conformance.findings import Run, findings
from conformance.judge import BAD, ORDER, Cells, Grade, Judgement, Outcome, Outcomes, verdict
from conformance.rules import Rules
from harness.document import Block, Content, Heading, Span, Table, Text, html

SIGNS = {
    Grade.PASS: Span("✓", "good"),
    Grade.FAIL: Span("✗", "bad"),
    Grade.UNMET: Span("-", "unsure"),
    Grade.KNOWN: Span("~", "unsure"),
    Grade.UNEXPECTED: Span("!", "bad"),
    Grade.UNJUDGED: Span("·", "muted"),
}
LEGEND = "  ".join(f"{sign.text} {grade}" for grade, sign in SIGNS.items())
REACHABLE = "reachable"  # comes before all levels
ABOUT = {
    Level.BASICS: "/hello, /healthz and /echo",
    Level.ITEMS: "create, read, list, replace and delete",
    Level.ERRORS: "what is wrong is refused, with the right status and as a problem",
    Level.EDGES: "limits, spellings, encodings, connections, the database",
    Level.CONCURRENCY: "requests at the same moment",
    Level.FUZZ: "random requests, held against the contract as a server in memory",
}
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
SHOWN = 20  # findings of a service in the terminal; the files have all of them


def matrix(rules: Rules, cells: Cells) -> Table:
    """Of the rules that were judged."""
    columns = cells.values()
    judged = [name for name in rules.clauses if any(column[name] != Grade.UNJUDGED for column in columns)]
    rows: list[list[Content]] = [[name, rules.level(name), *signs(cells, name)] for name in judged]
    head = ["rule", "level", *(service.replace("_", "\n") for service in cells)]
    return Table(head, rows, "l" * len(head))


def signs(cells: Cells, rule: str) -> list[Span]:
    return [SIGNS[column.get(rule, Grade.UNJUDGED)] for column in cells.values()]


def blocks(rules: Rules, service: str, judgement: Judgement, run: Run, most: int = 0) -> Iterator[Block]:
    """The findings, as many as asked for, and what to do next."""
    ranked = findings(rules, service, judgement.outcomes)
    yield Heading(2, count(rules, service, judgement.outcomes))
    for number, finding in enumerate(ranked[: most or None], start=1):
        yield from finding.blocks(number, rules, run)
    if most and len(ranked) > most:
        yield Text(f"and {len(ranked) - most} more findings, which the reports have")
    levels = [f"{level}: {grade}" for level, grade in judgement.levels.items()]
    yield Text(" · ".join([f"{REACHABLE}: {Grade.PASS}", *levels]))
    yield Text(next_step(judgement))


def next_step(judgement: Judgement) -> str:
    if judgement.stopped:
        return f"Not judged to the end: {judgement.stopped}. What was found until then is here."
    failed = next((level for level, grade in judgement.levels.items() if grade == Grade.FAIL), None)
    if failed is None:
        return "No MUST of these levels is broken."
    place = LEVELS.index(failed) + 1
    following = f"; then comes the level {LEVELS[place]}" if place < len(LEVELS) else ""
    return (
        f"Next: the level {failed}, {ABOUT[failed]}. Mend what fails, in this order, and run the same "
        f"again{following}. --all judges all levels at once."
    )


def reached(judgement: Judgement) -> list[Level]:
    """The levels that hold, from the first on."""
    return list(takewhile(lambda level: judgement.levels.get(level) == Grade.PASS, LEVELS))


def claim(rules: Rules, service: str, judgement: Judgement, run: Run) -> str:
    """A line for the README of a service that was judged by all cases."""
    levels = reached(judgement)
    if not levels or run["only"] or run["short"]:
        return ""
    title = contract.document()["info"]["title"]
    extent = "on all levels" if levels == LEVELS else f"up to the level *{levels[-1]}*"
    known = [failure for failure in rules.known_failure if service in failure.services]
    reasons = {failure.rule: failure.reason.rstrip(".") for failure in known} | dict(rules.allowed)
    grades = ((outcome.rule, verdict(rules, service, outcome)) for outcome in judgement.outcomes)
    broken = dict.fromkeys(rule for rule, grade in grades if grade == Grade.KNOWN)
    exceptions = "; ".join(f"`{rule}`: {reasons[rule]}" for rule in broken)
    deviations = f"but for {exceptions}" if exceptions else "without deviations"
    over_tls = "; over TLS, without the cases of a bare connection" if run["url"].startswith("https:") else ""
    return f"Conforms to {title} {contract.edition()} {extent}, {deviations}{over_tls}."


def count(rules: Rules, service: str, outcomes: Sequence[Outcome]) -> str:
    """By case, which comes to the worst of what it says of its rules."""
    grades: dict[str, Grade] = {}
    for outcome in outcomes:
        grade = verdict(rules, service, outcome)
        grades[outcome.case] = max(grades.get(outcome.case, Grade.PASS), grade, key=ORDER.index)
    counts = Counter[Grade](grade for grade in grades.values() if grade != Grade.PASS)
    exceptions = [f"{counts[grade]} {grade}" for grade in reversed(ORDER) if counts[grade]]
    return ", ".join([f"{service}: {len(grades)} cases", *(exceptions or ["all as expected"])])


def as_json(rules: Rules, judged: Mapping[str, Judgement], cells: Cells, run: Run) -> str:
    clauses = {name: {"level": rules.level(name), "clause": text} for name, text in rules.clauses.items()}
    services = {
        service: {
            "levels": judgement.levels,
            "reached": [REACHABLE, *reached(judgement)],
            "stopped": judgement.stopped,
            "claim": claim(rules, service, judgement, run),
            "findings": [finding.as_json(run) for finding in findings(rules, service, judgement.outcomes)],
            "rules": cells[service],
            "outcomes": [
                {name: getattr(outcome, name) for name in ("rule", "case", "passed", "message", "seconds")}
                for outcome in judgement.outcomes
            ],
        }
        for service, judgement in judged.items()
    }
    about = {"edition": contract.edition(), **run, "deviations": rules.allowed}
    return json.dumps({**about, "rules": clauses, "services": services}, indent=1) + "\n"


def as_junit(rules: Rules, outcomes: Outcomes) -> str:
    root = ET.Element("testsuites", name=f"conformance to edition {contract.edition()}")
    for service, service_outcomes in outcomes.items():
        suite = ET.SubElement(root, "testsuite", name=service, tests=str(len(service_outcomes)))
        grades = [verdict(rules, service, outcome) for outcome in service_outcomes]
        suite.set("failures", str(sum(grade in BAD for grade in grades)))
        suite.set("skipped", str(sum(grade in (Grade.KNOWN, Grade.UNMET) for grade in grades)))
        for outcome, grade in zip(service_outcomes, grades, strict=True):
            names = {"classname": f"{service}.{outcome.rule}", "name": clean(outcome.case)}
            case = ET.SubElement(suite, "testcase", names, time=f"{outcome.seconds:.3f}")
            if grade != Grade.PASS:
                tag = "failure" if grade in BAD else "skipped"
                ET.SubElement(case, tag, message=grade).text = clean(outcome.message)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def clean(text: str) -> str:
    """XML has no control characters, not even escaped."""
    return NOT_XML.sub("\ufffd", text)


def as_html(rules: Rules, judged: Mapping[str, Judgement], run: Run) -> str:
    lead = Text(f"Edition {contract.edition()} of the contract.", "lead")
    page: list[Block] = [Heading(1, "Conformance"), lead]
    for service, judgement in judged.items():
        page += blocks(rules, service, judgement, run)
    return html(page, "Conformance")
