"""The study's figures as published and corrected, on synthetic runs that have each stack in three roles."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from loadtests.report import corrected, overview, page, paper, roles, side_by_side, standing
from loadtests.report.bars import Bar
from loadtests.report.corrected import Section, Table
from loadtests.report.ratios import Interval
from loadtests.report.results import Results
from loadtests.report.roles import Role
from loadtests.report.stacks import foremost, label
from loadtests.runner.plan import Scenario, Variant
from loadtests.runner.sample import Sample
from loadtests.tests import chromium, synthetic
from loadtests.tests.test_page import DRAWN, PALE, WIDER, Elements

STUDY = paper.read()
SEVEN = [figure.scenario for figure in STUDY.figures]
PACE: Mapping[Role, float] = {
    "twin": 1,
    "same durability": 1,
    "best": 0.6,
}  # times as long as in synthetic.py
BEST = {"WEB_CONCURRENCY": "4", "THREADS": "2", "GUNICORN_CMD_ARGS": "--keep-alive 2"}
BOUND = "k6 and the service used 97 % of the cores"


def variants(service: str) -> dict[Role, tuple[str, Variant]]:
    return {
        "best": (f"{service}_best", Variant(service=service, env=BEST, tuned=True)),
        "same durability": (f"{service}_same_durability", Variant(service=service, env=roles.ROLLBACK)),
        "twin": (f"twin_{service}", Variant(service=service, twin=True)),
    }


def cast(times: Mapping[tuple[Role, str, str], float] | None = None, rounds: int = 5) -> Results:
    """In a role a service, in a scenario, takes so many times as long as it does else."""
    measured = synthetic.results(rounds=rounds, control=False)
    every = {name: variant for service in synthetic.SERVICES for name, variant in variants(service).values()}
    samples = [
        slowed(each, name, PACE[role] * (times or {}).get((role, each.service, each.scenario), 1))
        for each in measured.samples
        for role, (name, variant) in variants(each.service).items()
        if each.variant.startswith("twin_") == variant.twin
    ]
    plan = measured.plan.model_copy(update={"variants": every})
    return Results("corrected", plan, measured.machine, tuple(samples))


def slowed(sample: Sample, variant: str, times: float) -> Sample:
    return sample.model_copy(
        update={
            "variant": variant,
            "mean_ms": sample.mean_ms * times,
            "cpu_ms_per_request": sample.cpu_ms_per_request * times,
            "requests_per_second": sample.requests_per_second / times,
        }
    )


def without(results: Results, *names: str) -> Results:
    return replace(results, samples=tuple(each for each in results.samples if each.variant not in names))


def bound(results: Results, variant: str, scenario: str) -> Results:
    samples = tuple(
        each.model_copy(update={"bound": BOUND})
        if (each.variant, each.scenario) == (variant, scenario)
        else each
        for each in results.samples
    )
    return replace(results, samples=samples)


def section(results: Results) -> Section:
    found = corrected.section(results, STUDY)
    assert found is not None
    return found


def table(results: Results, scenario: str) -> Table:
    [found] = [one for one in section(results).tables if one.scenario == scenario]
    return found


def column(results: Results, scenario: str, role: Role, of: str = "rank") -> list[str]:
    """In the order of the study's applications."""
    rows = table(results, scenario).rows
    return [getattr(cell, of) for row in rows for cell in row.cells if cell.role == role]


@pytest.mark.parametrize(
    ("variant", "expected"),
    [
        ({"twin": True}, "twin"),
        ({"twin": True, "env": {"WEB_CONCURRENCY": "4"}}, None),
        ({"env": {"SQLITE_JOURNAL_MODE": "DELETE"}}, "same durability"),
        ({"env": {"SQLITE_JOURNAL_MODE": "DELETE", "WEB_CONCURRENCY": "4"}}, None),
        ({"env": {"SQLITE_JOURNAL_MODE": "DELETE"}, "docker": True}, None),
        ({"env": {"SQLITE_JOURNAL_MODE": "DELETE"}, "commit": "abc"}, None),
        ({"env": BEST, "tuned": True}, "best"),
        ({"env": BEST}, None),
        ({}, None),
    ],
)
def test_a_role_follows_from_what_a_variant_is(variant: dict[str, object], expected: Role | None) -> None:
    assert roles.role(Variant.model_validate({"service": "alpha", **variant})) == expected


