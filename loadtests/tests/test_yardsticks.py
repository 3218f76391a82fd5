"""What is measured once in every round beside the services."""

import json

import pytest

from loadtests.measure import plan, yardsticks
from loadtests.measure.plan import Plan, Scenario, Variant
from loadtests.tests.conftest import PLAN, Tree

FLOORED = (
    PLAN.replace("records = 3", 'records = 3\ndataset = "copied"').replace(
        "create_item = { users = 1, iterations = 4 }", "list_items = { users = 1, iterations = 2 }"
    )
    + """
[variants]
alpha = { service = "alpha" }
floor = { service = "beta", application = "floor" }
"""
)


@pytest.mark.parametrize(
    ("variant", "expected"),
    [
        ({}, True),
        ({"commit": "abc"}, True),
        ({"env": {"THREADS": "4", "SQLITE_SYNCHRONOUS": "full"}}, True),
        ({"env": {"SQLITE_SYNCHRONOUS": "NORMAL"}}, False),
        ({"env": {"SQLITE_JOURNAL_MODE": "DELETE"}}, False),
        ({"application": "twin"}, False),
        ({"application": "floor"}, False),
    ],
)
def test_what_syncs_every_commit_to_a_log(variant: dict[str, object], expected: bool) -> None:
    assert yardsticks.durable(Variant.model_validate({"service": "alpha", **variant})) == expected


def wanted(plan: Plan) -> list[str]:
    return [each.name for each in yardsticks.wanted(plan, lambda *_: None)]


def test_a_commit_is_measured_where_users_wait_for_theirs() -> None:
    paper = plan.read("paper")
    assert wanted(paper) == ["commit_ms"]
    twins = {name: one for name, one in paper.variants.items() if one.application == "twin"}
    assert wanted(plan.with_variants(paper, twins)) == []
    assert wanted(plan.read("scale")) == []  # at one rate
    reading = paper.model_copy(update={"scenarios": {"hello": Scenario(users=1, seconds=1)}})
    assert wanted(reading) == []


def test_a_list_is_measured_beside_floors() -> None:
    floored = plan.parsed(FLOORED, "floored")
    assert wanted(floored) == ["list_ms"]
    assert wanted(floored.model_copy(update={"dataset": "loaded"})) == []
    assert wanted(plan.with_variants(floored, {"alpha": Variant(service="alpha")})) == []


def test_a_commit_takes_some_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yardsticks, "COMMITTING", 0)
    assert yardsticks.commit_ms() > 0


def test_the_floors_are_measured_and_the_list(tree: Tree) -> None:
    tree.plant("floored", FLOORED)
    status, _, err = tree.bench("--plan", "floored")
    assert status == 0, err
    assert [one["scenario"] for one in tree.samples if one["variant"] == "floor"] == ["hello"]
    measured = json.loads((tree.run / "yardsticks.json").read_text())
    assert list(measured["list_ms"]) == ["1"]
    assert measured["list_ms"]["1"] > 0
