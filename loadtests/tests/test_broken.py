"""Services broken on purpose, each refused by a gate of the whole command; and variants that are not."""

import json
from hashlib import sha256

import pytest

from loadtests.tests.conftest import PLAN, Tree

REPLACING = PLAN.replace(
    "hello = { users = 1, iterations = 5 }", "replace_item = { users = 1, iterations = 3 }"
)


def plant(tree: Tree, name: str, text: str) -> None:
    (tree.root / "loadtests" / "plans" / f"{name}.toml").write_text(text.replace("rounds = 2", "rounds = 1"))


def refused(tree: Tree, order: str) -> dict[str, str]:
    plant(tree, "replacing", REPLACING)
    tree.tell("alpha", order)
    assert tree.bench("alpha", "--plan", "replacing")[0] == 1
    return {one["scenario"]: one["invalid"] for one in tree.samples}


def test_a_service_that_loses_new_items_is_refused(tree: Tree) -> None:
    assert refused(tree, "forget_new") == {
        "replace_item": "",
        "create_item": "the database holds 3 items where the answers add up to 7",
        "delete_item": "",
    }


def test_a_service_that_loses_what_replaces_an_item_is_refused(tree: Tree) -> None:
    assert refused(tree, "forget_replaced") == {
        "replace_item": "3 items do not hold what was last written to them",
        "create_item": "",
        "delete_item": "",
    }


def test_a_service_with_a_worker_too_few_is_refused(tree: Tree) -> None:
    reasons = refused(tree, "one_worker")
    assert set(reasons.values()) == {"workers is 1 where the plan says 2"}
    assert "replace_item" not in tree.calls  # there is nothing to measure


def test_a_service_that_fails_in_the_warm_up_is_refused(tree: Tree) -> None:
    tree.tell_k6(warm_up="fail_check")
    tree.bench("alpha", "--plan", "tiny")
    assert {one["invalid"] for one in tree.samples} == {"in the warm-up: 2 failed checks (status is 200: 2)"}


def test_a_package_that_is_not_the_pinned_one_is_refused(tree: Tree) -> None:
    alpha = tree.root / "services" / "alpha"
    (alpha / "requirements.txt").write_text("flask==3.1.3\n")
    (alpha / ".venv" / "installed").write_text(sha256(b"flask==3.1.3\n").hexdigest())
    wrong = alpha / ".venv" / "lib" / "python3.11" / "site-packages" / "flask-3.0.dist-info"
    wrong.mkdir(parents=True)
    (wrong / "METADATA").write_text("Name: flask\nVersion: 3.0\n")
    status, _, err = tree.bench("alpha", "--plan", "tiny")
    assert (status, err.strip()) == (
        1,
        "alpha runs with flask 3.0 instead of 3.1.3. Remove services/alpha/.venv: it is made again",
    )


VARIANTS = """
[variants]
one = { service = "alpha" }
again = { service = "alpha" }
four = { service = "beta", env = { WEB_CONCURRENCY = 4 } }
twin_alpha = { service = "alpha", twin = true }
"""


@pytest.fixture
def varied(tree: Tree) -> Tree:
    plant(tree, "varied", PLAN.replace("records = 3", 'records = 3\ndataset = "copied"') + VARIANTS)
    twins = tree.root / "loadtests" / "twins"
    twins.mkdir(exist_ok=True)
    (twins / "alpha.py").touch()
    return tree


def test_every_variant_of_a_plan_is_measured_and_a_dataset_is_loaded_once_for_a_service(varied: Tree) -> None:
    status, _, err = varied.bench("--plan", "varied")
    assert status == 0, err
    assert {one["variant"]: one["service"] for one in varied.samples} == {
        "one": "alpha",
        "again": "alpha",
        "four": "beta",
        "twin_alpha": "alpha",
    }
    assert varied.calls.count("load_items") == 2
    assert [one["rows_expected"] for one in varied.samples] == [3, 7, 5] * 4
    assert sorted({one["order"] for one in varied.samples}) == [1, 2, 3, 4]
    seen = json.loads((varied.run / "machine.json").read_text())["configuration"]
    assert [
        (seen[name]["workers"], seen[name]["journal_mode"]) for name in ("one", "four", "twin_alpha")
    ] == [
        (2, "WAL"),
        (4, "WAL"),
        (2, "DELETE"),
    ]


def test_a_plan_is_cut_down_to_variants_rounds_and_another_seed(varied: Tree) -> None:
    status, _, err = varied.bench("twin_alpha", "--plan", "varied", "--rounds", "2", "--seed", "9")
    assert status == 0, err
    assert [one["round"] for one in varied.samples] == [1] * 3 + [2] * 3
    assert {one["variant"] for one in varied.samples} == {"twin_alpha"}
    plan = (varied.run / "plan.toml").read_text()
    assert "seed = 9" in plan
    assert "[variants.one]" not in plan
    words = json.loads((varied.root / "services" / "alpha" / "words.json").read_text())
    assert words == ["--pythonpath", str(varied.root / "loadtests" / "twins"), "alpha:app"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["alpha", "--plan", "varied"],
            "Unknown variant of varied: alpha. There are: one, again, four, twin_alpha",
        ),
        *(
            (words, "A run goes on as it began: with its rounds, its seed, and in containers or not")
            for words in (["--resume", "--seed", "9"], ["--resume", "--docker"])
        ),
    ],
)
def test_words_that_do_not_go_together(varied: Tree, words: list[str], message: str) -> None:
    assert varied.bench(*words) == (2, "", f"{message}\n")


def test_a_twin_that_is_missing_is_said_so(varied: Tree) -> None:
    (varied.root / "loadtests" / "twins" / "alpha.py").unlink()
    status, _, err = varied.bench("twin_alpha", "--plan", "varied")
    assert status == 1
    assert "alpha has no twin: twins/alpha.py is missing\n" in err


OPEN = PLAN.replace(
    "hello = { users = 1, iterations = 5 }", "hello = { users = 9, seconds = 1, rates = [50, 100, 150, 200] }"
)


def test_a_rate_rises_until_it_is_too_high(tree: Tree) -> None:
    plant(tree, "open", OPEN)
    status, _, err = tree.bench("alpha", "--plan", "open")
    assert status == 0, err
    measured = [(one["rate"], one["p99_ms"]) for one in tree.samples if one["scenario"] == "hello"]
    assert measured == [(50, 9.9), (100, 9.9), (150, 99)]
    assert tree.bench("--resume")[2] == "There is no unfinished run to resume.\n"


def test_a_rate_rises_until_iterations_are_dropped(tree: Tree) -> None:
    plant(tree, "open", OPEN)
    tree.tell_k6(hello="drop")
    assert tree.bench("alpha", "--plan", "open")[0] == 0
    assert (tree.samples[0]["rate"], tree.samples[0]["dropped"]) == (50, 3)
    assert tree.samples[1]["scenario"] == "create_item"
    assert tree.samples[0]["first_half_ms"] == 11
