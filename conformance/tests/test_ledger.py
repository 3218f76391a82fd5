"""The ledger has every rule's words from the contract, and every case a rule."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from conformance import cases
from conformance.contract import CONTRACT
from conformance.ledger import Ledger
from harness.service import services

FOLDER = Path(__file__).parents[1]
LEDGER = Ledger.load()


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str | None]:
    """The case that each test names which needs a service."""
    path = tmp_path_factory.mktemp("collected") / "cases.json"
    tests = map(str, sorted(FOLDER.glob("test_*.py")))
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--collect-only",
        "--url=http://127.0.0.1:1",
        f"--cases={path}",
    ]
    subprocess.run([*command, *tests], cwd=FOLDER.parent, check=True, capture_output=True)
    found: dict[str, str | None] = json.loads(path.read_text())
    return found


def test_every_clause_is_in_the_contract() -> None:
    contract = " ".join(CONTRACT.read_text().split())
    assert not [name for name, rule in LEDGER.rule.items() if rule.clause not in contract]


def test_every_rule_has_cases_and_each_of_them_exists(collected: dict[str, str | None]) -> None:
    for name, rule in LEDGER.rule.items():
        assert rule.cases, name
        assert set(rule.cases) <= set(collected.values()), name


def test_every_case_has_a_rule(collected: dict[str, str | None]) -> None:
    assert not [test for test, case in collected.items() if case is None or not LEDGER.rules_of(case)]


def test_every_case_has_a_name_of_its_own() -> None:
    names = Counter(case.name for case in cases.load())
    assert not [name for name, count in names.items() if count > 1]


def test_every_example_has_a_name_of_its_own() -> None:
    for case in cases.load():
        names = [name for _, name in cases.examples(case)]
        assert len(set(names)) == len(names), case.name


def test_a_known_failure_is_of_a_service_and_a_rule_and_has_a_reason() -> None:
    for failure in LEDGER.known_failure:
        assert failure.service in services()
        assert failure.rule in LEDGER.rule
        assert failure.reason
