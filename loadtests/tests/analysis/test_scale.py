from math import nan

import pytest

from harness.document import Heading, Table, Text, plain
from loadtests.analysis import intervals
from loadtests.analysis.intervals import Interval
from loadtests.analysis.results import Results
from loadtests.analysis.sections import scale
from loadtests.analysis.sections.scale import Growth
from loadtests.measure.plan import Scenario, Variant
from loadtests.measure.sample import Operation
from loadtests.tests.analysis import synthetic

SIZES = (1500, 150_000, 1_500_000)
STACKS = ("fastapi_orm", "flask_sqlite")
VARIANTS = {
    f"{service}_{records}": Variant(service=service, group=service, records=records)
    for service in STACKS
    for records in SIZES
}
NAMES: tuple[Operation, ...] = ("list_items", "get_item")
SCENARIOS = {name: synthetic.SCENARIOS[name] for name in NAMES}


def sized(rounds: int = 5, times: float = 1.0, noise: float = 0.0, **figures: object) -> Results:
    """At the most rows of flask_sqlite each operation takes `times` as long as at the fewest."""
    samples = []
    for number in range(1, rounds + 1):
        for name, variant in VARIANTS.items():
            for scenario in SCENARIOS:
                records = variant.records or 0
                factor = times if (variant.service, records) == ("flask_sqlite", SIZES[-1]) else 1.0
                factor *= 1 + noise if number % 2 and records == SIZES[-1] else 1
                factor *= records / SIZES[0] if scenario == "list_items" else 1
                made = synthetic.sample(number, 1, name, variant.service, scenario, factor)
                samples.append(made.model_copy(update={"rows": records, **figures}))
    groups = {name: name for name in STACKS}
    plan = synthetic.plan(rounds).model_copy(
        update={"variants": VARIANTS, "scenarios": SCENARIOS, "groups": groups, "sections": ("scale",)}
    )
    return synthetic.of("sized", plan, samples)


def without(*variants: str) -> Results:
    return synthetic.changed(sized(), lambda each: None if each.variant in variants else {})


def grown(results: Results, scenario: str, stack: str = "flask_sqlite") -> Growth:
    return scale.farthest(results, scale.by_records(results), scenario)[stack]


def rows(results: Results, table: int) -> list[list[str]]:
    tables = [block for block in scale.section(results) if isinstance(block, Table)]
    return [[*map(plain, row)] for row in tables[table].rows]


def test_the_variants_of_a_group_are_one_stack() -> None:
    assert scale.by_records(sized()) == {
        service: {records: f"{service}_{records}" for records in SIZES} for service in STACKS
    }


def test_a_run_of_one_size_has_no_such_section() -> None:
    assert scale.section(synthetic.results()) == []


@pytest.mark.parametrize(
    ("times", "least", "expected"),
    [
        (Interval(1.0, 0.95, 1.1), 1 / scale.SAME, "within"),
        (Interval(1.1, 0.95, 1.2), 1 / scale.SAME, "undecided"),
        (Interval(1.0, 0.8, 1.1), 1 / scale.SAME, "undecided"),
        (Interval(1.3, 1.2, 1.4), 1 / scale.SAME, "not"),
        (Interval(0.7, 0.6, 0.8), 1 / scale.SAME, "not"),  # what became cheaper is not the same either
        (Interval(1.0), 1 / scale.SAME, "undecided"),  # of too few rounds
        (Interval(0.5, 0.4, 0.6), 0, "within"),  # but a row of a list may become cheaper
        (Interval(1.3, 1.2, 1.4), 0, "not"),
    ],
)
def test_what_is_within_15_percent(times: Interval, least: float, expected: str) -> None:
    assert scale.grown(times, least).outcome == expected


@pytest.mark.parametrize(
    ("times", "expected"), [(1.0, "within"), (1.1, "within"), (1.2, "not"), (0.8, "not")]
)
def test_a_cost_is_compared_with_that_at_the_fewest_rows(times: float, expected: str) -> None:
    found = grown(sized(times=times), "get_item")
    assert found.times.value == pytest.approx(times)
    assert found.outcome == expected
    assert grown(sized(times=times), "get_item", "fastapi_orm").outcome == "within"


@pytest.mark.parametrize(("times", "expected"), [(1.0, "within"), (0.5, "within"), (1.2, "not")])
def test_a_list_of_all_items_is_compared_by_row(times: float, expected: str) -> None:
    found = grown(sized(times=times), "list_items")
    assert found.times.value == pytest.approx(times)
    assert found.outcome == expected


def test_the_rows_of_a_page_are_no_more_than_its_limit() -> None:
    results = sized()
    page = Scenario(users=1, seconds=1, limit=1500)
    paged = synthetic.of(
        "paged", results.plan.model_copy(update={"scenarios": {"list_items": page}}), [*results.samples]
    )
    largest = results.of("flask_sqlite_1500000", "list_items")[0]
    assert (scale.answered(results, largest), scale.answered(paged, largest)) == (1_500_000, 1500)


def test_noise_and_few_rounds_leave_it_undecided() -> None:
    assert grown(sized(times=1.1, noise=0.2), "get_item").outcome == "undecided"
    few = grown(sized(rounds=intervals.ENOUGH - 1, times=2), "get_item")
    assert few.times.value == pytest.approx(2)
    assert few.outcome == "undecided"


def test_the_memory_of_a_row_is_what_a_service_takes_beyond_an_idle_one() -> None:
    results = sized(memory_mib=110.0, idle_memory_mib=100.0)
    assert rows(results, 3)[1][1] == "6,991 (6,991 to 6,991)"  # 10 MiB by 1,500 rows


def test_a_size_that_was_not_measured_is_left_empty() -> None:
    results = without(f"flask_sqlite_{SIZES[1]}")
    name, *cells = rows(results, 4)[1]
    assert (name, [bool(cell) for cell in cells]) == ("flask_sqlite", [True, False, True, False, True])
    assert "| all together" not in str(rows(results, 0))


def test_of_all_stacks_together_the_growth_is_the_geometric_mean() -> None:
    *_, together = rows(sized(times=1.44), 0)
    assert together == ["all together", "1.20 (1.20 to 1.20) not", "1.20 (1.20 to 1.20) not"]


def test_stacks_of_different_sizes_are_not_put_together() -> None:
    results = without(f"flask_sqlite_{SIZES[2]}")
    assert scale.together(results, scale.by_records(results)) == {}


def test_where_the_generator_set_the_pace_the_response_time_says_so() -> None:
    blocks = scale.section(sized(bound=(synthetic.BUSY,)))
    notices = [
        place for place, block in enumerate(blocks) if isinstance(block, Text) and block.kind == "notice"
    ]
    for place in notices:
        title = blocks[place - 2]
        assert isinstance(title, Text)
        assert plain(title.content).startswith("Mean response time")
    assert len(notices) == len(SCENARIOS)


@pytest.mark.parametrize("cost", [0.0, nan])
def test_costs_that_no_scale_shows_make_a_page(cost: float) -> None:
    blocks = scale.section(sized(cpu_ms_per_request=cost, mean_ms=cost))
    assert [block.text for block in blocks if isinstance(block, Heading)] == ["Scale", *SCENARIOS]


def test_the_conclusion_counts() -> None:
    leads = [
        block
        for block in scale.section(sized(times=1.44))
        if isinstance(block, Text) and block.kind == "lead"
    ]
    assert plain(leads[0].content).endswith(
        "2 of 4 costs stay within 15 %, 2 do not, and of 0 the run cannot tell."
    )
