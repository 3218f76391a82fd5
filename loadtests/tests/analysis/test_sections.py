import pytest

from harness.document import Bullets, Heading, Table, Text, plain
from loadtests.analysis import sections
from loadtests.analysis.intervals import Interval
from loadtests.analysis.results import Results
from loadtests.analysis.sections import gates, memory, ranks, scenarios, study
from loadtests.measure import plan as plans
from loadtests.measure.sample import Reason
from loadtests.tests.analysis import synthetic


def notices(results: Results) -> list[str]:
    blocks = scenarios.section(results)
    return [plain(block.content) for block in blocks if isinstance(block, Text) and block.kind == "notice"]


@pytest.mark.parametrize("name", plans.names())
def test_the_sections_of_a_plan_are_there(name: str) -> None:
    chosen = plans.read(name).sections
    assert chosen
    assert set(chosen) <= set(sections.names())


@pytest.mark.parametrize("name", sections.names())
def test_of_a_run_without_a_sample_each_section_says_no_more_than_that(name: str) -> None:
    blocks = sections.named(name)(synthetic.of("empty", synthetic.plan(), []))
    assert not any(isinstance(block, Table) for block in blocks)


def test_of_one_round_no_variant_is_said_to_be_first() -> None:
    blocks = ranks.section(synthetic.results(rounds=1, twins=False, control=False))
    texts = [block for block in blocks if isinstance(block, Text)]
    assert plain(texts[0].content) == "1 round cannot tell services apart: that takes 5. All share a rank."
    assert not any(block.kind == "lead" for block in texts)


def test_the_conclusion_is_who_takes_the_least_processor_time() -> None:
    [lead] = [
        block
        for block in ranks.section(synthetic.results())
        if isinstance(block, Text) and block.kind == "lead"
    ]
    words = plain(lead.content)
    assert "fastapi_sqlite in hello, echo, get_item" in words
    assert "flask_sqlite in list_items" in words


def test_each_group_is_ranked_among_itself() -> None:
    tables = [block for block in ranks.section(synthetic.results()) if isinstance(block, Table)]
    first = [plain(row[0]) for row in tables[0].rows]
    third = [plain(row[0]) for row in tables[2].rows]
    assert (first, third) == ([*synthetic.SERVICES], [f"twin_{name}" for name in synthetic.SERVICES])


def test_the_study_stands_beside_the_twins_alone() -> None:
    results = synthetic.results()
    assert scenarios.published(results, "list_items")["twin_fastapi_orm"] == 168.8
    assert not set(scenarios.published(results, "list_items")) & set(synthetic.SERVICES)
    assert scenarios.published(synthetic.results(twins=False), "list_items") == {}


def test_variants_that_the_generator_bound_alike_are_told_together() -> None:
    shares = {"fastapi_orm": 0.95, "fastapi_sqlite": 0.97}
    bound = synthetic.changed(
        synthetic.results(),
        lambda one: (
            {"bound": (Reason(code="cores", numbers={"share": shares[one.variant]}),)}
            if one.variant in shares and one.scenario == "hello"
            else {}
        ),
    )
    assert notices(synthetic.results()) == []
    assert notices(bound) == [
        "Generator-bound: fastapi_sqlite, fastapi_orm (k6 and the service together used 95 to 97% of the "
        "cores). This figure does not rank the services; the processor time per request does."
    ]


@pytest.mark.parametrize(
    ("requests", "last"), [(100, 90.0), (1000, 99.0), (10_000, 99.9), (1_000_000, 99.99)]
)
def test_a_percentile_is_drawn_where_enough_requests_lie_beyond(requests: int, last: float) -> None:
    assert scenarios.drawable(requests)[-1] == pytest.approx(last)


def test_each_nine_takes_as_much_room_as_the_one_before() -> None:
    assert [round(scenarios.stretched(percent), 6) for percent in (0, 90, 99, 99.9)] == [0, 1, 2, 3]


def test_memory_is_the_highest_beside_the_idle() -> None:
    [table] = [block for block in memory.section(synthetic.results()) if isinstance(block, Table)]
    assert [*map(plain, table.rows[0])] == ["fastapi_sqlite", "70.0 (70.0 to 70.0)", "80.0 (80.0 to 80.0)"]


def test_every_claim_has_an_outcome() -> None:
    blocks = study.section(synthetic.results())
    claims, orders = (block for block in blocks if isinstance(block, Table))
    assert {plain(row[1]) for row in claims.rows} <= {"reproduced", "contradicted", "undecided"}
    assert [plain(row[0]) for row in orders.rows] == ["Services", "Twins"]
    assert plain(claims.rows[0][6]).startswith("“In the simple GET request test")


def test_a_run_without_twins_has_no_word_of_the_study() -> None:
    assert study.section(synthetic.results(twins=False)) == []


def bullets(results: Results) -> list[str]:
    return [
        plain(item) for block in gates.section(results) if isinstance(block, Bullets) for item in block.items
    ]


def test_why_a_run_can_be_believed() -> None:
    assert bullets(synthetic.results()) == [
        "No sample was refused.",
        "Against a server that does nothing the generator reaches 9,000 req/s (hello), 7,000 req/s (echo); "
        "no sample came nearer to that than 30 %.",
        "No row is generator-bound.",
        "Little's law: answers per second \u00d7 mean time of one / users was 0.990 to 0.990, where 1 means "
        "that every user always waited for an answer.",
        "Steady: no timed scenario's second half differs from its first by more than 5 %.",
    ]


def test_and_where_it_cannot() -> None:
    results = synthetic.bound(synthetic.results(), "flask_orm", "hello", range(1, 8))
    slower = synthetic.changed(
        results,
        lambda one: {"second_half_ms": one.first_half_ms * 1.2} if one.variant == "django_drf" else {},
    )
    refused = slower.samples[0].model_copy(update={"invalid": Reason(code="worker")})
    found = bullets(synthetic.of("odd", slower.plan, [refused, *slower.samples]))
    assert found[0].startswith("Refused, and part of no figure: a worker ended")
    assert found[2] == "1 row is generator-bound and does not rank."
    assert [
        line
        for line in found
        if line.startswith("Not steady: django_drf, hello: the second half was 20% slower")
    ]


def test_halves_that_differ_by_chance_are_no_drift() -> None:
    assert gates.drifts(Interval(1.2, 1.1, 1.3))
    assert gates.drifts(Interval(1.2))  # of too few rounds to say more
    assert not gates.drifts(Interval(1.2, 0.9, 1.5))
    assert not gates.drifts(Interval(1.04, 1.03, 1.05))


def test_the_noise_floor_has_a_table_where_there_is_a_control() -> None:
    headings = [block.text for block in gates.section(synthetic.results()) if isinstance(block, Heading)]
    assert headings == ["Gates", "The noise floor"]
    assert len(gates.section(synthetic.results(control=False))) == 2
