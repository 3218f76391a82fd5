"""A run whose costs are made of planted factors: what is planted is found."""

from collections.abc import Mapping
from functools import cache
from math import exp, log, prod

import numpy as np
import pytest

from harness.document import Bullets, Heading, Text, plain
from harness.service import declared, services
from loadtests.analysis.results import CPU, LATENCY, THROUGHPUT, Results
from loadtests.analysis.sections import attribution
from loadtests.analysis.studies import gaps
from loadtests.analysis.studies.gaps import Costs, Gap
from loadtests.measure import design
from loadtests.measure import plan as plans
from loadtests.measure.plan import FLOOR, Levels, Plan
from loadtests.tests.analysis import synthetic

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


@cache
def plan() -> Plan:
    return design.crossed(plans.read("factors"), {name: declared(name) for name in services()})


def levels(name: str) -> Levels:
    one = plan().variants[name].levels
    assert one is not None
    return one


def cost(one: Levels, scenario: str) -> float:
    """In ms, of the machine; a floor's is that of its server alone."""
    if one.framework == "none":
        return FLOORS[one.server]
    of_the_database = {"access", "journal", "synchronous"} if scenario in FLOOR else set()
    planted = [
        times
        for (name, level), times in EFFECTS.items()
        if getattr(one, name) == level and name not in of_the_database
    ]
    return (FLOORS[one.server] + FRAMEWORKS[one.framework]) * prod(planted)


@cache
def results(rounds: int = 5, noise: float = 0.01, without: tuple[str, ...] = ()) -> Results:
    random = np.random.default_rng(1)
    samples = []
    for number in range(1, rounds + 1):
        shared = random.normal(0, 0.1)
        for order, (name, variant) in enumerate(plan().variants.items(), 1):
            for scenario, load in plan().scenarios.items():
                if not variant.answers(scenario):
                    continue
                ms = cost(levels(name), scenario) * exp(shared + random.normal(0, noise))
                made = synthetic.sample(number, order, name, variant.service, scenario, 1)
                figures = {
                    "requests_per_second": 1000 / ms,
                    "mean_ms": ms * load.users,
                    "cpu_ms_per_request": ms,
                }
                if name not in without:
                    samples.append(made.model_copy(update=figures))
    return synthetic.of("crossed", plan(), samples)


@cache
def by_cpu(scenario: str) -> Costs:
    return Costs(results(), scenario, CPU)


def gap(one: str, other: str, costs: Costs | None = None) -> Gap:
    costs = costs or by_cpu("hello")
    return costs.gap(costs.twins[one], costs.twins[other])


def times(name: str, costs: Costs) -> float:
    return gaps.order(costs).times[name].value


