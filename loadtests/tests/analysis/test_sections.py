import pytest

from harness.document import Bullets, Table, plain
from loadtests.analysis import sections
from loadtests.analysis.results import Results
from loadtests.analysis.sections import gates, processor, ranks, scenarios
from loadtests.cost import costs
from loadtests.measure import plan as plans
from loadtests.measure.sample import Reason, Sample
from loadtests.tests.analysis import synthetic


@pytest.mark.parametrize("name", plans.names())
def test_the_sections_of_a_plan_are_there(name: str) -> None:
    chosen = plans.read(name).sections
    assert chosen
    assert set(chosen) <= set(sections.names())


@pytest.mark.parametrize("name", sections.names())
def test_of_a_run_without_a_sample_each_section_says_no_more_than_that(name: str) -> None:
    assert synthetic.tables(sections.named(name)(synthetic.of("empty", synthetic.plan(), []))) == []


def test_each_group_is_ranked_and_the_conclusion_is_who_takes_the_least_processor_time() -> None:
    blocks = ranks.section(synthetic.results())
    [lead] = synthetic.texts(blocks, "lead")
    assert "fastapi_sqlite in hello, echo, get_item" in lead
    assert "flask_sqlite in list_items" in lead
    services, _, twins, _ = ([row[0] for row in table] for table in synthetic.tables(blocks))
    assert (services, twins) == ([*synthetic.SERVICES], [f"twin_{name}" for name in synthetic.SERVICES])


def test_an_operation_that_two_generators_drove_is_named_by_both_and_counts_once() -> None:
    twice = synthetic.by_wrk(synthetic.results())
    blocks = ranks.section(twice)
    assert synthetic.texts(blocks, "lead") == synthetic.texts(ranks.section(synthetic.results()), "lead")
    [table, *_] = [block for block in blocks if isinstance(block, Table)]
    assert [*table.head][-2:] == ["hello by wrk", "echo by wrk"]
    assert "hello by wrk" in synthetic.headings(scenarios.section(twice))
    assert scenarios.request(twice, "hello_wrk") == "GET /hello, 50 users for 10 s."
    published = scenarios.published(twice, "hello_wrk")
    assert published == scenarios.published(twice, "hello")
    assert [*published] == [f"twin_{name}" for name in synthetic.SERVICES]


def bullets(results: Results) -> list[str]:
    [block] = [block for block in gates.section(results) if isinstance(block, Bullets)]
    return [*map(plain, block.items)]


def test_where_a_run_cannot_be_believed() -> None:
    assert gates.conclusion(synthetic.results()) == "Of 539 samples none was refused."
    results = synthetic.bound(synthetic.results(), "flask_orm", "hello", range(1, 8))
    slower = synthetic.changed(
        results,
        lambda one: {"second_half_ms": one.first_half_ms * 1.2} if one.variant == "django_drf" else {},
    )
    refused = slower.samples[0].model_copy(update={"invalid": Reason(code="worker")})
    odd = synthetic.of("odd", slower.plan, [refused, *slower.samples])
    assert bullets(odd)[0].startswith("Refused, and part of no figure: a worker ended")
    assert "by more than 5 % in django_drf, hello (+20%); django_drf, echo (+20%). " in bullets(odd)[-1]
    told = "Of 540 samples 1 was refused, and in 1 of 70 cells the load generator may have set the pace."
    assert gates.conclusion(odd) == told
    by_chance = synthetic.changed(
        results, lambda one: {"second_half_ms": one.first_half_ms * (1.6 if one.round % 2 else 0.8)}
    )
    assert bullets(by_chance)[-1].startswith("Steady")


def test_what_a_variant_is_to_itself_has_a_table_where_there_is_a_control() -> None:
    assert synthetic.headings(gates.section(synthetic.results())) == ["Gates", "A/A"]
    assert synthetic.headings(gates.section(synthetic.results(control=False))) == ["Gates"]


@pytest.mark.parametrize(("power", "correlation"), [(1, "1.000"), (-1, "-1.000")])
def test_the_processors_clock_is_put_beside_the_count(power: int, correlation: str) -> None:
    count = costs.read()

    def as_counted(one: Sample) -> dict[str, float]:
        group = costs.TWINS if one.variant.startswith("twin") else costs.SERVICES
        return {"cpu_ms_per_request": (count.of(group, one.service, one.scenario) / 1e6) ** power}

    blocks = processor.section(synthetic.changed(synthetic.results(), as_counted))
    [lead] = synthetic.texts(blocks, "lead")
    assert lead.startswith("Over 70 cells")
    assert f"instructions is {correlation}." in lead
    assert synthetic.tables(blocks)[1][0][1:] == ["1.40"] * 7
