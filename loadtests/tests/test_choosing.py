"""The page for whoever has to choose, and its sentences."""

import re
import subprocess
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from loadtests.choosing import (
    best,
    costs,
    durable,
    expected,
    grown,
    matters,
    page,
    runs,
    server,
    short,
    study,
)
from loadtests.choosing.__main__ import app
from loadtests.choosing.runs import Runs, Source, anchor, headings
from loadtests.choosing.said import against, beside, compared, leading
from loadtests.report import growth
from loadtests.report import paper as papers
from loadtests.report.ratios import Interval
from loadtests.report.results import Results
from loadtests.runner.plan import Scenario, Variant
from loadtests.runner.record import RecordError
from loadtests.runner.sample import Operation, Sample
from loadtests.tests import synthetic, test_attribution, test_scale
from loadtests.tests.synthetic import SCENARIOS, SERVICES
from loadtests.tests.test_curves import at_rate
from loadtests.tests.test_profile import floored

LINK = re.compile(r"!?\[([^\]]*)\]\(([^)]*)\)")
CODE = re.compile(r"`[^`]*`")
Factor = Callable[[str, str], float]  # by variant and scenario


def cited(results: Results, *headings: str) -> Source:
    return Source(results, frozenset(headings or SCENARIOS))


def made(
    variants: Mapping[str, Variant],
    factor: Factor = lambda _, __: 1,
    scenarios: tuple[Operation, ...] = tuple(SCENARIOS),
    **figures: object,
) -> Results:
    """A run in which every round is alike, but for a noise of one percent."""
    random = np.random.default_rng(1)
    samples = [
        synthetic.sample(
            number, 1, name, one.service, each, factor(name, each) * random.normal(1, 0.01)
        ).model_copy(update=figures)
        for number in range(1, 6)
        for name, one in variants.items()
        for each in scenarios
    ]
    plan = synthetic.plan(5, twins=False, control=False)
    chosen = {name: SCENARIOS[name] for name in scenarios}
    plan = plan.model_copy(update={"variants": dict(variants), "scenarios": chosen})
    return Results("20260101-000000-made", plan, synthetic.MACHINE, tuple(samples))


def plain(*services: str) -> dict[str, Variant]:
    return {name: Variant(service=name) for name in services}


@cache
def durability() -> Source:
    normal = {
        f"{name}_normal": Variant(service=name, env={"SQLITE_SYNCHRONOUS": "NORMAL"}) for name in SERVICES
    }
    results = made(
        plain(*SERVICES) | normal, lambda name, _: 0.5 if name.endswith("_normal") else 1, ("create_item",)
    )
    return cited(results, "create_item")


@cache
def corrected() -> Source:
    roles: dict[str, dict[str, object]] = {
        "twin_{}": {"twin": True},
        "{}_same_durability": {"env": {"SQLITE_JOURNAL_MODE": "DELETE"}},
        "{}_best": {"env": {"WEB_CONCURRENCY": "4"}},
    }
    variants = {
        role.format(name): Variant.model_validate({"service": name, **settings})
        for role, settings in roles.items()
        for name in SERVICES
    }
    return cited(made(variants))


@cache
def peak(top: float = 400) -> Source:
    """FastAPI sustains twice what the others do."""
    rates = {"fastapi": (100.0, 200.0), "flask": (100.0,), "django": (100.0,)}
    variants = {f"{name}_best": Variant(service=name) for name in SERVICES}
    samples: list[Sample] = [
        at_rate(rate, 5.0 if rate in rates[one.service.partition("_")[0]] else 90.0, number).model_copy(
            update={"variant": name, "service": one.service, "scenario": "get_item"}
        )
        for number in range(1, 6)
        for name, one in variants.items()
        for rate in (100.0, 200.0, 400.0)
        if rate <= top
    ]
    scenarios = {"get_item": Scenario(users=100, seconds=2, rates=(100, 200, 400))}
    plan = synthetic.plan(5, twins=False, control=False)
    plan = plan.model_copy(update={"variants": variants, "scenarios": scenarios})
    return cited(Results("peak", plan, synthetic.MACHINE, tuple(samples)), "get_item")


@cache
def everything() -> Runs:
    workers = {"flask_sqlite_sync": Variant(service="flask_sqlite", env={"THREADS": "1"})}
    return Runs(
        efficiency=cited(floored()),
        durability=durability(),
        worker=cited(made(plain("flask_sqlite") | workers)),
        scale=cited(test_scale.sized(noise=0.02)),
        attribution=cited(test_attribution.results()),
        attribution_before=cited(test_attribution.results(seed=2)),
        corrected=corrected(),
        peak=peak(),
        paper=cited(synthetic.results(rounds=5, control=False)),
    )