def test_each_role_has_a_variant_of_each_stack() -> None:
    found = roles.cast(cast())
    assert list(found) == ["twin", "same durability", "best"]
    assert found["best"] == {service: f"{service}_best" for service in synthetic.SERVICES}
    assert found["twin"] == {service: f"twin_{service}" for service in synthetic.SERVICES}


@pytest.mark.parametrize("role", roles.ROLES)
def test_where_a_role_is_vacant_there_is_no_section(role: Role) -> None:
    results = without(cast(), *(variants(service)[role][0] for service in synthetic.SERVICES))
    shown = page.everything(results)
    assert shown["corrected"] is None
    assert not any(name.startswith("corrected") for name in shown["figures"])
    assert "s published and corrected" not in page.html(shown) + page.markdown(shown)


def test_at_a_fixed_rate_nothing_is_a_figure_of_the_study() -> None:
    results = cast()
    at_a_rate = {"get_item": Scenario(users=10, seconds=3, rates=(50,))}
    results = replace(results, plan=results.plan.model_copy(update={"scenarios": at_a_rate}))
    assert roles.cast(results)
    assert corrected.section(results, STUDY) is None
    assert side_by_side.drawn(results, STUDY) == {}


def test_there_is_a_table_for_each_figure_and_a_row_for_each_stack() -> None:
    found = section(cast()).tables
    assert [one.scenario for one in found] == SEVEN
    assert {one.unit for one in found[:2]} == {"req/s"}
    assert {one.unit for one in found[2:]} == {"ms"}
    for one in found:
        assert [row.stack for row in one.rows] == list(STUDY.applications.values())
        assert all([cell.role for cell in row.cells] == list(roles.ROLES) for row in one.rows)
    hello = found[0].rows[0]
    assert (hello.published, hello.rank) == ("4,783", "1")


def test_a_value_is_that_of_its_role_with_its_interval() -> None:
    results = cast()
    mean = results.mean("flask_orm_best", "get_item", results.headline("get_item"))
    [found] = [row for row in table(results, "get_item").rows if row.stack == "Flask + SQLAlchemy"]
    assert found.cells[2].value == f"{mean.value:.2f} ({mean.low:.2f} to {mean.high:.2f})"


def test_the_order_of_the_stacks_is_said_of_each_column() -> None:
    results = cast({("best", "django_drf", "get_item"): 0.05})
    assert column(results, "get_item", "twin") == ["1", "3", "2", "4", "5"]
    assert column(results, "get_item", "best") == ["2", "4", "3", "5", "1"]
    assert column(results, "get_item", "best", "cpu_rank") == ["2", "4", "3", "5", "1"]
    study, twins, same, best = table(results, "get_item").sentences
    kept = "FastAPI + SQLite3 is first, Django + DRF is last"
    assert study == f"In the study {kept}."
    all_ten = "of 10 pairs 10 stand as in the study, 0 the other way round, 0 cannot be told apart."
    assert twins == f"Twins: {kept}; {all_ten}"
    assert same == f"At the same durability: {kept}; {all_ten}"
    assert best == (
        "At their best: Django + DRF is first, Flask + SQLAlchemy is last;"
        " of 10 pairs 6 stand as in the study, 4 the other way round, 0 cannot be told apart."
    )


def test_stacks_that_cannot_be_told_apart_share_a_place() -> None:
    # as long as the other, but for the noise
    alike: dict[tuple[Role, str, str], float] = {
        ("best", "flask_sqlite", "delete_item"): 1.1 / 1.2,
        ("best", "flask_orm", "delete_item"): 2.9 / 2,
    }
    results = cast(alike)
    assert column(results, "delete_item", "best") == ["1", "2", "1", "3", "3"]
    assert column(results, "delete_item", "twin") == ["1", "3", "2", "4", "5"]
    assert table(results, "delete_item").sentences[3] == (
        "At their best: FastAPI + SQLite3 and Flask + SQLite3 share the first place,"
        " Flask + SQLAlchemy and Django + DRF share the last place;"
        " of 10 pairs 8 stand as in the study, 0 the other way round, 2 cannot be told apart."
    )


