import re
from dataclasses import replace
from math import nan
from typing import get_args

import pytest

from loadtests.report import page, targets, words
from loadtests.report.ratios import Interval
from loadtests.report.results import CPU, Results
from loadtests.report.stacks import plain
from loadtests.report.targets import AtMost, Line
from loadtests.runner.sample import Operation
from loadtests.tests import synthetic
from loadtests.tests.test_floor import floored
from loadtests.tests.test_past import since

WANTED = targets.read()


def test_there_is_a_target_for_every_operation_of_every_service() -> None:
    assert set(WANTED.twins) == set(get_args(Operation)) - {"list_page"}
    assert all(set(factors) == set(synthetic.SERVICES) for factors in WANTED.twins.values())
    assert WANTED.twins["list_items"]["fastapi_orm"] == 9
    assert WANTED.twins["delete_item"]["django_drf"] == 1.7
    [limit] = WANTED.at_most
    assert limit == AtMost(scenario="list_items", service="fastapi_orm", than="flask_sqlite", times=1.5)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Interval(2.5, 2.3, 2.7), "met"),  # the point decides, whatever the interval holds
        (Interval(2.5, 2.55, 2.7), "met"),
        (Interval(2.4, 2.3, 2.6), "not met"),
        (Interval(2.4, 2.3, 2.49), "not met: the interval lies wholly below"),
        (Interval(2.4), "not met"),
        (Interval(nan), "not measured"),
    ],
)
def test_a_target_is_met_from_its_value_on(found: Interval, said: str) -> None:
    assert words.reached(found, 2.5) == said


def one(results: Results, scenario: str, variant: str) -> Line:
    [found] = [
        each
        for each in targets.lines(results, WANTED)
        if (each.scenario, each.variant) == (scenario, variant)
    ]
    return found


def test_a_service_is_held_against_its_twin_in_the_same_rounds() -> None:
    results = synthetic.results()  # in which a twin takes 1.6 times as much of everything
    found = one(results, "get_item", "flask_sqlite")
    times = results.times("flask_sqlite", "twin_flask_sqlite", "get_item", CPU)
    assert (round(times.value, 1), found.target, found.verdict) == (1.6, "1.4", "met")
    assert found.times == f"{times.value:.2f} ({times.low:.2f} to {times.high:.2f})"
    assert one(results, "list_items", "fastapi_orm").verdict == "not met: the interval lies wholly below"
    assert len(targets.lines(results, WANTED)) == 5 * 7  # and none of a control


def test_beside_it_is_its_floor() -> None:
    hello = one(floored(), "hello", "flask_sqlite")
    assert (hello.times, hello.target, hello.above) == ("", "1.1", "10.00 (10.00 to 10.00)")
    assert hello.floor.startswith("0.070 ") or hello.floor.startswith("0.07 ")
    assert one(floored(), "hello", "django_drf").floor == hello.floor  # the same server
    assert [each.scenario for each in targets.lines(floored(), WANTED) if each.variant == "fastapi_orm"] == [
        "list_items"  # it has another
    ]


def test_the_floor_of_the_list_is_that_of_the_rounds() -> None:
    results = floored()
    found = one(results, "list_items", "flask_sqlite")
    assert found.floor == "1.50 (1.50 to 1.50)"
    own = results.mean("flask_sqlite", "list_items", CPU).value
    assert float(found.above.split()[0]) == pytest.approx(own / 1.5, rel=0.02)


def test_without_a_twin_and_a_floor_there_is_nothing_to_say() -> None:
    assert targets.lines(synthetic.results(twins=False), WANTED) == []


def test_an_earlier_version_and_one_with_settings_stand_for_no_service() -> None:
    results = since(2)
    assert plain(results) == {"flask_orm": "flask_orm", "flask_sqlite": "flask_sqlite"}
    tuned = results.plan.variants["flask_sqlite"].model_copy(update={"env": {"THREADS": "4"}})
    variants = {"flask_sqlite_0123456": tuned, "flask_sqlite": results.plan.variants["flask_sqlite"]}
    results = replace(results, plan=results.plan.model_copy(update={"variants": variants}))
    assert plain(results) == {"flask_sqlite": "flask_sqlite"}


@pytest.mark.parametrize(("factor", "said"), [(1, "not met: the interval lies wholly above"), (0.5, "met")])
def test_a_service_that_is_to_take_at_most_so_many_times_as_much(factor: float, said: str) -> None:
    results = synthetic.results(twins=False)
    changed = tuple(
        each.model_copy(update={"cpu_ms_per_request": each.cpu_ms_per_request * factor})
        if each.variant == "fastapi_orm"
        else each
        for each in results.samples
    )
    [text] = targets.limits(replace(results, samples=changed), WANTED)
    assert text.startswith("list_items: fastapi_orm takes ")
    assert text.endswith(f" at most 1.5 times as much: {said}.")
    assert 2.4 * factor < float(text.split()[3]) < 2.8 * factor


def test_both_reports_have_the_section() -> None:
    shown = page.everything(synthetic.results())
    for text in (page.html(shown), page.markdown(shown)):
        assert "Against the tutorial twins" in text
        assert "of 35 targets are met" in text
        assert "and is to take at most 1.5 times as much" in text
        assert "the floor" not in text  # there is none
    assert "\n\n| scenario | variant | times less than its twin |" in page.markdown(shown)
    assert re.search(r"\| hello \| flask_sqlite \| 1\.\d+ \(.*\) \| 1\.1 \| met \|", page.markdown(shown))


def test_floors_without_twins_have_a_section_of_their_own() -> None:
    shown = page.everything(floored())
    for text in (page.html(shown), page.markdown(shown)):
        assert "Above the floor" in text
        assert "less than its twin" not in text
    plain_run = page.everything(synthetic.results(twins=False))
    assert "floor ms" not in page.html(plain_run) + page.markdown(plain_run)
