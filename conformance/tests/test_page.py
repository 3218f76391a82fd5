"""docs/conformance.md shows what was published, and that is of this contract and these services."""

from conformance import contract, page
from conformance.judge import Grade
from conformance.rules import Rules
from harness.document import markdown
from harness.service import services


def test_the_page_is_that_of_the_published_results() -> None:
    assert page.PAGE.read_text() == markdown(page.page(Rules.load(), page.published()))


def test_the_published_results_are_of_this_edition_and_of_services() -> None:
    results = page.published()
    assert results["edition"] == contract.edition()
    assert set(results["services"]) <= set(services())  # a new one: from the next full run on


def test_a_rule_that_was_not_judged_is_shown_as_such() -> None:
    results = page.Results(edition="2.0.0", services={"one": {"hello": Grade.PASS}})
    lines = markdown(page.page(Rules.load(), results)).splitlines()
    assert [line[-5:] for line in lines if line.startswith(("| `hello` ", "| `health` "))] == [
        "| ✓ |",
        "| · |",
    ]
    assert f"Kept, of {len(Rules.load().clauses)} rules: `one` 1." in "\n".join(lines)