def test_too_few_rounds_tell_no_stack_from_another() -> None:
    results = cast(rounds=1)
    assert {*column(results, "echo", "best")} == {"1"}
    assert table(results, "echo").sentences[3] == (
        "At their best: none can be told from another;"
        " of 10 pairs 0 stand as in the study, 0 the other way round, 10 cannot be told apart."
    )


def test_equal_values_of_the_study_have_no_order() -> None:
    found = standing.published(STUDY.figures[5])  # 109.9 ms twice
    assert len(found.apart) == 9
    assert found.last == ["flask_sqlite", "django_drf"]
    assert found.ranks["flask_sqlite"] == found.ranks["django_drf"] == (4,)


def test_more_is_better_of_a_throughput_and_less_of_a_time() -> None:
    assert standing.published(STUDY.figures[1]).first == ["fastapi_sqlite"]
    assert standing.published(STUDY.figures[2]).first == ["flask_sqlite"]


def test_pairs_are_counted_over_all_figures() -> None:
    results = cast({("best", "django_drf", "get_item"): 0.05})
    counts = [[int(number) for number in re.findall(r"\d+", each)] for each in section(results).sums]
    assert [(total, sum(kinds)) for total, *kinds in counts] == [(68, 68)] * 3
    twins, same, best = counts
    assert (twins[1] - best[1], best[2] - twins[2]) == (4, 4)
    assert same == twins


def test_where_the_generator_set_the_pace_of_a_column_it_has_no_ranks_but_by_processor_time() -> None:
    results = bound(cast(), "twin_fastapi_sqlite", "hello")
    assert {*column(results, "hello", "twin")} == {""}
    assert column(results, "hello", "twin", "cpu_rank")[0] == "1"
    assert column(results, "hello", "best")[0] == "1"
    found = table(results, "hello")
    assert found.sentences[1].startswith("Twins, by processor time: FastAPI + SQLite3 is first")
    assert found.sentences[3].startswith("At their best: ")
    [note] = found.notes
    assert note.startswith(f"Generator-bound: twin_fastapi_sqlite ({BOUND}).")
    assert table(results, "echo").notes == []


def test_a_stack_that_was_not_measured_in_a_role_is_said() -> None:
    results = without(cast(), "flask_orm_best")
    [row] = [row for row in table(results, "get_item").rows if row.stack == "Flask + SQLAlchemy"]
    assert [bool(cell.value) for cell in row.cells] == [True, True, False]
    assert row.variant == "flask_orm_same_durability"
    *others, best = table(results, "get_item").sentences
    assert best.endswith(
        "of 6 pairs 6 stand as in the study, 0 the other way round, 0 cannot be told apart."
        " Not measured: Flask + SQLAlchemy."
    )
    assert not any("Not measured" in each for each in others)
    assert "As published and corrected" in page.html(page.everything(results))


def test_the_best_rank_among_themselves() -> None:
    results = cast({("best", "django_drf", "get_item"): 0.05})
    found, names = section(results), [f"{service}_best" for service in synthetic.SERVICES]
    for table in (found.ranks, found.cpu_ranks):
        assert [name for name, _ in table] == names
        assert [numbers[3] for _, numbers in table] == ["2", "4", "3", "5", "1"]
    shown = page.everything(results)
    assert len(shown["ranks"]) == 15
    assert dict(shown["ranks"])["flask_orm_best"][3] != "5"


def test_what_is_best_for_each_can_be_copied() -> None:
    assert section(cast()).settings == [
        (f"{service}_best", 'WEB_CONCURRENCY=4 THREADS=2 GUNICORN_CMD_ARGS="--keep-alive 2"')
        for service in synthetic.SERVICES
    ]


