import re
from math import nan
from pathlib import Path

import pytest

from loadtests.report import compare, growth, page, ratios, scale
from loadtests.report.ratios import Interval
from loadtests.report.results import Results
from loadtests.report.scale import OF_A_REQUEST, OF_A_ROW, Growth
from loadtests.runner import plan as plans
from loadtests.runner.plan import Variant
from loadtests.runner.sample import Operation, Sample
from loadtests.tests import chromium, synthetic
from loadtests.tests.test_page import DRAWN, WIDER

SIZES = (1500, 150_000, 1_500_000)
STACKS = ("fastapi_orm", "flask_sqlite")
VARIANTS = {
    f"{service}_{records}": Variant(service=service, records=records)
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
    plan = synthetic.plan(rounds, twins=False, control=False)
    plan = plan.model_copy(update={"variants": VARIANTS, "scenarios": SCENARIOS})
    return Results("sized", plan, synthetic.MACHINE, tuple(samples))


def grown(results: Results, scenario: str, stack: str = "flask_sqlite") -> Growth:
    by_cpu, *_ = scale.measures(scenario)
    return scale.found(results, scale.stacks(results)[stack], scenario, by_cpu).growth[SIZES[-1]]


def test_the_variants_that_differ_in_their_records_alone_are_one_stack() -> None:
    assert scale.stacks(sized()) == {
        service: {records: f"{service}_{records}" for records in SIZES} for service in STACKS
    }


def test_a_plan_of_one_size_has_no_such_section() -> None:
    assert scale.stacks(synthetic.results()) == {}
    assert growth.section(synthetic.results()) is None


def test_what_else_variants_may_differ_in_sets_them_apart() -> None:
    names = {
        scale.stack(variant)
        for variant in (
            Variant(service="flask_orm"),
            Variant(service="flask_orm", twin=True),
            Variant(service="flask_orm", docker=True),
            Variant(service="flask_orm", env={"THREADS": "4"}),
            Variant(service="flask_orm", records=5),
        )
    }
    assert names == {"flask_orm", "twin_flask_orm", "flask_orm in a container", "flask_orm THREADS=4"}


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (Interval(1.0, 0.95, 1.1), "within"),
        (Interval(1.1, 0.95, 1.2), "undecided"),
        (Interval(1.0, 0.8, 1.1), "undecided"),
        (Interval(1.3, 1.2, 1.4), "not"),
        (Interval(0.7, 0.6, 0.8), "not"),  # what became cheaper is not the same either
        (Interval(1.0), "undecided"),  # of too few rounds
    ],
)
def test_what_is_within_15_percent(times: Interval, expected: str) -> None:
    assert scale.outcome(times) == expected


def test_a_row_of_a_list_may_become_cheaper_but_not_dearer() -> None:
    assert scale.outcome(Interval(0.5, 0.4, 0.6), least=0) == "within"
    assert scale.outcome(Interval(1.3, 1.2, 1.4), least=0) == "not"


@pytest.mark.parametrize(
    ("times", "expected"), [(1.0, "within"), (1.1, "within"), (1.2, "not"), (0.8, "not")]
)
def test_a_cost_is_compared_with_that_at_the_fewest_rows(times: float, expected: str) -> None:
    found = grown(sized(times=times), "get_item")
    assert found.times.value == pytest.approx(times)
    assert found.outcome == expected
    assert grown(sized(times=times), "get_item", "fastapi_orm").outcome == "within"


def test_noise_leaves_it_undecided() -> None:
    assert grown(sized(times=1.1, noise=0.2), "get_item").outcome == "undecided"


def test_few_rounds_decide_nothing() -> None:
    found = grown(sized(rounds=ratios.ENOUGH - 1, times=2), "get_item")
    assert found.times.value == pytest.approx(2)
    assert found.outcome == "undecided"


@pytest.mark.parametrize(("times", "expected"), [(1.0, "within"), (0.5, "within"), (1.2, "not")])
def test_a_list_of_all_items_is_compared_by_row(times: float, expected: str) -> None:
    found = grown(sized(times=times), "list_items")
    assert found.times.value == pytest.approx(times)
    assert found.outcome == expected


def test_the_memory_of_a_row_is_what_a_service_takes_beyond_an_idle_one() -> None:
    *_, memory = OF_A_ROW
    results = sized(memory_mib=110.0, idle_memory_mib=100.0)
    found = scale.found(results, scale.stacks(results)["flask_sqlite"], "list_items", memory)
    assert found.costs[1500].value == pytest.approx(10 * 2**20 / 1500)
    assert found.growth[SIZES[-1]].times.value == pytest.approx(1 / 1000)


def test_a_size_that_was_not_measured_is_left_empty() -> None:
    results = sized()
    kept = tuple(each for each in results.samples if each.variant != f"flask_sqlite_{SIZES[1]}")
    section = growth.section(Results("some", results.plan, results.machine, kept))
    assert section is not None
    line = section.operations[1].tables[0].lines[1]
    assert (line.stack, [bool(cost) for cost in line.costs]) == ("flask_sqlite", [True, False, True])
    assert line.growth[0] == ("", "")
    assert line.growth[1][1] == "within"


def test_an_operation_that_was_measured_nowhere_says_nothing() -> None:
    results = sized()
    kept = tuple(
        each for each in results.samples if (each.scenario, each.variant) != ("get_item", "flask_sqlite_1500")
    )
    section = growth.section(Results("some", results.plan, results.machine, kept))
    assert section is not None
    assert section.overview[1].growth == [section.overview[1].growth[0], ("", "")]


