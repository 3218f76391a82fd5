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

from conformance.ledger import Ledger
from conformance.outcome import Outcome
from conformance.verdict import (
    FAIL,
    KNOWN,
    PASS,
    UNEXPECTED,
    UNJUDGED,
    Cells,
    Finding,
    Outcomes,
    findings,
    verdict,
)

SIGNS = {
    PASS: Text("✓", "green"),
    FAIL: Text("✗", "bold red"),
    KNOWN: Text("~", "yellow"),
    UNEXPECTED: Text("!", "bold red"),
    UNJUDGED: Text("·", "dim"),
}
LEGEND = "  ".join(f"{sign.plain} {word}" for word, sign in SIGNS.items())
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
SHOWN = 20  # findings in the terminal; the files have all of them


def matrix(ledger: Ledger, found: Cells) -> Table:
    table = Table("rule", "level", box=None, header_style="bold")
    for service in found:
        table.add_column(service.replace("_", "\n"), justify="center", overflow="fold")
    for name, rule in ledger.rule.items():
        table.add_row(name, rule.level, *(SIGNS[column[name]] for column in found.values()))
    return table


def lines(everything: Sequence[Finding]) -> Iterator[str]:
    """The worst first; one finding for each case, though it may test several rules."""
    cases: dict[tuple[str, str], list[Finding]] = {}
    for finding in sorted(everything, key=lambda finding: finding.verdict == KNOWN):
        cases.setdefault((finding.service, finding.outcome.case), []).append(finding)
    for (service, case), found in list(cases.items())[:SHOWN]:
        rules = ", ".join(finding.outcome.rule for finding in found)
        yield f"{service}: {found[0].verdict}: {case} ({rules})"
        if found[0].verdict != KNOWN:
            message = found[0].outcome.message.strip()
            yield from (f"    {line[:300]}" for line in message.splitlines()[:8])
    if len(cases) > SHOWN:
        yield f"... and {len(cases) - SHOWN} more cases"


def count(ledger: Ledger, service: str, outcomes: Sequence[Outcome]) -> str:
    words = {outcome.case: PASS for outcome in outcomes}
    words |= {finding.outcome.case: finding.verdict for finding in findings(ledger, {service: outcomes})}
    counted = Counter(words.values())
    told = [f"{number} {word}" for word, number in counted.items() if word != PASS]
    return ", ".join([f"{service}: {len(words)} cases", *(told or ["all as expected"])])


def as_json(ledger: Ledger, outcomes: Outcomes, found: Cells, run: Mapping[str, Any]) -> str:
    rules = {name: {"level": rule.level, "clause": rule.clause} for name, rule in ledger.rule.items()}
    judged = {
        service: {"rules": found[service], "outcomes": [asdict(outcome) for outcome in all_of_it]}
        for service, all_of_it in outcomes.items()
    }
    return json.dumps({**run, "rules": rules, "services": judged}, indent=1)


def as_junit(ledger: Ledger, outcomes: Outcomes) -> bytes:
    root = ET.Element("testsuites", name="conformance")
    for service, found in outcomes.items():
        suite = ET.SubElement(root, "testsuite", name=service, tests=str(len(found)))
        words = [verdict(ledger, service, outcome) for outcome in found]
        suite.set("failures", str(sum(word in (FAIL, UNEXPECTED) for word in words)))
        suite.set("skipped", str(words.count(KNOWN)))
        for outcome, word in zip(found, words, strict=True):
            names = {"classname": f"{service}.{outcome.rule}", "name": clean(outcome.case)}
            case = ET.SubElement(suite, "testcase", names, time=f"{outcome.seconds:.3f}")
            if word != PASS:
                tag = "skipped" if word == KNOWN else "failure"
                ET.SubElement(case, tag, message=word).text = clean(outcome.message)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def clean(text: str) -> str:
    """XML has no control characters, not even escaped."""
    return NOT_XML.sub("\ufffd", text)


def write(folder: Path, ledger: Ledger, outcomes: Outcomes, found: Cells, run: Mapping[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "conformance.json").write_text(as_json(ledger, outcomes, found, run) + "\n")
    (folder / "junit.xml").write_bytes(as_junit(ledger, outcomes))
