"""docs/conformance.md, from the results of the last full run: python -m conformance.page writes it anew."""

import json
from pathlib import Path
from typing import TypedDict

from conformance import contract
from conformance.report import LEGEND, SIGNS
from conformance.rules import Rules
from conformance.verdict import KNOWN, PASS, UNJUDGED, Cells

PAGE = Path(__file__).parents[1] / "docs" / "conformance.md"
RESULTS = Path(__file__).with_name("results.json")


class Results(TypedDict):
    edition: str  # of the contract
    services: Cells


def published() -> Results:
    results: Results = json.loads(RESULTS.read_text())
    return results


def publish(cells: Cells) -> None:
    results = Results(edition=contract.edition(), services=cells)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    PAGE.write_text(page(Rules.load(), results))


def page(rules: Rules, results: Results) -> str:
    cells = results["services"]
    header = ["rule", "", "the contract says", *(f"`{service}`" for service in cells)]
    rows = [header, ["---", "---", "---", *[":-:"] * len(cells)]]
    for name, clause in rules.clauses.items():
        signs = [SIGNS[column.get(name, UNJUDGED)].plain for column in cells.values()]
        clause = clause.replace("|", "\\|")
        rows.append([f"`{name}`", rules.level(name), clause, *signs])
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    known = [
        f"- {', '.join(failure.services)}: `{failure.rule}`: {failure.case}. {failure.reason}"
        for failure in rules.known_failure
    ]
    parts = ["# Conformance", summary(rules, results), "\n".join(lines)]
    parts += ["## Known failures", "\n".join(known)] if known else []
    return "\n\n".join(parts) + "\n"


def summary(rules: Rules, results: Results) -> str:
    text = (
        f"Edition {results['edition']} of [the contract](../openapi.yaml) has {len(rules.must)} rules of "
        f"level MUST and {len(rules.should)} of level SHOULD. `just conform` tests them."
    )
    cells = results["services"]
    if not cells:
        return f"{text} No full run of the five services is published yet."
    passed = {service: sum(word == PASS for word in column.values()) for service, column in cells.items()}
    known = sum(word == KNOWN for column in cells.values() for word in column.values())
    counts = ", ".join(f"`{service}` {count}" for service, count in passed.items())
    return f"{text} Of these rules hold: {counts}. Known failures: {known}. ({LEGEND})"


if __name__ == "__main__":
    publish(published()["services"])
