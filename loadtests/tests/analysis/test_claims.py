from math import inf
from typing import Any

import pytest

from loadtests.analysis import claims, intervals, paper
from loadtests.analysis.claims import Measured
from loadtests.analysis.intervals import Interval
from loadtests.analysis.paper import Claim
from loadtests.analysis.results import Results
from loadtests.cost import costs
from loadtests.tests.analysis import synthetic

STUDY = paper.read()
FIVE = set(STUDY.applications)
PUBLISHED = claims.published(STUDY)


def claim(**terms: object) -> Claim:
    given = {"id": "x", "where": "1", "says": "", "scenarios": ["hello"], "better": ["fastapi_sqlite"]}
    return Claim.model_validate(given | {"than": ["django_drf"]} | terms)


def verdict(results: Results, *, counted: bool = False, **terms: object) -> claims.Verdict:
    """Counted are the twins of the repository."""
    count = costs.read().costs[costs.TWINS] if counted else {}
    return claims.verdict(claim(**terms), Measured(results, STUDY, results.groups["twins"], count), PUBLISHED)


def test_the_study_is_told_whole_and_each_thing_once() -> None:
    assert all(set(figure.values) == FIVE for figure in STUDY.figures)
    assert len({figure.scenario for figure in STUDY.figures}) == 7
    assert all({*claim.better, *claim.than} <= FIVE | {paper.MEDIAN} for claim in STUDY.claims)
    ids = [entry.id for entries in (STUDY.figures, STUDY.remarks, STUDY.claims) for entry in entries]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("claim", STUDY.claims, ids=lambda claim: claim.id)
def test_the_studys_own_figures_bear_a_claim_out_unless_it_is_a_misprint(claim: Claim) -> None:
    low, high = claim.band
    ratios = [contrast.ratio(PUBLISHED).value for contrast in claims.contrasts(claim)]
    if claim.leads_in is None:
        assert all(low <= value <= high for value in ratios) == (not claim.misprint)


def test_what_was_not_measured_or_too_seldom_decides_nothing() -> None:
    results = synthetic.results()
    without = synthetic.changed(results, lambda sample: None if sample.variant == "twin_django_drf" else {})
    assert verdict(without).why == "not measured: django_drf"  # no service takes its place
    assert verdict(synthetic.results(rounds=2)).why == f"needs {intervals.ENOUGH} rounds"
    assert verdict(without).outcome == verdict(synthetic.results(rounds=2)).outcome == "undecided"
    differing = {"requests_per_second": 1.0}
    noisy = synthetic.changed(
        results, lambda sample: differing if sample.variant in results.controls.values() else {}
    )
    assert verdict(noisy).outcome == "undecided"  # as A/A is farther apart


def test_of_a_generator_bound_pair_the_count_decides() -> None:
    bound = synthetic.bound(synthetic.results(), "twin_django_drf", "hello", range(1, 8))
    uncounted, counted = verdict(bound), verdict(bound, counted=True)
    assert (uncounted.outcome, uncounted.why) == ("undecided", "generator-bound, and not counted")
    assert (counted.outcome, counted.instrument) == ("reproduced", "count")
    counts = [costs.read().of(costs.TWINS, name, "hello") for name in ("django_drf", "fastapi_sqlite")]
    assert counted.ours.value == pytest.approx(counts[0] / counts[1])
    beside = verdict(bound, counted=True, scenarios=["echo"])
    assert (beside.outcome, beside.instrument) == ("reproduced", "clock")


def test_of_a_pair_that_k6_bound_wrk_decides_before_the_count_unless_it_set_the_pace_too() -> None:
    bound = synthetic.bound(synthetic.results(), "twin_django_drf", "hello", range(1, 8))
    both = synthetic.by_wrk(bound)
    decided = verdict(both, counted=True)
    assert (decided.outcome, decided.instrument) == ("reproduced", "clock of wrk")
    assert decided.ours == verdict(synthetic.results()).ours
    assert verdict(both, counted=True, than=["flask_orm"]).instrument == "clock"
    assert verdict(both, narrower_in="echo").instrument == "clock of wrk"
    without = synthetic.changed(both, lambda sample: None if sample.scenario == "hello_wrk" else {})
    twice = synthetic.bound(both, "twin_django_drf", "hello_wrk", range(1, 8))
    noisy = synthetic.changed(
        both,
        lambda sample: (
            {"requests_per_second": 1000.0 ** (sample.round % 4)}
            if (sample.variant, sample.scenario) == ("twin_django_drf", "hello_wrk")
            else {}
        ),
    )
    for run in (without, twice, noisy):
        assert verdict(run, counted=True).instrument == "count"
    assert verdict(noisy).instrument == "clock of wrk"


def test_who_is_alike_does_not_do_better_and_a_count_near_the_end_of_a_band_decides_nothing() -> None:
    bound = synthetic.bound(synthetic.results(), "twin_flask_orm", "hello", range(1, 8))
    of = {"better": ["flask_sqlite"], "than": ["flask_orm"]}
    alike = verdict(bound, counted=True, **of)
    assert (alike.outcome, alike.instrument) == ("contradicted", "count")
    near = verdict(bound, counted=True, at_least=alike.ours.value * 1.01, **of)
    assert (near.outcome, near.why) == ("undecided", f"cannot be told from {alike.ours.value * 1.01:.2f}")


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (Interval(1.0, 0.97, 1.03), "contradicted"),  # alike
        (Interval(1.03, 1.01, 1.04), "reproduced"),  # told apart
        (Interval(1.0, 0.94, 1.06), "undecided"),  # perhaps 6 % better
        (Interval(1.03, 0.99, 1.07), "undecided"),
        (Interval(0.9, 0.8, 0.95), "contradicted"),
    ],
)
def test_to_do_better_is_more_than_to_be_alike(times: Interval, expected: str) -> None:
    assert claims.outcome(times, 1.0, (1, inf)) == expected


def test_the_hypothesis_counts_scenarios() -> None:
    leads: dict[str, Any] = {"than": ["flask_sqlite", "flask_orm", "django_drf"]}
    leads["scenarios"] = ["hello", "echo", "list_items", "get_item"]
    three, four = (verdict(synthetic.results(), **leads, leads_in=number) for number in (3, 4))
    assert (three.outcome, four.outcome) == ("reproduced", "contradicted")
    assert three.why == "leads in hello, echo and get_item; trails in list_items"


def test_the_count_of_the_study_is_of_the_versions_in_its_table() -> None:
    table, count = {**STUDY.versions}, costs.read(costs.STUDY)
    del table["djangorestframework"]  # of which the table names a version that is none
    assert {*count.packages} == {*STUDY.applications} == {*count.costs["twins"]}
    for packages in count.packages.values():
        versions = {name.lower().replace("_", "-"): version for name, version in packages.items()}
        assert versions.items() >= {name: table[name] for name in table.keys() & versions.keys()}.items()
