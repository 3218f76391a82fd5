"""Sections of runs that are made up, as Markdown: pages/ has what each is to be.

They show what no published run does; the pages of these are made again in test_pages.py.

To change them: `python -m loadtests.tests.analysis.test_sections` writes them all, and Git shows
what is different.
"""

from collections.abc import Callable, Iterable
from math import nan
from pathlib import Path
from pkgutil import iter_modules
from unittest.mock import patch

import pytest

from harness.document import Block, Heading, markdown
from loadtests.analysis import choosing, compare, sections, summary
from loadtests.analysis.results import THROUGHPUT, Results
from loadtests.analysis.sections import (
    database,
    gates,
    growth,
    load,
    ranks,
    replicas,
    scale,
    scenarios,
    study,
    versions,
)
from loadtests.cost import costs
from loadtests.measure import plan as plans
from loadtests.measure.plan import Scenario
from loadtests.measure.run import LIMIT
from loadtests.measure.sample import Reason, Sample
from loadtests.tests.analysis import synthetic

FOLDER = Path(__file__).with_name("pages")
NAMES = [module.name for module in iter_modules(sections.__path__)]
SMALL = synthetic.only(synthetic.results(), "hello", "list_items")
# 7 rounds of all, with a generator that set the pace of one cell
BOUND = synthetic.bound(SMALL, "flask_orm", "hello", range(1, 8))


def unbelievable() -> Results:
    """A worker of it ended, and some of it grew slower beyond chance, and some by chance."""

    def change(sample: Sample) -> synthetic.Figures:
        by_chance = 1.6 if sample.round % 2 else 0.8
        slower = {"django_drf": 1.2, "fastapi_orm": by_chance}.get(sample.variant, 1)
        return {"second_half_ms": sample.first_half_ms * slower}

    slower = synthetic.changed(BOUND, change)
    refused = slower.samples[0].model_copy(update={"invalid": Reason(code="worker")})
    return synthetic.of("odd", slower.plan, [refused, *slower.samples])


def raced() -> Iterable[Block]:
    ends = {"a": [200] * 3, "b": [100, 200, 200], "c": [400] * 3, "d": [400, 100, 400], "e": [50, 100, 50]}
    race = synthetic.racing(ends)

    def ended_by_k6(sample: Sample) -> synthetic.Figures:
        return {"bound": (synthetic.BUSY,)} if sample.variant == "a" and sample.rate == 400 else {}

    yield Heading(1, "The generator ended the ladder of a, and ladders that overlap share a rank")
    yield from load.section(synthetic.changed(race, ended_by_k6))
    yield Heading(1, "A dropped request ends a ladder")
    yield from load.section(synthetic.changed(race, lambda sample: {"dropped": int(sample.rate == 200)}))
    yield Heading(1, "A/A differs as much as the two variants do")
    yield from load.section(synthetic.racing({"a": [100] * 3, "b": [200] * 3, "again": [400] * 3}, "a"))
    yield Heading(1, "Too few rounds")
    yield from load.section(synthetic.racing({"a": [100] * 2, "b": [200] * 2}))


def stepped() -> Results:
    """The generator set a pace, in a single round."""
    busy = synthetic.bound(synthetic.stepped(rounds=1), "flask_orm_sqlite", "get_item", range(1, 2))
    return synthetic.only(busy, "get_item")


def changed() -> Results:
    """Of four services that became faster, slower, neither, and one whose pace the generator set."""
    run = synthetic.since_a_commit(
        {"flask_orm": 1.5, "flask_sqlite": 0.8, "django_drf": 1.0, "fastapi_orm": 2}
    )
    return synthetic.bound(run, "fastapi_orm", "hello", range(1, 8))


def compared() -> Iterable[Block]:
    before, after = (synthetic.results(seed=seed, twins=False, name=str(seed)) for seed in (1, 10))
    times = {"flask_orm": 2.1, "django_drf": 0.3, "fastapi_orm": 4.5}  # and 3 for all alike
    run = synthetic.changed(after, lambda sample: {"mean_ms": sample.mean_ms * times.get(sample.variant, 3)})
    busy = synthetic.bound(run, "flask_orm", "hello", range(1, 8))
    yield from compare.blocks(before, synthetic.only(busy, "hello", "list_items"))


def summed_up() -> Iterable[Block]:
    """Rounds come together in a row, but for those that are invalid; a scenario has none that is valid."""
    refused = Reason(code="requests", numbers={"made": 1, "of": 100})

    def change(sample: Sample) -> synthetic.Figures:
        wrong = sample.scenario == "hello" or sample.round == 2
        rate = 100.0 if sample.scenario == "list_items" else nan
        memory = nan if sample.round == 1 else sample.memory_mib
        figures = {"max_ms": sample.round * 10.0, "rate": rate, "memory_mib": memory}
        return {"invalid": refused if wrong else None, **figures}

    rounds = synthetic.only(synthetic.results(rounds=3), "hello", "get_item", "list_items")
    samples = synthetic.changed(rounds, change).samples
    return summary.blocks([sample for sample in samples if sample.variant in ("flask_orm", "twin_flask_orm")])


def replicated() -> Iterable[Block]:
    def both(title: str, run: Results) -> Iterable[Block]:
        yield Heading(1, title)
        yield from replicas.section(run)
        yield from growth.section(run)

    nginx = {"nginx_cpu_ms_per_request": 1.9, "cpu_ms_per_request": 0.4}
    yield from both("nginx is nearest to its limit, in a single round", synthetic.replicated(1, **nginx))
    yield from both("One round sustained less", synthetic.only(synthetic.replicated(worse=250), "get_item"))
    yield from both("One round sustained nothing", synthetic.only(synthetic.replicated(worse=1), "get_item"))
    yield Heading(1, "What a given PostgreSQL used is not known, and nothing follows")
    yield from growth.section(synthetic.replicated(database_cpu_ms_per_request=nan))
    yield Heading(1, "For choosing")
    yield from choosing.on_several({"replicas": synthetic.replicated()})


