"""The rules are the contract's words, all of them; every rule has a case, and every case a rule."""

import re
from collections import Counter
from collections.abc import Iterator

from conformance import contract
from conformance.case import load
from conformance.rules import Rules
from harness.service import services

RULES = Rules.load()
CLAUSES = [*RULES.clauses.values(), *RULES.elsewhere]
DEMANDS_NOTHING = {
    "A greeting, an echo, and create, read, replace and delete on one table of items.",
    "MUST, SHOULD and MAY are those of [BCP 14](https://www.rfc-editor.org/info/bcp14).",
    "A rule is a MUST where a user of the API would be harmed without it.",
    "A service MAY do as its framework does with:",
    "Items become visible in the order in which they are committed, which need not be that of their ids: "
    "a page that was read while others wrote may lack an item with a smaller id, and `after` does not bring "
    "it.",
    "A reader that must miss none reads again from the start when the writers have finished.",
}


def sentences() -> Iterator[str]:
    """Of the contract's description and of those of its operations."""
    paths = contract.document()["paths"].values()
    operations = [path[method] for path in paths for method in contract.METHODS if method in path]
    for described in [contract.document()["info"], *operations]:
        for block in re.split(r"\n\s*\n|\n(?=- |\d\. |#)", described.get("description", "")):
            if not block.startswith("#"):
                text = " ".join(block.split())
                yield from re.split(r"(?<=[.:;])\s+(?=[A-Z`])", re.sub(r"^(- |\d\. )", "", text))


def test_every_clause_is_in_the_contract_and_every_sentence_of_it_in_a_clause() -> None:
    text = " ".join(contract.CONTRACT.read_text().split())
    assert not [clause for clause in CLAUSES if clause not in text]
    every_text = set(sentences())
    covered = {text for text in every_text if any(clause in text or text in clause for clause in CLAUSES)}
    assert every_text - covered == DEMANDS_NOTHING


def test_a_clause_of_level_should_says_so() -> None:
    assert not [name for name, clause in RULES.should.items() if "SHOULD" not in clause]


def test_no_two_rules_are_told_in_the_same_words() -> None:
    assert set(RULES.titles) <= set(RULES.clauses)
    assert not [wording for wording, count in Counter(map(RULES.wording, RULES.clauses)).items() if count > 1]


def test_every_rule_has_a_case_and_every_case_a_rule_and_a_name_of_its_own() -> None:
    tested = {rule for case in load() for rule in case.rules}
    assert tested == set(RULES.clauses)
    assert not [case.name for case in load() if not case.rules]
    assert not [name for name, count in Counter(case.name for case in load()).items() if count > 1]


def test_a_known_failure_is_of_a_service_and_a_rule_and_a_case_and_has_a_reason() -> None:
    for failure in RULES.known_failure:
        assert set(failure.services) <= set(services())
        assert failure.reason
        cases = [case for case in load() if f"{case.name}: ".startswith(f"{failure.case}: ")]
        assert any(failure.rule in case.rules for case in cases), failure