@pytest.mark.parametrize(
    ("name", "planted"),
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
def test_a_planted_effect_is_found(name: str, planted: float) -> None:
    found = gaps.order(by_cpu("create_item")).times[name]
    assert found.low < 1 / planted < found.high
    assert log(found.value) == pytest.approx(-log(planted), abs=0.03)


def test_without_noise_it_is_found_to_the_digit() -> None:
    costs = Costs(results(noise=0), "create_item", CPU)
    assert times("journal: WAL for DELETE", costs) == pytest.approx(1 / 0.6)


def test_a_factor_without_effect_has_an_interval_around_1() -> None:
    order = gaps.order(by_cpu("hello"))
    for name in ("access: SQL for the ORM", "journal: WAL for DELETE", "threads: 8 for 2"):
        assert order.times[name].low < 1 < order.times[name].high


def test_the_servers_part_is_that_of_the_floors() -> None:
    """Of 0.32 ms against 0.14 the server is 0.08 and the framework 0.10: by the mean of both orders."""
    found = gap("fastapi_sqlite", "flask_sqlite", Costs(results(noise=0), "hello", CPU))
    assert found.times.value == pytest.approx(0.32 / 0.14)
    server = (log(0.32 / 0.24) + log(0.22 / 0.14)) / 2
    parts = {part.factor: part.share.value for part in found.parts}
    assert parts["server"] == pytest.approx(server / log(0.32 / 0.14))


@pytest.mark.parametrize("pair", attribution.GAPS)
def test_shares_add_up_to_1(pair: tuple[str, str]) -> None:
    for scenario in ("hello", "create_item"):
        found = gap(*pair, by_cpu(scenario))
        assert prod(part.times.value for part in found.parts) == pytest.approx(found.times.value)
        if found.times.excludes_one:
            assert sum(part.share.value for part in found.parts) == pytest.approx(1)


def test_from_a_twin_to_the_service_are_the_writing_and_the_commit() -> None:
    costs = Costs(results(), "create_item", LATENCY)
    found = costs.gap(costs.plain["flask_sqlite"], costs.twins["flask_sqlite"])
    shares = {part.factor: part.share.value for part in found.parts}
    assert shares["journal"] == pytest.approx(log(0.6) / log(0.6 * 0.7), abs=0.03)
    assert shares["writing"] == pytest.approx(log(0.7) / log(0.6 * 0.7), abs=0.03)


def test_shapley_values_halve_what_two_only_reach_together() -> None:
    found = gaps.shapley(["a", "b", "c"], lambda some: np.array([10.0 if {"a", "b"} <= some else 0.0]))
    assert {name: float(values[0]) for name, values in found.items()} == pytest.approx(
        {"a": 5, "b": 5, "c": 0}
    )


def test_a_missing_cell_is_done_without() -> None:
    some = synthetic.changed(results(), lambda one: {} if (one.round + one.order) % 7 else None)
    assert times("journal: WAL for DELETE", Costs(some, "create_item", CPU)) == pytest.approx(
        1 / 0.6, rel=0.03
    )


def test_what_the_remaining_variants_cannot_tell_is_not_told() -> None:
    sync = tuple(name for name in plan().variants if levels(name).worker_class == "sync")
    order = gaps.order(Costs(results(without=sync), "create_item", CPU))
    assert "worker class: sync for gthread" not in order.names
    assert "journal: WAL for DELETE" in order.names


def test_without_floors_a_framework_has_its_server_with_it() -> None:
    found = gap("fastapi_sqlite", "flask_sqlite", Costs(results(without=("floor_wsgi",)), "hello", CPU))
    assert [part.factor for part in found.parts] == ["framework"]
    assert found.parts[0].share.value == pytest.approx(1)


def test_of_one_user_a_floor_tells_no_response_time() -> None:
    assert not Costs(results(), "delete_item", LATENCY).has_floors
    assert Costs(results(), "delete_item", CPU).has_floors
    assert Costs(results(), "get_item", LATENCY).has_floors


def test_the_throughput_of_a_floor_is_set_against_response_times() -> None:
    one, other = (Costs(results(noise=0), "get_item", measure) for measure in (LATENCY, CPU))
    shares = [
        {part.factor: part.times.value for part in gap("fastapi_sqlite", "flask_sqlite", costs).parts}
        for costs in (one, other)
    ]
    assert one.floors.measure == THROUGHPUT
    assert shares[0] == pytest.approx(shares[1])


def test_two_rounds_have_no_intervals() -> None:
    assert not gap("fastapi_sqlite", "flask_sqlite", Costs(results(rounds=2), "hello", CPU)).times.known
    assert gap("fastapi_sqlite", "flask_sqlite", Costs(results(rounds=3), "hello", CPU)).times.known


def test_what_a_model_lacks_widens_its_intervals() -> None:
    """More rounds of the same variants do not tell more of what is between them."""
    odd = [name for name, one in plan().variants.items() if one.group == "design"][::5]
    bent = synthetic.changed(
        results(noise=0),
        lambda one: {"cpu_ms_per_request": one.cpu_ms_per_request * (1.4 if one.variant in odd else 1)},
    )
    found = gap("fastapi_sqlite", "flask_sqlite", Costs(bent, "create_item", CPU)).times
    assert found.high / found.low > 1.1


def test_the_largest_effect_is_the_first_and_those_without_share_a_rank() -> None:
    order = gaps.order(by_cpu("create_item"))
    assert order.first == ("synchronous: NORMAL for FULL",)
    assert order.ranks["threads: 8 for 2"] == order.ranks["worker class: asgi for Uvicorn"]


def test_the_factors_that_differ() -> None:
    twins, services = by_cpu("hello").twins, by_cpu("hello").plain
    one, other = twins["fastapi_sqlite"], twins["django_drf"]
    assert [*gaps.differing(one, other, split=True)] == ["server", "framework", "access"]
    assert [*gaps.differing(one, other, split=False)] == ["framework", "access"]
    assert [*gaps.differing(services["flask_orm"], twins["flask_orm"], split=True)] == ["writing", "journal"]


def test_the_section_says_what_the_numbers_say() -> None:
    blocks = attribution.section(results(noise=0.001))
    sentences = [plain(item) for block in blocks if isinstance(block, Bullets) for item in block.items]
    assert sentences[0].startswith("Of FastAPI + SQLite3's lead over Flask + SQLite3 in hello, 2.29 (")
    assert "1.77 in the study" in sentences[0]
    assert "the framework is 55 % (" in sentences[0]
    assert "cannot be told apart in hello here" in sentences[len(attribution.GAPS) - 1]
    lead = next(plain(block.content) for block in blocks if isinstance(block, Text) and block.kind == "lead")
    assert (
        "synchronous: NORMAL for FULL (list_items, get_item, create_item, replace_item and delete_item)"
        in lead
    )
    headings = [block.text for block in blocks if isinstance(block, Heading)]
    assert headings == ["Attribution", *plan().scenarios]


def test_a_run_that_lacks_a_stack_says_so() -> None:
    django = tuple(name for name, one in plan().variants.items() if one.service == "django_drf")
    blocks = attribution.section(results(without=django))
    sentences = [plain(item) for block in blocks if isinstance(block, Bullets) for item in block.items]
    assert any("is not told by this run" in sentence for sentence in sentences)
    assert not any("nan" in sentence for sentence in sentences)
