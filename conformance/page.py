"""docs/conformance.md, from the results of the last full run: python -m conformance.page writes it anew."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict

from conformance import contract
from conformance.judge import Cells, Grade
from conformance.report import LEGEND, signs
from conformance.rules import Rules
from harness.document import Block, Bullets, Content, Heading, Span, Table, Text, markdown

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
    PAGE.write_text(markdown(page(Rules.load(), results)))


def page(rules: Rules, results: Results) -> Iterator[Block]:
    cells = results["services"]
    grades = {service: list(column.values()) for service, column in cells.items()}
    passed = ", ".join(f"`{service}` {column.count(Grade.PASS)}" for service, column in grades.items())
    known = sum(column.count(Grade.KNOWN) for column in grades.values())
    yield Heading(1, "Conformance")
    yield Text(
        [
            f"Edition {results['edition']} of ",
            Span("the contract", link="../openapi.yaml"),
            f" has {len(rules.must)} rules of level MUST, {len(rules.should)} of level SHOULD and "
            f"{len(rules.left_open)} that bound what it leaves open. `just conform` tests them. "
            f"Kept, of {len(rules.clauses)} rules: {passed}. "
            f"Known failures: {known}. ({LEGEND})",
        ]
    )
    yield Text(
        "`just conform --url URL` judges any other server in the same way: level by level, each fault with "
        "commands that show it. Where all levels hold, it writes a line for that server's README."
    )
    head = ["rule", "", "the contract says", *(f"`{service}`" for service in cells)]
    rows: list[list[Content]] = [
        [f"`{name}`", rules.level(name), rules.wording(name), *signs(cells, name)] for name in rules.clauses
    ]
    yield Table(head, rows, "l" * len(head))
    if rules.known_failure:
        yield Heading(2, "Known failures")
    yield Bullets(
        [
            f"{', '.join(failure.services)}: `{failure.rule}`: {failure.case}. {failure.reason}"
            for failure in rules.known_failure
        ]
    )


if __name__ == "__main__":
    publish(published()["services"])