@cache
def whole() -> str:
    return page.made(everything())["choosing.md"]


def committed() -> str:
    return (page.DOCS / "choosing.md").read_text()


# --- the page -----------------------------------------------------------------------------------------------


def test_the_page_is_that_of_the_published_runs() -> None:
    found = page.made(runs.read(runs.published()))
    assert found["choosing.md"] == committed()
    drawn = {f"choosing/{path.name}" for path in (page.DOCS / "choosing").iterdir()}
    assert drawn == {*found} - {"choosing.md"}


def test_every_link_leads_to_a_heading_that_is_there() -> None:
    links = [target for _, target in LINK.findall(committed())]
    assert len(links) > 100
    for target in set(links):
        path, _, place = target.partition("#")
        file = page.DOCS / path
        assert file.exists(), target
        assert not place or place in map(anchor, headings(file.read_text())), target


@pytest.mark.parametrize("text", [committed, whole])
def test_no_figure_is_without_its_run(text: Callable[[], str]) -> None:
    left = CODE.sub("", LINK.sub("", text()))
    assert not [line for line in left.splitlines() if re.search(r"\d|%", line)]
    assert "nan" not in left
    assert "](../results/" in text()


@pytest.mark.parametrize("text", [committed, whole])
def test_every_row_has_the_cells_of_its_head(text: Callable[[], str]) -> None:
    for block in text().split("\n\n"):
        if block.startswith("|"):
            assert len({line.count("|") for line in block.splitlines()}) == 1, block


def test_what_was_not_measured_is_left_out() -> None:
    titles = headings(page.made(Runs(cited(floored())))["choosing.md"])
    assert {"In short", "What the ORM costs", "When the framework does not matter", "Limits"} <= {*titles}
    left = {*headings(whole())} - {*titles}
    assert left == {
        "At the settings that suit each best",
        "What durability costs",
        "What a growing table costs",
        "What the study says, and what holds here",
    }


def test_a_run_of_one_service_has_a_page_too() -> None:
    made_of = page.made(Runs(cited(made(plain("flask_orm")))))
    assert "Flask with the ORM takes the least" in made_of["choosing.md"]
    assert list(made_of) == ["choosing.md", "choosing/cost.svg"]


def test_few_rounds_tell_nobody_apart() -> None:
    text = page.made(Runs(cited(synthetic.results(rounds=3))))["choosing.md"]
    assert "To read one item, no stack can be told from another" in text
    assert "The largest differences" not in text
    assert "nan" not in LINK.sub(r"\1", text)


def test_a_picture_that_is_no_longer_shown_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "DOCS", tmp_path)
    (tmp_path / "choosing").mkdir()
    (tmp_path / "choosing" / "old.svg").touch()
    page.write(Runs(cited(made(plain("flask_orm")))))
    assert [path.name for path in (tmp_path / "choosing").iterdir()] == ["cost.svg"]
    assert (tmp_path / "choosing.md").exists()


def test_the_short_answers_are_few() -> None:
    assert 4 <= len(list(short.sentences(everything()))) <= 6


# --- the runs -----------------------------------------------------------------------------------------------


NAMES = [
    "20260101-000000-attribution",
    "20260102-000000-attribution",
    "20260102-000000-attribution-2",
    "20260103-000000-efficiency",
    "20260104-000000-not-efficiency",
]


def test_the_newest_run_of_each_plan_is_taken() -> None:
    assert runs.chosen(NAMES) == {
        "efficiency": "20260103-000000-efficiency",
        "attribution": "20260102-000000-attribution-2",
        "attribution_before": "20260102-000000-attribution",
    }


def test_without_the_run_that_all_is_made_of_there_is_no_page() -> None:
    with pytest.raises(RecordError, match=r"^There is no published run of the plan efficiency: .*$"):
        runs.read(NAMES[:0])


def test_the_command_says_in_one_line_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "published", list)
    said = CliRunner().invoke(app)
    assert said.exit_code == 1
    assert said.stderr.startswith("There is no published run of the plan efficiency: just bench ")
    assert said.stderr.count("\n") == 1


