from collections.abc import Mapping
from math import nan

import pytest

from harness import document
from harness.k6 import PERCENTS
from loadtests.analysis import choosing
from loadtests.analysis.results import Results
from loadtests.analysis.sections import replicas
from loadtests.cost import costs
from loadtests.measure import plan as plans
from loadtests.measure.sample import Sample
from loadtests.tests.analysis import synthetic

ENDS = {  # the last rate that is sustained: get_item, create_item
    "flask_orm_direct": (610, 490),
    "flask_orm_1": (490, 390),
    "flask_orm_2": (760, 490),
    "flask_orm_4": (950, 610),
    "fastapi_orm_1": (390, 310),
    "fastapi_orm_2": (490, 390),
    "fastapi_orm_4": (610, 490),
}
MS = {"cpu_ms_per_request": 1.6, "nginx_cpu_ms_per_request": 0.1, "database_cpu_ms_per_request": 0.3}


def replicated(rounds: int = 3, worse: int = 0, figures: Mapping[str, float] = MS) -> Results:
    """The plan's variants, each sample as dear as MS has it. In the first round `worse` is where all end."""
    plan = plans.read("replicas").model_copy(update={"rounds": rounds})

    def change(one: Sample) -> synthetic.Figures | None:
        rates = plan.scenarios[one.scenario].rates
        end = ENDS[one.variant][one.scenario == "create_item"]
        end = worse if worse and one.round == 1 else end
        if one.rate > next(rate for rate in rates if rate > end):
            return None  # whoever has failed one does not climb on
        p99 = 5.0 if one.rate <= end else 120.0
        alone = {"nginx_cpu_ms_per_request": nan} if plan.variants[one.variant].replicas is None else {}
        took = {"requests_per_second": one.rate, "p99_ms": p99, "quantiles_ms": (p99,) * len(PERCENTS)}
        return {**MS, "k6_cpu_share": 0.1, **figures, **alone, **took}

    return synthetic.run("replicated", plan, change=change)


def test_the_conclusion_is_what_the_ends_sustain_and_what_is_nearest_to_its_limit() -> None:
    rates, limits = synthetic.texts(replicas.section(replicated()), "lead")
    assert rates == (
        "On 2 cores, which the load shares, 4 replicas sustain more than 1 replica beyond doubt in 4 of 4 "
        "cases. Requests per second: get_item "
        "of flask_orm between 490 and 610, then between 950 and 1,190; get_item of fastapi_orm between 390 "
        "and 490, then between 610 and 760; create_item of flask_orm between 390 and 490, then between 610 "
        "and 760; create_item of fastapi_orm between 310 and 390, then between 490 and 610."
    )
    assert limits == (  # 310 and 490 * 1.6 ms; 490 and 950 * 2 ms and 0.2 cores of k6, of 2
        "Nearest to its limit, at the last sustained rate, is the worker (50% to 78%) with 1 replica and the "
        "machine (59% to 105%) with 4 replicas."
    )


def test_one_round_concludes_nothing() -> None:
    [few] = synthetic.texts(replicas.section(replicated(rounds=1)), "lead")
    assert few.startswith("1 round cannot tell variants apart")


def test_busy_cores_are_told_at_the_last_rate_and_at_every_rate() -> None:
    sustained, last, every, *_ = synthetic.tables(replicas.section(replicated()))
    assert sustained[1] == ["flask_orm_1", "between 490 and 610", "between 390 and 490"]
    assert last[:2] == [
        ["flask_orm_direct", "610", "5.00", "0.98", "", "0.18", "0.20", "1.36", "the worker, 98%"],
        ["flask_orm_1", "490", "5.00", "0.78", "0.05", "0.15", "0.20", "1.18", "the worker, 78%"],
    ]
    rates = [row[1] for row in every if row[0] == "flask_orm_1"]
    assert rates == ["200", "250", "310", "390", "490", "610"]
    assert [row[2] for row in every if row[:2] == ["flask_orm_1", "610"]] == ["120"]


@pytest.mark.parametrize(
    ("figures", "nearest"),
    [
        ({"nginx_cpu_ms_per_request": 1.7, "cpu_ms_per_request": 0.5}, "nginx, 83%"),
        ({"database_cpu_ms_per_request": 2.0}, "the machine, 101%"),
    ],
)
def test_what_is_nearest_to_its_limit_is_a_part_that_has_one(figures: dict[str, float], nearest: str) -> None:
    _, last, *_ = synthetic.tables(replicas.section(replicated(figures=figures)))
    assert last[1][-1] == nearest


def test_a_rate_that_one_round_did_not_sustain_is_not_sustained() -> None:
    assert synthetic.tables(replicas.section(replicated(worse=250)))[1][1][1] == "250"
    _, last, *_ = synthetic.tables(replicas.section(below := replicated(worse=1)))
    assert last == []
    assert "No variant sustained even the lowest rate." in synthetic.texts(replicas.section(below), "")
    assert (
        "is nothing that is known with 1 replica and" in synthetic.texts(replicas.section(below), "lead")[1]
    )


def test_the_yardstick_is_the_count_of_the_service_on_postgresql() -> None:
    *_, yardstick = synthetic.tables(replicas.section(replicated()))
    counted = costs.read().costs[costs.POSTGRESQL]["fastapi_orm"]["create_item"].instructions
    figures = [f"{1.6:.2f}", f"{counted / 1000:,.0f}", f"{1.6e6 / counted:.2f}"]
    assert ["create_item", "fastapi_orm_1", "310", *figures, "0.10", "0.30"] in yardstick


def test_the_page_for_choosing_says_what_is_nearest_to_its_limit() -> None:
    heading, text = choosing.on_several({"replicas": (run := replicated())})
    assert synthetic.headings([heading]) == ["When one server is not enough"]
    assert synthetic.texts([text], "")[0].startswith(replicas.verdict(run))
    assert "report.md#ten-a-hundred-and-a-thousand-times-as-much" in document.markdown([text])
    assert choosing.on_several({}) == []


def test_variants_without_replicas_have_no_such_section() -> None:
    some = replicated()
    alone = {name: one.model_copy(update={"replicas": None}) for name, one in some.plan.variants.items()}
    plan = some.plan.model_copy(update={"variants": alone})
    assert replicas.section(synthetic.of("alone", plan, list(some.samples))) == []
