from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from math import exp, log, prod

import numpy as np
import pytest

from loadtests.report import attributed, compare, factors, model, orders, page, paper, ratios
from loadtests.report.attribution import Costs, Gap, differing
from loadtests.report.factors import Levels, levels
from loadtests.report.model import Array
from loadtests.report.orders import PLAIN, TWINS
from loadtests.report.results import CPU, LATENCY, THROUGHPUT, Results
from loadtests.report.shapley import shapley
from loadtests.runner import cells, progress
from loadtests.runner import plan as plans
from loadtests.runner.plan import Variant
from loadtests.tests import synthetic

PLAN = plans.read("attribution")
STUDY = paper.read()
FLOORS = {"wsgi": 0.12, "asgi": 0.04}  # ms that a server takes
FRAMEWORKS = {"flask": 0.2, "fastapi": 0.1, "django": 0.4}  # and an application beyond it
EFFECTS: Mapping[tuple[str, object], float] = {  # planted: times the cost
    ("access", "orm"): 1.5,
    ("writing", "service"): 0.7,
    ("journal", "WAL"): 0.6,
    ("synchronous", "NORMAL"): 0.5,
    ("workers", 1): 1.3,
    ("workers", 4): 0.9,
    ("worker_class", "sync"): 1.25,
}  # none of threads, nor of asgi


def cost(one: Levels, scenario: str) -> float:
    """In ms, of the machine; a floor's is that of its server alone."""
    if one.framework == "none":
        return FLOORS[one.server]
    of_the_database = {"access", "journal", "synchronous"} if scenario in plans.FLOOR else set()
    planted = [
        times
        for (name, level), times in EFFECTS.items()
        if getattr(one, name) == level and name not in of_the_database
    ]
    return (FLOORS[one.server] + FRAMEWORKS[one.framework]) * prod(planted)


@cache
def results(rounds: int = 5, noise: float = 0.01, seed: int = 1, without: tuple[str, ...] = ()) -> Results:
    random = np.random.default_rng(seed)
    samples = []
    for number in range(1, rounds + 1):
        shared = random.normal(0, 0.1)
        for order, (name, variant) in enumerate(PLAN.variants.items(), 1):
            for scenario, load in PLAN.scenarios.items():
                if not variant.answers(scenario):
                    continue
                ms = cost(levels(variant), scenario) * exp(shared + random.normal(0, noise))
                made = synthetic.sample(number, order, name, variant.service, scenario, 1)
                figures = {
                    "requests_per_second": 1000 / ms,
                    "mean_ms": ms * load.users,
                    "cpu_ms_per_request": ms,
                }
                if name not in without:
                    samples.append(made.model_copy(update=figures))
    return Results("crossed", PLAN, synthetic.MACHINE, tuple(samples))


@cache
def by_cpu(scenario: str) -> Costs:
    return Costs(results(), scenario, CPU)


def effects(scenario: str, found: Results | None = None) -> dict[str, Array]:
    return orders.effects(Costs(found, scenario, CPU) if found else by_cpu(scenario))


def gap(one: str, other: str, scenario: str = "hello", found: Results | None = None) -> Gap:
    costs = Costs(found, scenario, CPU) if found else by_cpu(scenario)
    return costs.gap(TWINS[one], TWINS[other])


# --- the design ---------------------------------------------------------------------------------------------


def test_the_levels_of_a_variant() -> None:
    assert levels(PLAN.variants["twin_flask_orm_wal_4workers_sync"]) == Levels(
        "wsgi", "flask", "orm", "twin", "WAL", "FULL", workers=4, threads=1, worker_class="sync"
    )
    assert levels(Variant(service="django_drf")) == Levels(
        "wsgi", "django", "orm", "service", "WAL", "FULL", workers=2, threads=2, worker_class="gthread"
    )
    assert levels(Variant(service="fastapi_sqlite", twin=True)) == Levels(
        "asgi", "fastapi", "sqlite", "twin", "DELETE", "FULL", workers=2, threads=0, worker_class="uvicorn"
    )
    assert levels(Variant(service="flask_orm", floor=True)).framework == "none"


