"""The README's table of rules and services: python -m conformance.table writes it anew from results.json."""

import json
from pathlib import Path

from conformance.ledger import Ledger
from conformance.report import SIGNS
from conformance.verdict import KNOWN, PASS, Cells

README = Path(__file__).parents[1] / "README.md"
RESULTS = Path(__file__).with_name("results.json")  # of the last full run that was published
BEGIN, END = "<!-- conformance table: begin -->", "<!-- conformance table: end -->"


def published() -> Cells:
    found: Cells = json.loads(RESULTS.read_text())
    return found


def publish(found: Cells) -> None:
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    README.write_text(placed(README.read_text(), table(Ledger.load(), found)))


def table(ledger: Ledger, found: Cells) -> str:
    header = ["rule", "", "cases", *(f"`{service}`" for service in found)]
    rows = [header, ["---", "---", "--:", *[":-:"] * len(found)]]
    for name, rule in ledger.rule.items():
        signs = [SIGNS[column[name]].plain for column in found.values()]
        rows.append([f"`{name}`", rule.level, str(len(rule.cases)), *signs])
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(
        [summary(ledger, found), "", "<details><summary>All rules</summary>", "", *lines, "", "</details>"]
    )


def summary(ledger: Ledger, found: Cells) -> str:
    cases = {case for rule in ledger.rule.values() for case in rule.cases}
    passed = {service: sum(word == PASS for word in column.values()) for service, column in found.items()}
    known = sum(word == KNOWN for column in found.values() for word in column.values())
    told = ", ".join(f"`{service}` {count}" for service, count in passed.items())
    return (
        f"Of {len(ledger.rule)} rules, tested by {len(cases)} cases, hold: {told}. Known failures: {known}."
    )


def placed(readme: str, text: str) -> str:
    before, _, rest = readme.partition(BEGIN)
    _, marker, after = rest.partition(END)
    if not marker:
        raise ValueError(f"README.md has no {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{text}\n{END}{after}"


if __name__ == "__main__":
    publish(published())
