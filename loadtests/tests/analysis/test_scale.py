import pytest

from loadtests.analysis.intervals import ENOUGH, Interval
from loadtests.analysis.results import CPU, Results
from loadtests.analysis.sections import scale
from loadtests.measure.plan import Scenario, Variant
from loadtests.measure.sample import Cell, Operation
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
    groups = {name: name for name in STACKS}
    made_up = {"variants": VARIANTS, "scenarios": SCENARIOS, "groups": groups, "sections": ("scale",)}
    plan = synthetic.plan(rounds).model_copy(update=made_up)

    def factor(cell: Cell) -> float:
        records = VARIANTS[cell.variant].records or 0
        slower = times if cell.variant == f"flask_sqlite_{SIZES[-1]}" else 1.0
        noisy = 1 + noise if cell.round % 2 and records == SIZES[-1] else 1.0
        return slower * noisy * (records / SIZES[0] if cell.scenario == "list_items" else 1)

    return synthetic.run(
        "sized", plan, factor, lambda one: {"rows": VARIANTS[one.variant].records, **figures}
    )


def grown(results: Results, scenario: str, stack: str = "flask_sqlite") -> Interval:
    return scale.growth(results, scale.by_records(results)[stack], SIZES[-1], scenario, CPU)


def rows(results: Results, table: int) -> list[list[str]]:
    return synthetic.tables(scale.section(results))[table]


@pytest.mark.parametrize("scenario", NAMES)  # a list of all by row
def test_a_cost_is_a_multiple_of_that_at_the_fewest_rows(scenario: str) -> None:
    assert grown(sized(times=1.2), scenario).value == pytest.approx(1.2)
    assert grown(sized(times=1.2), scenario, "fastapi_orm").value == pytest.approx(1)
    noisy = grown(sized(times=1.1, noise=0.2), scenario)
    assert noisy.low < 1.1 < noisy.high
    assert not grown(sized(rounds=ENOUGH - 1), scenario).known


def test_of_all_stacks_together_the_growth_is_the_geometric_mean() -> None:
    grown, same = (synthetic.texts(scale.section(sized(times=times)), "lead")[0] for times in (1.44, 1))
    told = "From 1,500 to 1,500,000 rows list_items and get_item costs more processor time"
    assert grown.startswith(told)
    assert grown.endswith(": list_items 1.20 (1.20 to 1.20) and get_item 1.20 (1.20 to 1.20).")
    assert "rows no operation is told to cost more processor time; " in same


def test_a_size_that_was_not_measured_is_left_empty_and_so_are_costs_without_a_logarithm() -> None:
    assert "nan" not in str(rows(sized(cpu_ms_per_request=0.0), 0))
    some = synthetic.changed(sized(), lambda one: None if one.variant == "flask_sqlite_150000" else {})
    assert rows(some, 0)[1:] == [["flask_sqlite", "", ""], ["all together, geometric mean", "", ""]]
    assert rows(some, 1)[1][1]


def test_where_the_generator_set_the_pace_the_page_says_so() -> None:
    assert synthetic.texts(scale.section(sized()), "notice") == []
    assert len(synthetic.texts(scale.section(sized(bound=(synthetic.BUSY,))), "notice")) == 1


def test_the_rows_of_a_page_are_no_more_than_its_limit() -> None:
    results = sized()
    page = {"list_items": Scenario(users=1, seconds=1, limit=1500)}
    plan = results.plan.model_copy(update={"scenarios": page})
    largest = results.of("flask_sqlite_1500000", "list_items")[0]
    assert scale.answered(results, largest) == 1_500_000
    assert scale.answered(synthetic.of("paged", plan, []), largest) == 1500