def test_the_name_of_a_variant_says_its_levels() -> None:
    for name, variant in PLAN.variants.items():
        one = levels(variant)
        assert name.startswith("twin_") == (one.writing == "twin")
        if name in (variant.service, f"twin_{variant.service}") or variant.floor:
            continue
        assert one.journal.lower() in name
        assert f"{one.workers}worker" in name
        assert ("normal" in name) == (one.synchronous == "NORMAL")
        assert (one.worker_class in name) == (one.worker_class in ("sync", "asgi"))
        if one.worker_class == "gthread":
            assert f"{one.threads}thread" in name


@pytest.mark.parametrize("floors", [True, False])
def test_the_design_tells_every_term_of_the_model_apart(floors: bool) -> None:
    design = [levels(one) for one in PLAN.variants.values() if floors or not one.floor]
    assert model.aliased(design) == []
    assert len(design) > len(model.names())  # and leaves some to tell how wrong the model is


def test_a_design_that_does_not_is_refused() -> None:
    """Where whoever is under sync is Django too, neither is known."""
    design = [
        one
        for one in map(levels, PLAN.variants.values())
        if (one.worker_class, one.framework) != ("sync", "flask")
    ]
    assert "sync" in model.aliased(design)
    assert "orm" not in model.aliased(design)


def test_the_study_and_the_services_as_they_come_are_in_it() -> None:
    design = {levels(one) for one in PLAN.variants.values()}
    assert {*TWINS.values(), *PLAIN.values()} <= design


@pytest.mark.parametrize("name", sorted({*plans.names()} - {"attribution"}))
def test_no_other_plan_has_such_a_section(name: str) -> None:
    assert not factors.crossed(plans.read(name))


# --- what is planted is found -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "times"),
    [
        ("access: SQL for the ORM", 1 / 1.5),
        ("writing: service for twin", 0.7),
        ("journal: WAL for DELETE", 0.6),
        ("synchronous: NORMAL for FULL", 0.5),
        ("workers: 1 for 2", 1.3),
        ("workers: 4 for 2", 0.9),
        ("threads: 8 for 2", 1),
        ("threads: 1 for 2", 1),
        ("worker class: sync for gthread", 1.25),
        ("worker class: asgi for Uvicorn", 1),
    ],
)
def test_a_planted_effect_is_found(name: str, times: float) -> None:
    costs = by_cpu("create_item")
    found = costs.fit.interval(effects("create_item")[name])
    assert found.low < -log(times) < found.high
    assert found.value == pytest.approx(-log(times), abs=0.02)


def test_without_noise_it_is_found_to_the_digit() -> None:
    found = effects("create_item", results(noise=0))
    assert exp(found["journal: WAL for DELETE"][0]) == pytest.approx(1 / 0.6)


@pytest.mark.parametrize("name", ["access: SQL for the ORM", "journal: WAL for DELETE", "threads: 8 for 2"])
def test_a_factor_without_effect_has_an_interval_around_0(name: str) -> None:
    costs = by_cpu("hello")
    found = costs.fit.interval(effects("hello")[name])
    assert found.low < 0 < found.high


def test_the_servers_part_is_that_of_the_floors() -> None:
    """Of 0.32 ms against 0.14 the server is 0.08 and the framework 0.10: by the mean of both orders."""
    found = gap("fastapi_sqlite", "flask_sqlite", found=results(noise=0))
    parts = {part.factor: part for part in found.parts}
    assert found.times.value == pytest.approx(0.32 / 0.14)
    server = (log(0.32 / 0.24) + log(0.22 / 0.14)) / 2
    assert parts["server"].share.value == pytest.approx(server / log(0.32 / 0.14))


