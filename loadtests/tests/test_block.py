"""Services broken on purpose, each refused by a gate of the whole command; and variants that are not."""

import json

import pytest

from harness.tests.fakes import add_service
from loadtests.measure import plan
from loadtests.tests.conftest import PLAN, Tree

REPLACING = PLAN.replace(
    "hello = { users = 1, iterations = 5 }", "replace_item = { users = 1, iterations = 3 }"
)
COPIED = PLAN.replace("records = 3", 'records = 3\ndataset = "copied"')
VARIANTS = """
[variants]
floor = { service = "beta", application = "floor" }
one = { service = "alpha" }
again = { service = "alpha", control_of = "one" }
four = { service = "beta", env = { WEB_CONCURRENCY = 4 } }
twin_alpha = { service = "alpha", application = "twin" }
large = { service = "alpha", records = 10000 }
"""


def test_services_that_are_broken_are_refused(tree: Tree) -> None:
    add_service(tree.root / "services", "gamma")
    tree.plant("replacing", REPLACING)
    for service, order in [("alpha", "forget_new"), ("beta", "forget_replaced"), ("gamma", "one_worker")]:
        tree.tell(service, order)
    assert tree.bench("--plan", "replacing")[0] == 1
    invalid = {(one["variant"], one["scenario"]): one["invalid"] for one in tree.samples if one["invalid"]}
    assert invalid == {
        ("alpha", "create_item"): {"code": "rows", "numbers": {"rows": 3, "expected": 7}},
        ("beta", "replace_item"): {"code": "lost", "numbers": {"items": 3}},
        ("gamma", "replace_item"): (facts := {"code": "facts", "numbers": {"workers": "1 / 2"}}),
        ("gamma", "create_item"): facts,
        ("gamma", "delete_item"): facts,
    }
    assert tree.calls.count("replace_item") == 2  # of the third there is nothing to measure


def test_a_service_that_fails_in_the_warm_up_is_refused(tree: Tree) -> None:
    tree.tell_k6(warm_up="fail_check")
    tree.bench("alpha", "--plan", "tiny")
    failed = {"code": "checks", "numbers": {"in": "warm-up", "status is 200": 2}}
    assert [one["invalid"] for one in tree.samples] == [failed] * 3


@pytest.fixture
def varied(tree: Tree) -> Tree:
    tree.plant("varied", COPIED + VARIANTS)
    (tree.root / "loadtests" / "twins").mkdir()
    (tree.root / "loadtests" / "twins" / "alpha.py").touch()
    return tree


def test_every_variant_is_measured_and_a_dataset_is_made_once_for_a_service_and_a_size(varied: Tree) -> None:
    status, _, err = varied.bench("--plan", "varied")
    assert status == 0, err
    of_alpha = dict.fromkeys(("one", "again", "twin_alpha", "large"), "alpha")
    services = {one["variant"]: one["service"] for one in varied.samples}
    assert services == of_alpha | {"floor": "beta", "four": "beta"}
    assert varied.calls.count("load_items") == 2  # and never for a large one
    assert "large, round 1 of 1: 10,000 of 10,000 items" in err
    rows = {(one["variant"], one["scenario"]): (one["rows"], one["rows_expected"]) for one in varied.samples}
    for name, number in [("one", 3), ("again", 3), ("four", 3), ("twin_alpha", 3), ("large", 10_000)]:
        for scenario, more in [("hello", 0), ("create_item", 4), ("delete_item", 2)]:
            assert rows[name, scenario] == (number + more, number + more)
    assert [scenario for name, scenario in rows if name == "floor"] == ["hello"]
    assert sorted({one["order"] for one in varied.samples}) == [1, 2, 3, 4, 5, 6]
    seen = json.loads((varied.run / "machine.json").read_text())["configuration"]
    told = [(seen[name]["workers"], seen[name]["journal_mode"]) for name in ("one", "four", "twin_alpha")]
    assert told == [(2, "WAL"), (4, "WAL"), (2, "DELETE")]


def test_a_plan_is_cut_down_to_variants_rounds_and_another_seed(varied: Tree) -> None:
    status, _, err = varied.bench("twin_alpha", "--plan", "varied", "--rounds", "2", "--seed", "9")
    assert status == 0, err
    rounds = [1, 1, 1, 2, 2, 2]
    assert [(one["round"], one["variant"]) for one in varied.samples] == [(n, "twin_alpha") for n in rounds]
    written = plan.parsed((varied.run / "plan.toml").read_text(), "")
    assert (written.seed, list(written.variants)) == (9, ["twin_alpha"])
    words = json.loads((varied.root / "services" / "alpha" / "words.json").read_text())
    assert words == ["--pythonpath", str(varied.root / "loadtests" / "twins"), "alpha:app"]


RATES = "[scenarios]\nhello = { users = 9, seconds = 1, rates = [50, 100, 150, 200] }"
OPEN = f'{PLAN.partition("[scenarios]")[0]}{RATES}\n[variants]\nmore = {{ service = "alpha", records = 5 }}\n'


@pytest.mark.parametrize(("order", "rates"), [("", [50, 100, 150]), ("drop", [50])])
def test_a_rate_rises_until_it_is_too_high_or_iterations_are_dropped(
    tree: Tree, order: str, rates: list[float]
) -> None:
    tree.plant("open", OPEN)
    tree.tell_k6(hello=order)
    status, _, err = tree.bench("--plan", "open")
    assert status == 0, err
    assert [(one["rate"], one["p99_ms"]) for one in tree.samples] == list(
        zip(rates, [9.9, 9.9, 99], strict=False)
    )
    assert {one["dropped"] for one in tree.samples} == ({3} if order else {0})
    assert (tree.samples[0]["rows"], tree.samples[0]["first_half_ms"]) == (5, 11)  # rows of the variant
