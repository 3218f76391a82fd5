"""The outcomes for a reader (a matrix, findings), for a program (JSON), and for a CI server (JUnit)."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from xml.etree import ElementTree as ET

from rich.table import Table
from rich.text import Text

from conformance import contract
from conformance.findings import Run, findings
from conformance.judge import ORDER, Cells, Grade, Judgement, Outcome, Outcomes, verdict
from conformance.levels import ABOUT, LEVELS, REACHABLE, Level
from conformance.rules import Rules
from harness.document import Block, Heading, html
from harness.document import Text as Paragraph

SIGNS = {
    Grade.PASS: Text("✓", "green"),
    Grade.FAIL: Text("✗", "bold red"),
    Grade.UNMET: Text("-", "yellow"),
    Grade.KNOWN: Text("~", "yellow"),
    Grade.UNEXPECTED: Text("!", "bold red"),
    Grade.UNJUDGED: Text("·", "dim"),
}
LEGEND = "  ".join(f"{sign.plain} {word}" for word, sign in SIGNS.items())
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
SHOWN = 20  # findings of a service in the terminal; the files have all of them


def matrix(rules: Rules, cells: Cells) -> Table:
    """Of the rules that were judged."""
    table = Table("rule", "level", box=None, header_style="bold")
    for service in cells:
        table.add_column(service.replace("_", "\n"), justify="center", overflow="fold")
    for name in rules.clauses:
        grades = [column[name] for column in cells.values()]
        if any(grade != Grade.UNJUDGED for grade in grades):
            table.add_row(name, rules.level(name), *(SIGNS[grade] for grade in grades))
    return table


def blocks(rules: Rules, service: str, judgement: Judgement, run: Run, most: int = 0) -> Iterator[Block]:
    """The findings, as many as asked for, and what to do next."""
    found = findings(rules, service, judgement.outcomes)
    yield Heading(2, count(rules, service, judgement.outcomes))
    for number, finding in enumerate(found[: most or None], start=1):
        yield from finding.blocks(number, rules, run)
    if most and len(found) > most:
        yield Paragraph(f"and {len(found) - most} more findings, which the reports have")
    levels = [f"{level}: {grade}" for level, grade in judgement.levels.items()]
    yield Paragraph(" · ".join([f"{REACHABLE}: {Grade.PASS}", *levels]))
    yield Paragraph(next_step(judgement))


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


def claim(rules: Rules, judgement: Judgement, run: Run) -> str:
    """A line for the README of whoever was judged by all cases."""
    levels = reached(judgement)
    if not levels or run["only"] or run["short"]:
        return ""
    title = contract.document()["info"]["title"]
    upto = "on all levels" if levels == LEVELS else f"up to the level *{levels[-1]}*"
    broken = {each.rule for each in judgement.outcomes if not each.passed} & set(rules.allowed)
    but = "; ".join(f"`{rule}`: {rules.allowed[rule]}" for rule in rules.allowed if rule in broken)
    deviations = f"but for {but}" if but else "without deviations"
    return f"Conforms to {title} {contract.edition()} {upto}, {deviations}."


def count(rules: Rules, service: str, outcomes: Sequence[Outcome]) -> str:
    """By case, which comes to the worst of what it says of its rules."""
    words: dict[str, Grade] = {}
    for outcome in outcomes:
        word = verdict(rules, service, outcome)
        words[outcome.case] = max(words.get(outcome.case, Grade.PASS), word, key=ORDER.index)
    counted = Counter(words.values())
    others = [f"{counted[word]} {word}" for word in reversed(ORDER) if counted[word] and word != Grade.PASS]
    return ", ".join([f"{service}: {len(words)} cases", *(others or ["all as expected"])])


def as_json(rules: Rules, judged: Mapping[str, Judgement], cells: Cells, run: Run) -> str:
    clauses = {name: {"level": rules.level(name), "clause": text} for name, text in rules.clauses.items()}
    services = {
        service: {
            "levels": judgement.levels,
            "reached": [REACHABLE, *reached(judgement)],
            "stopped": judgement.stopped,
            "claim": claim(rules, judgement, run),
            "findings": [each.as_json(run) for each in findings(rules, service, judgement.outcomes)],
            "rules": cells[service],
            "outcomes": [
                {name: getattr(outcome, name) for name in ("rule", "case", "passed", "message", "seconds")}
                for outcome in judgement.outcomes
            ],
        }
        for service, judgement in judged.items()
    }
    document = {
        "edition": contract.edition(),
        **run,
        "deviations": rules.allowed,
        "rules": clauses,
        "services": services,
    }
    return json.dumps(document, indent=1)


def as_junit(rules: Rules, outcomes: Outcomes) -> str:
    root = ET.Element("testsuites", name=f"conformance to edition {contract.edition()}")
    for service, found in outcomes.items():
        suite = ET.SubElement(root, "testsuite", name=service, tests=str(len(found)))
        words = [verdict(rules, service, outcome) for outcome in found]
        suite.set("failures", str(sum(word in (Grade.FAIL, Grade.UNEXPECTED) for word in words)))
        suite.set("skipped", str(sum(word in (Grade.KNOWN, Grade.UNMET) for word in words)))
        for outcome, word in zip(found, words, strict=True):
            names = {"classname": f"{service}.{outcome.rule}", "name": clean(outcome.case)}
            case = ET.SubElement(suite, "testcase", names, time=f"{outcome.seconds:.3f}")
            if word != Grade.PASS:
                tag = "failure" if word in (Grade.FAIL, Grade.UNEXPECTED) else "skipped"
                ET.SubElement(case, tag, message=word).text = clean(outcome.message)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def clean(text: str) -> str:
    """XML has no control characters, not even escaped."""
    return NOT_XML.sub("\ufffd", text)


def written(kind: str, rules: Rules, judged: Mapping[str, Judgement], cells: Cells, run: Run) -> str:
    if kind == "json":
        return as_json(rules, judged, cells, run) + "\n"
    if kind == "html":
        return as_html(rules, judged, run)
    return as_junit(rules, {service: judgement.outcomes for service, judgement in judged.items()})


def as_html(rules: Rules, judged: Mapping[str, Judgement], run: Run) -> str:
    page: list[Block] = [
        Heading(1, "Conformance"),
        Paragraph(f"Edition {contract.edition()} of the contract.", "lead"),
    ]
    for service, judgement in judged.items():
        page += blocks(rules, service, judgement, run)
    return html(page, "Conformance")
