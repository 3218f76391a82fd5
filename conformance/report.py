"""The outcomes for a reader (a matrix), for a program (JSON), and for a CI server (JUnit)."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from rich.table import Table
from rich.text import Text

from conformance import contract
from conformance.judge import ORDER, Cells, Grade, Outcome, Outcomes, verdict
from conformance.rules import Rules

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
SHOWN = 20  # groups of findings in the terminal; the files have all of them


def matrix(rules: Rules, cells: Cells) -> Table:
    table = Table("rule", "level", box=None, header_style="bold")
    for service in cells:
        table.add_column(service.replace("_", "\n"), justify="center", overflow="fold")
    for name in rules.clauses:
        table.add_row(name, rules.level(name), *(SIGNS[column[name]] for column in cells.values()))
    return table


def lines(rules: Rules, judged: Outcomes) -> Iterator[str]:
    """All but the passes, the worst first; what breaks the same rules in the same cases is told once."""
    by_rule: dict[tuple[Grade, str, str], list[Outcome]] = {}
    for service, outcomes in judged.items():
        for outcome in outcomes:
            if (word := verdict(rules, service, outcome)) != Grade.PASS:
                by_rule.setdefault((word, service, outcome.rule), []).append(outcome)
    groups: dict[tuple[Grade, str, tuple[str, ...]], list[Outcome]] = {}
    for (word, service, _), found in by_rule.items():
        cases = tuple(outcome.case for outcome in found)
        groups.setdefault((word, service, cases), []).append(found[0])
    worst_first = sorted(groups.items(), key=lambda group: -ORDER.index(group[0][0]))
    for (word, service, cases), found in worst_first[:SHOWN]:
        broken = ", ".join(outcome.rule for outcome in found)
        more = f", and {len(cases) - 1} more cases" if len(cases) > 1 else ""
        yield f"{service}: {word}: {broken}: {cases[0]}{more}"
        if word != Grade.KNOWN:
            message = found[0].message.strip()
            yield from (f"    {line[:300]}" for line in message.splitlines()[:8])
    if len(groups) > SHOWN:
        yield f"... and {len(groups) - SHOWN} more"


def count(rules: Rules, service: str, outcomes: Sequence[Outcome]) -> str:
    """By case, which comes to the worst of what it says of its rules."""
    words: dict[str, Grade] = {}
    for outcome in outcomes:
        word = verdict(rules, service, outcome)
        words[outcome.case] = max(words.get(outcome.case, Grade.PASS), word, key=ORDER.index)
    counted = Counter(words.values())
    others = [f"{counted[word]} {word}" for word in reversed(ORDER) if counted[word] and word != Grade.PASS]
    return ", ".join([f"{service}: {len(words)} cases", *(others or ["all as expected"])])


def as_json(rules: Rules, outcomes: Outcomes, cells: Cells, run: Mapping[str, Any]) -> str:
    clauses = {name: {"level": rules.level(name), "clause": text} for name, text in rules.clauses.items()}
    services = {
        service: {"rules": cells[service], "outcomes": [asdict(outcome) for outcome in judged]}
        for service, judged in outcomes.items()
    }
    document = {"edition": contract.edition(), **run, "rules": clauses, "services": services}
    return json.dumps(document, indent=1)


def as_junit(rules: Rules, outcomes: Outcomes) -> bytes:
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
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def clean(text: str) -> str:
    """XML has no control characters, not even escaped."""
    return NOT_XML.sub("\ufffd", text)


def write(folder: Path, rules: Rules, outcomes: Outcomes, cells: Cells, run: Mapping[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "conformance.json").write_text(as_json(rules, outcomes, cells, run) + "\n")
    (folder / "junit.xml").write_bytes(as_junit(rules, outcomes))