PAGES: dict[str, Callable[[], Iterable[Block]]] = {
    "ranks": lambda: ranks.section(synthetic.by_wrk(BOUND)),
    "scenarios": lambda: scenarios.section(synthetic.by_wrk(BOUND)),
    "gates": lambda: gates.section(unbelievable()),
    "load": raced,
    "scale": lambda: scale.section(synthetic.sized(times=1.44, bound=(synthetic.BUSY,))),
    "database": lambda: database.section(stepped()),
    "versions": lambda: versions.section(synthetic.only(changed(), "hello")),
    "compare": compared,
    "summary": summed_up,
    "replicas": replicated,
    "study": lambda: study.section(synthetic.results()),  # on today's versions alone
}


def written(name: str) -> str:
    """With counts that are made up too: those of the repository are others when they are published anew."""
    with patch.object(costs, "read", synthetic.count):
        return markdown(PAGES[name]())


@pytest.mark.parametrize("name", PAGES)
def test_a_section_is_as_it_is_written(name: str) -> None:
    assert written(name) == (FOLDER / f"{name}.md").read_text()


@pytest.mark.parametrize("name", plans.names())
def test_the_sections_of_a_plan_are_there(name: str) -> None:
    chosen = plans.read(name).sections
    assert chosen
    assert set(chosen) <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_of_a_run_without_a_sample_each_section_says_no_more_than_that(name: str) -> None:
    assert synthetic.tables(sections.named(name)(synthetic.of("empty", synthetic.plan(), []))) == []


@pytest.mark.parametrize(("rounds", "is_bound"), [(3, False), (4, True)])
def test_the_generator_set_the_pace_if_it_did_in_half_of_the_rounds(rounds: int, is_bound: bool) -> None:
    run = synthetic.bound(SMALL, "fastapi_orm", "hello", range(1, rounds + 1))
    ranking = ranks.ranking(run, "hello", THROUGHPUT, run.groups["services"])
    assert bool(ranking.bound) == is_bound == (not ranking.ranks)
    assert ranking.floor > 1  # what the control differs by


def test_a_size_that_was_not_measured_is_left_empty() -> None:
    some = synthetic.changed(
        synthetic.sized(), lambda sample: None if sample.variant == "flask_sqlite_150000" else {}
    )
    few, most, *_ = synthetic.tables(scale.section(some))
    assert few[1:] == [["flask_sqlite", "", ""], ["all together, geometric mean", "", ""]]
    assert most[1][1]


def test_too_few_rounds_have_no_upper_bound_of_what_a_growing_table_costs() -> None:
    run = synthetic.changed(synthetic.sized(), lambda sample: {} if sample.round < 3 else None)
    assert synthetic.texts(scale.section(run), "lead") == [
        "From 1,500 to 1,500,000 rows, processor time of all stacks together, as a multiple: "
        "list_items 1.00 and get_item 1.00."
    ]


def test_the_rows_of_a_page_are_no_more_than_its_limit() -> None:
    run = synthetic.sized()
    plan = run.plan.model_copy(update={"scenarios": {"list_items": Scenario(users=1, seconds=1, limit=1500)}})
    largest = run.of("flask_sqlite_1500000", "list_items")[0]
    assert scale.answered(run, largest) == 1_500_000
    assert scale.answered(synthetic.of("paged", plan, []), largest) == 1500


def test_nobody_gains_beyond_doubt_where_the_generator_ended_the_ladder_of_the_fewest() -> None:
    def ended_by_k6(sample: Sample) -> synthetic.Figures:
        return {"bound": (synthetic.BUSY,)} if sample.variant.endswith("_1") and sample.p99_ms > LIMIT else {}

    run = synthetic.replicated()
    assert replicas.gains(run) > replicas.gains(synthetic.changed(run, ended_by_k6)) == 0


def test_one_round_of_replicas_leads_to_no_conclusion() -> None:
    assert synthetic.texts(growth.section(synthetic.replicated(rounds=1)), "lead") == []


def test_without_replicas_there_is_no_section_of_them() -> None:
    assert [*replicas.section(synthetic.racing({"a": [100] * 3})), *choosing.on_several({})] == []


def test_one_replica_may_open_more_connections_than_postgresql_takes() -> None:
    capacity = growth.Capacity("flask_orm", "get_item", 100, replicas=2, connections=400, ms=(1, 1, 1))
    sentences = growth.of_connections([capacity])
    assert "PostgreSQL takes 97 as it is shipped, which one replica fills." in sentences


@pytest.mark.parametrize("dropped", ["sqlite", "postgresql"])
def test_without_a_file_or_a_server_to_compare_there_is_no_section(dropped: str) -> None:
    run = synthetic.stepped()
    kinds = {name: variant.database for name, variant in run.plan.variants.items()}
    some = synthetic.changed(run, lambda sample: None if kinds[sample.variant].startswith(dropped) else {})
    assert [*database.section(some), *choosing.on_a_server({"database": some})] == []


def test_slower_are_those_that_are_worse_by_more_than_so_many_percent() -> None:
    sentences = versions.slower(changed(), 5)
    assert len(sentences) == 2 * len(synthetic.SCENARIOS)
    assert sentences[0] == "flask_sqlite, hello: req/s 25.0 % worse"
    assert versions.slower(changed(), 26) == versions.slower(SMALL, 5) == []


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name in PAGES:
        (FOLDER / f"{name}.md").write_text(written(name))