def test_a_run_is_published_when_it_is_part_of_the_repository(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    for name, files in {"one": ["plan.toml"], "two": ["plan.toml", "report.md"]}.items():
        (tmp_path / name).mkdir()
        for file in files:
            (tmp_path / name / file).touch()
    assert runs.published(tmp_path) == []
    subprocess.run(["git", "-C", tmp_path, "add", "one", "two"], check=True)
    assert runs.published(tmp_path) == ["two"]  # of the other there is nothing to refer to


def test_a_link_leads_to_the_first_heading_that_is_there() -> None:
    source = cited(made(plain("flask_orm")), "Ranks", "The published study")
    report = f"[1](../results/{source.results.name}/report.md"
    assert source.link("1", "hello", "The published study", "Ranks") == f"{report}#the-published-study)"
    assert source.link("1", "hello") == f"{report})"
    assert source.link("", "Ranks") == ""


# --- what can be told ---------------------------------------------------------------------------------------


def two(times: float, noise: float = 0) -> Source:
    """In hello flask_orm takes `times` as much as flask_sqlite, in some rounds more."""
    results = made(plain("flask_sqlite", "flask_orm"), scenarios=("hello", "get_item"))
    base = {(one.round, one.scenario): one for one in results.samples if one.variant == "flask_sqlite"}
    samples = [
        each
        if each.variant == "flask_sqlite"
        else base[each.round, each.scenario].model_copy(
            update={
                "variant": "flask_orm",
                "service": "flask_orm",
                "cpu_ms_per_request": base[each.round, each.scenario].cpu_ms_per_request
                * (times if each.scenario == "hello" else 1)
                * (1 + noise * (-1) ** each.round),
            }
        )
        for each in results.samples
    ]
    return cited(Results(results.name, results.plan, results.machine, tuple(samples)))


def unlinked(text: str) -> str:
    return LINK.sub(r"\1", text)


def test_a_difference_that_can_be_told_is_said_with_its_interval() -> None:
    [pair] = costs.pairs(two(1.5, noise=0.01), costs.ORMS)
    assert pair.found["hello"].told
    text = unlinked(against(pair.one, pair.other, pair.found))
    assert re.fullmatch(
        r"To say hello, Flask with the ORM takes 1\.5\d \(1\.4\d to 1\.5\d\) times the processor time of "
        r"Flask with SQL; to read one item, they cannot be told apart\.",
        text,
    )
    assert pair.found["hello"].cell.startswith("[1.5")
    assert pair.found["get_item"].cell.startswith("[= ")


def test_a_difference_that_cannot_be_told_is_not_said() -> None:
    [pair] = costs.pairs(two(1.02, noise=0.2), costs.ORMS)
    assert unlinked(against(pair.one, pair.other, pair.found)) == (
        "Flask with the ORM and Flask with SQL cannot be told apart to say hello and to read one item."
    )
    assert costs.largest([pair]) is None


def test_what_is_no_more_than_noise_is_not_told() -> None:
    """The control differs from itself by more."""
    results = two(1.1).results
    again = [
        one.model_copy(update={"variant": "again", "cpu_ms_per_request": one.cpu_ms_per_request * 1.3})
        for one in results.samples
        if one.variant == "flask_sqlite"
    ]
    variants = results.plan.variants | {"again": Variant(service="flask_sqlite")}
    plan = results.plan.model_copy(update={"variants": variants})
    source = cited(Results("noisy", plan, results.machine, (*results.samples, *again)))
    assert compared(two(1.1), "flask_orm", "flask_sqlite", "hello").told
    assert not compared(source, "flask_orm", "flask_sqlite", "hello").told
    assert "no stack can be told" in leading(
        source, expected.rankings(source)["hello"], expected.services(source)
    )


@pytest.mark.parametrize(
    ("times", "said"),
    [
        (1.5, "To say hello, Flask with SQL takes the least processor time, "),
        (0.5, "To say hello, Flask with the ORM takes the least processor time, "),
        (1.0, "To say hello, no stack can be told from another ("),
    ],
)
def test_who_takes_the_least(times: float, said: str) -> None:
    source = two(times, noise=0.01)
    text = leading(source, expected.rankings(source)["hello"], expected.services(source))
    assert text.startswith(said)
    assert ("as much as" in text) == (times != 1)


@pytest.mark.parametrize(
    ("times", "said"),
    [
        (Interval(3, 2.5, 3.5), "the code matters more"),
        (Interval(1.2, 1.1, 1.3), "the stack matters more"),
        (Interval(2, 1.5, 2.5), "which matters more cannot be told"),
        (Interval(3), "which matters more cannot be told"),  # of too few rounds
    ],
)
def test_which_matters_more(times: Interval, said: str) -> None:
    assert beside("the code", times, "the stack", Interval(1.8, 1.6, 2.0)) == said


# --- the sections -------------------------------------------------------------------------------------------


def test_the_table_says_what_a_core_has_time_for() -> None:
    [table] = expected.section(cited(made(plain("flask_orm")))).tables
    assert unlinked(table.head[2]) == "list all 1,500"
    [cells] = table.rows
    assert re.fullmatch(r"0\.\d\d ms, 1,\d00/s, 1", unlinked(cells[-1]))
    assert expected.about(2943.4) == "2,900"
    assert expected.about(98.7) == "99"


def test_an_earlier_version_is_no_stack() -> None:
    variants = plain("flask_orm") | {"flask_orm_0123456": Variant(service="flask_orm", commit="0123456")}
    assert list(expected.services(cited(made(variants)))) == ["flask_orm"]


def test_the_tutorials_code_is_set_against_the_service() -> None:
    [pair, *_] = costs.twins(cited(synthetic.results()))
    assert pair.title == "FastAPI with SQL by its tutorial / FastAPI with SQL"
    assert all(each.told and round(each.times.value, 1) == 1.6 for each in pair.found.values())


def test_the_server_is_a_share_of_hello() -> None:
    found = server.share(floored(), "flask_sqlite", "hello")
    assert found.value == pytest.approx(0.1)
    assert not [*matters.served(cited(floored()))]  # it is not more than half
    section = server.section(Runs(cited(floored())))
    assert section is not None
    assert "under Uvicorn and" in section.sentences[0]


def test_without_floors_and_other_runs_the_server_is_not_known() -> None:
    assert server.section(Runs(cited(synthetic.results()))) is None


def test_a_write_that_waits_takes_longer() -> None:
    section = durable.section(durability())
    assert section is not None
    assert re.search(r"depending on the stack, (1\.9\d|2\.0\d) \(", unlinked(section.sentences[0]))
    assert "at least" not in section.sentences[0]


def test_where_the_generator_set_the_pace_it_takes_at_least_so_much_longer() -> None:
    results = durability().results
    samples = tuple(one.model_copy(update={"bound": "k6 was busy"}) for one in results.samples)
    source = cited(Results(results.name, results.plan, results.machine, samples))
    section = durable.section(source)
    assert section is not None
    assert "at least [" in section.sentences[0]
    assert "could be faster still" in section.sentences[1]
    assert all(row[3].partition("]")[0].endswith("generator-bound") for row in section.tables[0].rows)
    assert not any("generator-bound" in row[4] for row in section.tables[0].rows)


def test_what_grows_with_the_table_is_said() -> None:
    section = grown.section(cited(test_scale.sized(times=3.0)))
    assert section is not None
    assert "To read one item, Flask with SQL takes [3.00 (3.00 to 3.00) times]" in " ".join(section.sentences)
    assert growth.section(test_scale.sized()) is not None
    level = grown.section(cited(test_scale.sized()))
    assert level is not None
    assert len(level.sentences) == 1


def test_the_order_of_the_study_is_counted_pair_by_pair() -> None:
    study_of = papers.read()
    named = {name: f"{name}_best" for name in SERVICES}
    same, opposite, neither = study.compared(corrected(), named, study_of)
    assert same + opposite + neither == 68  # of seven figures with ten pairs each, two are alike
    assert same > opposite > 0


def test_a_reversed_order_is_the_other_way_round() -> None:
    """Each takes what the study has the last take, less what it has itself."""
    figures: dict[str, papers.Figure] = {one.scenario: one for one in papers.read().figures}

    def reversed_order(name: str, scenario: str) -> float:
        own = synthetic.MEANS[scenario][SERVICES.index(name.removesuffix("_best"))]
        value = figures[scenario].values[name.removesuffix("_best")]
        return (1e3 / value if scenario not in ("hello", "echo") else value) / own

    variants = {f"{name}_best": Variant(service=name) for name in SERVICES}
    source = cited(made(variants, reversed_order))
    same, opposite, _ = study.compared(source, {name: f"{name}_best" for name in SERVICES}, papers.read())
    assert (same, opposite > 55) == (0, True)


def test_who_sustains_the_most() -> None:
    section = best.section(Runs(cited(floored()), peak=peak()))
    assert section is not None
    [text] = map(unlinked, section.sentences)
    assert text == (
        "FastAPI with SQL and FastAPI with the ORM cannot be told apart and sustain the most requests that "
        "read one item, 200 (200 to 200) a second, 2.00 (2.00 to 2.00) times as many as Django."
    )
    ranks = [unlinked(row[1]) for row in section.tables[0].rows]
    assert ranks == ["200 (200 to 200), 1"] * 2 + ["100 (100 to 100), 2"] * 3


def test_a_ladder_that_ended_too_soon_says_at_least() -> None:
    section = best.section(Runs(cited(floored()), peak=peak(top=200)))
    assert section is not None
    [text] = map(unlinked, section.sentences)
    assert "read one item, at least 200 (200 to 200) a second, at least 2.00 (" in text
    assert unlinked(section.tables[0].rows[0][1]) == "at least 200 (200 to 200), 1"
    assert unlinked(section.tables[0].rows[-1][1]) == "100 (100 to 100), 2"


def test_two_runs_say_whether_they_agree() -> None:
    assert "Both runs tell" in whole()
    assert "the largest effect of a single change" in whole()