@pytest.mark.parametrize("scenario", PLAN.scenarios)
@pytest.mark.parametrize("pair", attributed.GAPS)
def test_shares_add_up_to_1(pair: tuple[str, str], scenario: str) -> None:
    found = gap(*pair, scenario)
    assert prod(part.times.value for part in found.parts) == pytest.approx(found.times.value)
    if found.times.excludes_one:
        assert sum(part.share.value for part in found.parts) == pytest.approx(1)


def test_from_a_twin_to_the_service_are_the_writing_and_the_commit() -> None:
    costs = Costs(results(), "create_item", LATENCY)
    found = costs.gap(PLAIN["flask_sqlite"], TWINS["flask_sqlite"])
    shares = {part.factor: part.share.value for part in found.parts}
    assert shares["journal"] == pytest.approx(log(0.6) / log(0.6 * 0.7), abs=0.03)
    assert shares["writing"] == pytest.approx(log(0.7) / log(0.6 * 0.7), abs=0.03)


def test_shapley_values_halve_what_two_only_reach_together() -> None:
    def value(some: frozenset[str]) -> Array:
        return np.array([10.0 if {"a", "b"} <= some else 0.0])

    found = shapley(["a", "b", "c"], value)
    assert {name: float(values[0]) for name, values in found.items()} == pytest.approx(
        {"a": 5, "b": 5, "c": 0}
    )


# --- what is missing, and what cannot be told ---------------------------------------------------------------


def test_a_variant_that_was_never_valid_is_done_without() -> None:
    found = effects("create_item", results(without=("flask_orm_delete_full_2workers_sync",)))
    assert exp(found["journal: WAL for DELETE"][0]) == pytest.approx(1 / 0.6, rel=0.03)


def test_a_missing_cell_is_done_without() -> None:
    full = results()
    some = replace(full, samples=tuple(one for one in full.samples if (one.round + one.order) % 7))
    found = effects("create_item", some)
    assert exp(found["journal: WAL for DELETE"][0]) == pytest.approx(1 / 0.6, rel=0.03)


def test_what_the_remaining_variants_cannot_tell_is_not_told() -> None:
    asgi = tuple(name for name in PLAN.variants if name.endswith("_asgi") and name != "floor_asgi")
    found = effects("create_item", results(without=asgi))
    assert "worker class: asgi for Uvicorn" not in found
    assert "journal: WAL for DELETE" in found


def test_without_floors_a_framework_has_its_server_with_it() -> None:
    found = gap("fastapi_sqlite", "flask_sqlite", found=results(without=("floor_wsgi",)))
    assert [part.factor for part in found.parts] == ["framework"]
    assert found.parts[0].share.value == pytest.approx(1)


def test_of_one_user_a_floor_tells_no_response_time() -> None:
    assert not Costs(results(), "delete_item", LATENCY).has_floors
    assert Costs(results(), "delete_item", CPU).has_floors
    assert Costs(results(), "get_item", LATENCY).has_floors


def test_two_rounds_have_no_intervals() -> None:
    assert not gap("fastapi_sqlite", "flask_sqlite", found=results(rounds=2)).times.known
    assert gap("fastapi_sqlite", "flask_sqlite", found=results(rounds=3)).times.known


def test_what_a_model_lacks_widens_its_intervals() -> None:
    """More rounds of the same variants do not tell more of what is between them."""
    crooked = results(noise=0)
    times = {"twin_fastapi_orm_wal_4workers_asgi": 1.5, "flask_sqlite_delete_full_4workers_2threads": 1.3}
    bent = replace(
        crooked,
        samples=tuple(
            one.model_copy(update={"cpu_ms_per_request": one.cpu_ms_per_request * times.get(one.variant, 1)})
            for one in crooked.samples
        ),
    )
    found = gap("fastapi_sqlite", "flask_sqlite", "create_item", bent).times
    assert found.high / found.low > 1.1


# --- the order of the factors -------------------------------------------------------------------------------


