"""The README shows what was published, and what was published is of these rules and services."""

from conformance import table
from conformance.ledger import Ledger
from conformance.verdict import UNJUDGED
from harness.service import services


def test_the_table_is_that_of_the_published_results() -> None:
    readme = table.README.read_text()
    assert table.placed(readme, table.table(Ledger.load(), table.published())) == readme


def test_the_published_results_are_of_every_rule_and_every_service() -> None:
    found = table.published()
    assert sorted(found) == services()
    for column in found.values():
        assert list(column) == list(Ledger.load().rule)
        assert UNJUDGED not in column.values()
