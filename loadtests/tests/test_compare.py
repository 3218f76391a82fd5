import io
from dataclasses import replace

from rich.console import Console

from loadtests.report import compare, page, words
from loadtests.report.__main__ import table
from loadtests.report.compare import Agreement
from loadtests.report.results import CPU, Results
from loadtests.tests import synthetic

BEFORE = synthetic.results(seed=1, twins=False, name="before")


def after(variant: str = "", scenario: str = "", factor: float = 1.0) -> Results:
    results = synthetic.results(seed=2, twins=False, name="after")
    samples = tuple(
        each.model_copy(update={"mean_ms": each.mean_ms * factor})
        if (each.variant, each.scenario) == (variant, scenario)
        else each
        for each in results.samples
    )
    return Results(results.name, results.plan, results.machine, samples)


CHANGES = compare.changes(BEFORE, after())


def test_two_runs_of_the_same_differ_in_nothing() -> None:
    assert {each.direction for each in CHANGES} == {""}


def test_what_became_faster_is_better_and_nothing_else_is() -> None:
    changed = [
        each for each in compare.changes(BEFORE, after("flask_orm", "list_items", 0.7)) if each.direction
    ]
    assert [(each.variant, each.scenario, each.direction) for each in changed] == [
        ("flask_orm", "list_items", "better")
    ]
    assert changed[0].times.low < 1 / 0.7 < changed[0].times.high


def test_what_became_slower_is_worse() -> None:
    changed = [
        each for each in compare.changes(BEFORE, after("flask_orm", "list_items", 1.5)) if each.direction
    ]
    assert [each.direction for each in changed] == ["worse"]


def test_a_generator_bound_row_has_neither_become_better_nor_worse() -> None:
    bound = tuple(
        each.model_copy(update={"bound": "k6"}) for each in after("flask_orm", "list_items", 0.7).samples
    )
    changes = compare.changes(BEFORE, Results("after", BEFORE.plan, BEFORE.machine, bound))
    assert {each.direction for each in changes if each.measure != CPU} == {""}
    assert all(each.bound for each in changes if each.measure != CPU)


def test_the_runs_agree_on_the_order_of_what_both_tell_apart() -> None:
    found = compare.agreement(BEFORE, after())
    assert found.pairs > 100
    assert not found.opposed


def test_an_opposite_order_is_named() -> None:
    found = compare.agreement(BEFORE, after("django_drf", "list_items", 0.1))
    assert "flask_sqlite and django_drf in list_items by mean response time" in found.opposed
    assert "in opposite order: " in compare.told(found)


def test_a_pair_of_which_only_one_run_is_sure_is_no_agreement() -> None:
    few = synthetic.results(rounds=2, twins=False)
    assert compare.agreement(BEFORE, few) == Agreement(0, ())
    assert compare.told(Agreement(0, ())) == "No two variants are told apart by both runs."


def test_a_long_name_cuts_off_no_figure() -> None:
    screen = Console(width=80, file=io.StringIO(), record=True)
    screen.print(
        table(replace(each, variant="django_drf_wal_normal_4workers_8threads" * 2) for each in CHANGES)
    )
    shown = screen.export_text()
    assert "…" not in shown
    assert all(words.number(each.before) in shown for each in CHANGES)


def test_what_differs_between_the_machines_and_the_plans_is_said() -> None:
    other = synthetic.results(rounds=5, twins=False)
    other = Results("other", other.plan, {**other.machine, "k6": "v2.0.0"}, other.samples)
    assert list(compare.differences(BEFORE, other)) == [
        ("k6", "v1.0.0", "v2.0.0"),
        ("plan: rounds", "7", "5"),
    ]


def test_the_markdown_has_a_row_for_each_change() -> None:
    changes = compare.changes(BEFORE, after("flask_orm", "list_items", 0.7))
    shown = {"before": "before", "after": "after", "changes": changes, "differences": []}
    text = page.compared(shown | {"agreement": compare.agreement(BEFORE, after())})
    assert len([line for line in text.splitlines() if line.startswith("| ")]) == len(changes) + 1
    assert "| list_items | flask_orm | ms |" in text