def test_the_largest_effect_is_the_first_and_those_without_share_a_rank() -> None:
    found = orders.order(Costs(results(), "create_item", CPU))
    assert found.names[0] == "synchronous: NORMAL for FULL"
    assert found.ranks["synchronous: NORMAL for FULL"] == (1,)
    last = found.ranks["threads: 8 for 2"]
    assert last == found.ranks["worker class: asgi for Uvicorn"]


def test_two_runs_agree_on_the_order() -> None:
    found = orders.agreement(results(), results(seed=2))
    assert found is not None
    assert found.pairs > 100
    assert found.opposed == ()
    assert "factors" in compare.told(found, "factors")


def test_a_run_that_crosses_nothing_has_no_order() -> None:
    assert orders.agreement(results(), synthetic.results()) is None


# --- the page -----------------------------------------------------------------------------------------------


def test_the_sentences_say_what_the_numbers_say() -> None:
    section = attributed.section(results(noise=0.001), STUDY)
    assert section is not None
    hello = section.scenarios[0].sentences
    assert hello[0].startswith("Of FastAPI + SQLite3's lead over Flask + SQLite3 in hello, 2.29 (")
    assert "1.77 in the study" in hello[0]
    assert "the framework is 55 % (" in hello[0]
    assert "cannot be told apart in hello here" in hello[-1]


def test_the_page_explains_and_ranks_nobody() -> None:
    shown = page.everything(results())
    html, markdown = page.html(shown), page.markdown(shown)
    for text in (html, markdown):
        assert "Attribution" in text
        assert "Every pair" not in text
        assert "## Ranks" not in text
        assert "The published study" not in text
    assert 'id="ranks"' not in html
    assert html.count('id="attribution-') >= len(PLAN.scenarios)


def test_the_page_of_a_run_that_lacks_a_stack() -> None:
    django = tuple(name for name in PLAN.variants if "django" in name)
    shown = page.everything(results(without=django))
    text = page.markdown(shown)
    assert "is not told by this run" in text
    assert "nan" not in text
    page.html(shown)


@pytest.mark.parametrize("rounds", [1, 2])
def test_the_page_of_few_rounds_has_no_intervals(rounds: int) -> None:
    section = attributed.section(results(rounds=rounds), STUDY)
    assert section is not None
    assert not any("(" in line.model for line in section.scenarios[0].tables[0].lines)


def test_a_run_without_any_floor_of_a_scenario_is_done_without() -> None:
    full = results()
    some = replace(full, samples=tuple(one for one in full.samples if one.scenario not in plans.FLOOR))
    costs = Costs(some, "get_item", CPU)
    assert not costs.has_floors
    assert [part.factor for part in costs.gap(TWINS["fastapi_orm"], TWINS["flask_orm"]).parts] == [
        "framework"
    ]


def test_the_page_of_another_run_has_no_such_section() -> None:
    assert attributed.section(synthetic.results(), STUDY) is None


def test_the_factors_that_differ() -> None:
    one, other = TWINS["fastapi_sqlite"], TWINS["django_drf"]
    assert [*differing(one, other, split=True)] == ["server", "framework", "access"]
    assert [*differing(one, other, split=False)] == ["framework", "access"]
    assert [*differing(PLAIN["flask_orm"], TWINS["flask_orm"], split=True)] == ["writing", "journal"]


def test_the_throughput_of_a_floor_is_set_against_response_times() -> None:
    headline, processor = (Costs(results(noise=0), "get_item", measure) for measure in (LATENCY, CPU))
    pair = TWINS["fastapi_sqlite"], TWINS["flask_sqlite"]
    one, other = (
        {part.factor: part.times.value for part in costs.gap(*pair).parts} for costs in (headline, processor)
    )
    assert headline.floors.measure == THROUGHPUT
    assert one == pytest.approx(other)


def test_the_plan_is_meant_to_take_no_more_than_an_hour() -> None:
    ahead = progress.steps(PLAN, list(cells.cells(PLAN)))
    assert PLAN.rounds >= ratios.ENOUGH
    assert sum(step.seconds for step in ahead) <= 3600