def test_the_claims_are_put_to_the_twins() -> None:
    shown = page.everything(cast({("best", "django_drf", "get_item"): 0.05}))
    assert shown["stands"] == {service: f"twin_{service}" for service in synthetic.SERVICES}
    [verdict] = [each for each in shown["verdicts"] if each.claim.id == "get-fastapi-sqlite-first"]
    assert verdict.outcome == "reproduced"  # of the best Django is first


def test_one_line_of_a_stack_is_its_best() -> None:
    assert foremost(cast()) == [f"{service}_best" for service in synthetic.SERVICES]
    assert foremost(synthetic.results(control=False)) == list(synthetic.SERVICES)


def test_a_name_that_is_too_long_for_a_figure_is_shortened() -> None:
    results = cast()
    assert label(results, "django_drf_same_durability") == "same_durability"
    assert label(results, "fastapi_sqlite_best") == "fastapi_sqlite_best"


def test_a_picture_has_a_band_for_the_study_and_for_each_role() -> None:
    found = side_by_side.drawn(cast(), STUDY)
    assert list(found) == [f"corrected-{scenario}" for scenario in SEVEN]
    told = re.findall(r"<desc[^>]*>([^<]+)", found["corrected-get_item"])[0]
    assert [band.partition(": ")[0] for band in told.split(". ")] == [
        *("the study", "twins", "same durability", "their best")
    ]
    assert told.startswith("the study: fastapi_sqlite 2.50; fastapi_orm 7.60; ")


def test_a_stack_keeps_its_lane_where_another_is_missing() -> None:
    bars = [Bar(label=name, group=name, value=Interval(1)) for name in ("flask_orm", "django_drf")]
    axes = overview.in_bands({"both": bars, "one": bars[1:]}, "ms").axes[0]
    _, both, one = (float(np.ravel(line.get_ydata())[0]) for line in axes.lines if line.get_marker() == "D")
    bottom, top = axes.get_ylim()
    assert one - both == pytest.approx(abs(bottom - top) / 2)


def tables(markdown: str) -> Iterator[list[str]]:
    for found in re.findall(r"(?:^\|.*\n)+", markdown, re.MULTILINE):
        yield found.splitlines()


def test_both_reports_have_the_section() -> None:
    results = bound(cast(), "twin_fastapi_sqlite", "hello")
    shown = page.everything(results)
    html, markdown = page.html(shown), page.markdown(shown)
    for text in (html, markdown):
        assert "As published and corrected" in text
        assert "the order that can be compared" in text
        for one in section(results).tables:
            assert all(
                str(sentence).replace("'", "&#39;") in text.replace("'", "&#39;")
                for sentence in one.sentences
            )
    assert (
        '| django_drf_best | `WEB_CONCURRENCY=4 THREADS=2 GUNICORN_CMD_ARGS="--keep-alive 2"` |' in markdown
    )
    for lines in tables(markdown):
        assert len({line.count("|") for line in lines if "twins" not in line}) == 1, lines
    attributes = [attributes for _, attributes in Elements(html).found]
    ids = [each["id"] for each in attributes if "id" in each]
    assert len(ids) == len(set(ids))
    assert {str(each["href"])[1:] for each in attributes if "href" in each} - {"ata:,"} <= set(ids)


@pytest.mark.parametrize("width", [390, 1280])
def test_in_a_browser(tmp_path: Path, width: int) -> None:
    if (program := chromium.binary()) is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    report = tmp_path / "report.html"
    report.write_text(page.html(page.everything(bound(cast(), "twin_fastapi_sqlite", "hello"))))
    with chromium.tab(program) as tab:
        for dark in (False, True):
            tab.open(report, width, dark=dark)
            assert tab.complaints() == []
            assert tab.tell("document.documentElement.scrollWidth") == width
            assert tab.tell(WIDER) == []
            assert tab.tell(PALE) == []
        drawn = {
            name: (wide, shapes) for name, wide, shapes in tab.tell(DRAWN) if name.startswith("corrected-")
        }
        assert list(drawn) == [f"corrected-{scenario}" for scenario in SEVEN]
        assert all(wide > 300 and shapes > 20 for wide, shapes in drawn.values())