def test_of_all_stacks_together_the_growth_is_the_geometric_mean() -> None:
    section = growth.section(sized(times=1.44))
    assert section is not None
    assert section.together == [("1.20 (1.20 to 1.20)", "not")] * 2
    assert "| all together | 1.20 (1.20 to 1.20) not |" in page.markdown(page.everything(sized(times=1.44)))


def test_a_stack_that_lacks_a_size_leaves_nothing_to_put_together() -> None:
    results = sized()
    kept = tuple(each for each in results.samples if each.variant != f"flask_sqlite_{SIZES[2]}")
    assert growth.together(Results("some", results.plan, results.machine, kept)) == {}


def test_stacks_of_one_size_each_are_not_ranked_either() -> None:
    results = sized()
    wanted = (f"fastapi_orm_{SIZES[0]}", f"flask_sqlite_{SIZES[2]}")
    kept = tuple(each for each in results.samples if each.variant in wanted)
    shown = page.everything(Results("some", results.plan, results.machine, kept))
    assert shown["sections"] == []
    assert [line.growth for line in shown["scale"].overview] == [[("", ""), ("", "")]] * 2


def test_where_the_generator_set_the_pace_the_response_time_says_so() -> None:
    section = growth.section(sized(bound="k6 used 97 % of its cores"))
    assert section is not None
    by_cpu, by_time = section.operations[1].tables
    assert (by_cpu.bound, by_time.bound) == ([], list(VARIANTS))
    assert [table.measure for table in section.operations[1].tables] == list(OF_A_REQUEST)


def test_both_reports_have_the_section_and_neither_ranks_nor_the_study() -> None:
    shown = page.everything(sized(times=1.2))
    html, markdown = page.html(shown), page.markdown(shown)
    for text in (html, markdown):
        assert "1,500, 150,000 and 1,500,000 rows" in text
        assert "within 15 %" in text
        assert "1,500,000 / 1,500" in text
        assert "Ranks</h2>" not in text
        assert "The published study" not in text
        assert "60 of 60 samples valid" in text
    assert "| flask_sqlite | 1.20 (1.20 to 1.20) not | 1.20 (1.20 to 1.20) not |" in markdown
    assert "| fastapi_orm | 1.00 (1.00 to 1.00) within | 1.00 (1.00 to 1.00) within |" in markdown
    assert html.count('<span class="outcome not">') > 0
    assert set(shown["figures"]) == {"scale-list_items", "scale-get_item"}
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)


def test_a_table_of_the_markdown_has_as_many_cells_in_each_row() -> None:
    markdown = page.markdown(page.everything(sized()))
    for table in re.findall(r"(?:^\|.*\n)+", markdown, re.MULTILINE):
        assert (
            len({row.replace("--:|", "|").count("|") for row in table.splitlines() if "--" not in row}) == 1
        )
        assert len({row.count("|") for row in table.splitlines()}) == 1


@pytest.mark.parametrize("cost", [0.0, nan])
def test_costs_that_no_scale_shows_make_a_report(cost: float) -> None:
    shown = page.everything(sized(cpu_ms_per_request=cost, mean_ms=cost))
    assert "scale-get_item" in page.html(shown)
    assert shown["scale"].overview[0].growth == [("", ""), ("", "")]
    assert shown["scale"].together == [("", ""), ("", "")]


def test_another_plan_has_no_word_of_it() -> None:
    shown = page.everything(synthetic.results(rounds=5))
    assert shown["scale"] is None
    assert "Scale" not in page.html(shown) + page.markdown(shown)


def test_a_sample_without_rows_costs_nothing_that_is_known() -> None:
    made: Sample = sized(rounds=1).samples[0].model_copy(update={"rows": None})
    assert str(scale.per_row(made, 5.0)) == "nan"


def test_variants_of_different_sizes_are_no_pair_that_two_runs_agree_on() -> None:
    # of six variants' fifteen pairs three are of one size; told apart in two scenarios by two measures
    assert compare.agreement(sized(), sized()).pairs == 3 * 2 * 2


def test_the_plan_has_each_service_at_each_size_and_ends_with_the_lists() -> None:
    chosen = plans.read("scale")
    assert chosen.rounds >= ratios.ENOUGH
    assert sorted((one.service, one.records) for one in chosen.variants.values()) == sorted(
        (service, records) for service in synthetic.SERVICES for records in SIZES
    )
    *others, last = chosen.scenarios.items()
    assert [len(one.rates) for _, one in others] == [1] * 5
    assert (last[0], last[1].users, last[1].rates) == ("list_items", 1, ())
    assert [name for name, _ in others].index("list_page") < [name for name, _ in others].index("delete_item")
    assert chosen.warm_up.limit == 100


@pytest.mark.parametrize("width", [390, 1280])
def test_in_a_browser(tmp_path: Path, width: int) -> None:
    if (program := chromium.binary()) is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    report = tmp_path / "report.html"
    report.write_text(page.html(page.everything(sized())))
    with chromium.tab(program) as tab:
        tab.open(report, width, dark=False)
        assert tab.complaints() == []
        assert tab.tell("document.documentElement.scrollWidth") == width
        assert tab.tell(WIDER) == []
        assert all(wide > 300 and shapes > 5 for _, wide, shapes in tab.tell(DRAWN))
