"""Writes against the disk that they wait for."""

import json
from dataclasses import replace
from math import exp

import numpy as np
import pytest

from loadtests.report import durability, page, targets
from loadtests.report.durability import Writes
from loadtests.report.ratios import logarithms
from loadtests.report.results import LATENCY, Results
from loadtests.runner import commit, plan
from loadtests.runner.plan import Scenario, Variant
from loadtests.tests import synthetic
from loadtests.tests.conftest import PLAN, Tree

SERVICES = set(synthetic.SERVICES)
WANTED = targets.read().durability


def test_the_targets_are_data() -> None:
    assert (WANTED.commits, WANTED.normal) == (1.3, 5)


def test_the_durability_plan_is_of_both_levels_of_each_service() -> None:
    chosen = plan.read("durability")
    assert (list(chosen.scenarios), chosen.rounds) == (["create_item"], 5)
    assert chosen.scenarios["create_item"].users == 10
    assert commit.wanted(chosen)
    durable = {name for name, one in chosen.variants.items() if commit.durable(one)}
    assert durable == SERVICES
    others = {name: one.env for name, one in chosen.variants.items() if name not in durable}
    assert others == {f"{name}_normal": {"SQLITE_SYNCHRONOUS": "NORMAL"} for name in SERVICES}


@pytest.mark.parametrize(
    ("variant", "expected"),
    [
        ({}, True),
        ({"commit": "abc"}, True),
        ({"env": {"THREADS": "4", "SQLITE_SYNCHRONOUS": "full"}}, True),
        ({"env": {"SQLITE_SYNCHRONOUS": "NORMAL"}}, False),
        ({"env": {"SQLITE_JOURNAL_MODE": "DELETE"}}, False),
        ({"twin": True}, False),
        ({"floor": True}, False),
    ],
)
def test_what_syncs_every_commit_to_a_log(variant: dict[str, object], expected: bool) -> None:
    assert commit.durable(Variant.model_validate({"service": "alpha", **variant})) == expected


def test_a_commit_is_measured_where_users_wait_for_theirs() -> None:
    assert commit.wanted(plan.read("standard"))
    assert not commit.wanted(plan.read("efficiency"))  # at one rate
    assert not commit.wanted(plan.read("paper"))  # of twins alone
    reading = plan.read("durability").model_copy(
        update={"scenarios": {"hello": Scenario(users=1, seconds=1)}}
    )
    assert not commit.wanted(reading)


def test_a_commit_is_measured_in_every_round(tree: Tree) -> None:
    assert tree.bench("alpha", "--plan", "twice")[0] == 0
    measured = json.loads((tree.run / "machine.json").read_text())["commit_ms"]
    assert list(measured) == ["1", "2"]
    assert all(ms > 0 for ms in measured.values())
    assert "Writes against the disk" in (tree.run / "report.md").read_text()


def test_nothing_is_left_of_a_measured_commit(tree: Tree) -> None:
    scratch = tree.root / "scratch"
    scratch.mkdir()
    assert tree.bench("alpha", "--plan", "tiny", TMPDIR=str(scratch))[0] == 0
    assert list(scratch.iterdir()) == []


def test_no_commit_is_measured_for_a_plan_at_one_rate(tree: Tree) -> None:
    text = PLAN.replace("create_item = { users = 1, iterations = 4 }", "")
    (tree.root / "loadtests" / "plans" / "reading.toml").write_text(text)
    assert tree.bench("alpha", "--plan", "reading")[0] == 0
    assert "commit_ms" not in json.loads((tree.run / "machine.json").read_text())


def synced(slow: float = 1, fast: float = 6) -> Results:
    """create_item takes so many times what ten users wait for; without a sync it is so many times as fast."""
    results = synthetic.results(rounds=5, twins=False)
    normal = Variant(service="flask_sqlite", env={"SQLITE_SYNCHRONOUS": "NORMAL"})
    variants = {**results.plan.variants, "flask_sqlite_normal": normal}
    own = [each for each in results.samples if each.variant == "flask_sqlite"]
    faster = [
        each.model_copy(update={"variant": "flask_sqlite_normal", "mean_ms": each.mean_ms / fast})
        for each in own
    ]
    waits = {str(each.round): each.mean_ms / 10 / slow for each in own if each.scenario == "create_item"}
    return Results(
        results.name,
        results.plan.model_copy(update={"variants": variants}),
        {**results.machine, "commit_ms": waits},
        (*results.samples, *faster),
    )


def of_flask(results: Results) -> Writes:
    [found] = [one for one in durability.writes(results, WANTED) if one.variant == "flask_sqlite"]
    return found


@pytest.mark.parametrize(
    ("slow", "verdict"), [(1.29, "met"), (1.31, "not met: the interval lies wholly above")]
)
def test_a_service_is_held_against_its_disk_round_by_round(slow: float, verdict: str) -> None:
    found = of_flask(synced(slow))
    assert (found.commits, found.verdict) == (f"{slow:.2f} ({slow:.2f} to {slow:.2f})", verdict)


@pytest.mark.parametrize(
    ("fast", "verdict"), [(5.1, "met"), (4.9, "not met: the interval lies wholly below")]
)
def test_what_not_to_wait_for_the_disk_saves(fast: float, verdict: str) -> None:
    found = of_flask(synced(fast=fast))
    assert (found.normal, found.normal_verdict) == (f"{fast:.2f} ({fast:.2f} to {fast:.2f})", verdict)


def test_a_generator_that_sets_the_pace_of_the_faster_one_is_said() -> None:
    results = synced(fast=4)
    bound = tuple(
        each.model_copy(update={"bound": "k6 had no core left"})
        if each.variant == "flask_sqlite_normal"
        else each
        for each in results.samples
    )
    assert of_flask(replace(results, samples=bound)).normal_verdict == (
        "not met: the interval lies wholly below (generator-bound)"
    )


def test_only_what_syncs_is_held_against_the_disk_and_an_a_a_control_is_not() -> None:
    assert {one.variant for one in durability.writes(synced(), WANTED)} == SERVICES
    assert [one.normal for one in durability.writes(synced(), WANTED)].count("") == 4


def test_a_run_that_measured_no_commit_says_nothing_of_it() -> None:
    results = synthetic.results(rounds=5, twins=False)
    assert durability.writes(results, WANTED) == []
    assert "Writes against the disk" not in page.markdown(page.everything(results))


def test_both_reports_have_the_section() -> None:
    results = synced()
    shown = page.everything(results)
    mean = np.mean(list(durability.commit_ms(results).values()))
    for text in (page.html(shown), page.markdown(shown)):
        assert "Writes against the disk" in text
        assert f"A synced commit takes {mean:.2f} (" in text
        assert "times as fast with NORMAL" in text
    kept = tuple(each for each in results.samples if not each.variant.endswith("_normal"))
    alone = page.everything(replace(results, samples=kept))
    assert "NORMAL" not in page.markdown(alone).partition("Writes against")[2].partition("##")[0]


def test_the_ratio_is_geometric_over_the_rounds() -> None:
    results = synced()
    doubled = {number: 2 * ms if number == 1 else ms for number, ms in durability.commit_ms(results).items()}
    machine = {**results.machine, "commit_ms": {str(number): ms for number, ms in doubled.items()}}
    found = durability.in_commits(replace(results, machine=machine), "flask_sqlite")
    latency = logarithms(results.series("flask_sqlite", "create_item", LATENCY))
    wait = logarithms({number: 10 * ms for number, ms in doubled.items()})
    assert found.value == pytest.approx(exp(float(np.mean([latency[n] - wait[n] for n in latency]))))
