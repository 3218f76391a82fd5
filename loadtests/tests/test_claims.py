from math import inf

import pytest

from loadtests.report import claims, evidence, paper, ratios
from loadtests.report.paper import Claim
from loadtests.report.ratios import Interval
from loadtests.report.results import Results
from loadtests.report.stacks import stand_ins
from loadtests.tests import synthetic

STUDY = paper.read()
FIVE = set(STUDY.applications)


def claim(**rest: object) -> Claim:
    given = {"id": "x", "where": "1", "says": "", "scenarios": ["hello"], "better": ["fastapi_sqlite"]}
    return Claim.model_validate(given | {"than": ["django_drf"]} | rest)


def verdict(results: Results, **rest: object) -> claims.Verdict:
    return claims.verdict(claim(**rest), evidence.Measured(results, STUDY), evidence.published(STUDY))


def test_every_figure_has_all_five_applications() -> None:
    assert all(set(figure.values) == FIVE for figure in STUDY.figures)
    assert len({figure.scenario for figure in STUDY.figures}) == 7


def test_every_id_is_there_once() -> None:
    figures, remarks = [each.id for each in STUDY.figures], [each.id for each in STUDY.remarks]
    ids = [*figures, *remarks, *(each.id for each in STUDY.claims)]
    assert len(ids) == len(set(ids))


def test_claims_are_about_the_five_applications() -> None:
    for each in STUDY.claims:
        assert {*each.better, *each.than} <= FIVE | {paper.MEDIAN}, each.id


@pytest.mark.parametrize("each", STUDY.claims, ids=lambda each: each.id)
def test_the_studys_own_figures_bear_a_claim_out_unless_it_is_a_misprint(each: Claim) -> None:
    low, high = each.band
    found = [contrast.ratio(evidence.published(STUDY)).value for contrast in claims.contrasts(each)]
    if each.leads_in is None:
        assert all(low <= value <= high for value in found) == (not each.misprint)


def test_the_ratios_of_the_conclusion_by_the_studys_own_figures() -> None:
    found = {
        each.id: next(iter(claims.contrasts(each))).ratio(evidence.published(STUDY)).value
        for each in STUDY.claims
    }
    assert found["throughput-80-percent-over-flask"] == pytest.approx(1.73, abs=0.005)
    assert found["throughput-three-times-django"] == pytest.approx(2.61, abs=0.005)
    assert found["list-fastapi-orm-outlier"] == pytest.approx(168.8 / 69.2)
    assert found["create-twice-flask"] == pytest.approx(111.3 / 78.6)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (1.1, 1.2, "reproduced"),
        (0.8, 0.9, "contradicted"),
        (0.9, 1.1, "undecided"),
        (1.0, 1.0, "undecided"),  # no difference is not a difference
    ],
)
def test_a_ratio_against_the_band_of_a_claim(low: float, high: float, expected: str) -> None:
    assert claims.outcome(Interval((low + high) / 2, low, high), (1, inf)) == expected


def test_the_bands_of_claims() -> None:
    assert claim().band == (1, inf)
    assert claim(at_least=5).band == (5, inf)
    assert claim(within=1.25).band == (0.8, 1.25)
    assert claim(about=8).band == pytest.approx((4, 16))


def test_a_claim_about_several_pairs_is_decided_by_the_worst() -> None:
    found = verdict(synthetic.results(), than=["fastapi_orm", "django_drf"], at_least=2)
    assert found.outcome == "contradicted"
    assert found.contrast is not None
    assert found.contrast.than == ("fastapi_orm",)
    assert found.paper == pytest.approx(4783 / 4417)


def test_the_twins_stand_for_the_applications_when_there_are_any() -> None:
    assert stand_ins(synthetic.results(), STUDY.applications)["flask_orm"] == "twin_flask_orm"
    assert stand_ins(synthetic.results(twins=False), STUDY.applications)["flask_orm"] == "flask_orm"


def test_a_twin_that_was_not_measured_is_not_replaced_by_a_service() -> None:
    results = synthetic.results()
    rest = tuple(each for each in results.samples if each.variant != "twin_django_drf")
    found = verdict(Results(results.name, results.plan, results.machine, rest))
    assert (found.outcome, found.why) == ("undecided", "not measured: django_drf")


def test_too_few_rounds_decide_nothing() -> None:
    found = verdict(synthetic.results(rounds=3))
    assert (found.outcome, found.why) == ("undecided", f"needs {ratios.ENOUGH} rounds")


@pytest.mark.parametrize(("power", "expected"), [(1, "reproduced"), (-1, "undecided")])
def test_of_a_generator_bound_pair_the_processor_time_has_to_say_the_same(power: int, expected: str) -> None:
    results = synthetic.results()
    bound = tuple(
        each.model_copy(update={"bound": "k6", "cpu_ms_per_request": each.cpu_ms_per_request**power})
        for each in results.samples
    )
    found = verdict(Results(results.name, results.plan, results.machine, bound))
    assert found.outcome == expected
    assert found.why.startswith("generator-bound; by processor time")


def test_the_hypothesis_counts_scenarios() -> None:
    every = ["hello", "echo", "list_items", "get_item"]
    leads = {
        "scenarios": every,
        "better": ["fastapi_sqlite"],
        "than": ["flask_sqlite", "flask_orm", "django_drf"],
    }
    assert verdict(synthetic.results(), **leads, leads_in=3).outcome == "reproduced"
    assert verdict(synthetic.results(), **leads, leads_in=4).outcome == "contradicted"
    assert verdict(synthetic.results(), **leads, leads_in=3).why == "leads in 3 of 4; trails in list_items"


def test_a_gap_that_narrows_is_a_ratio_of_ratios() -> None:
    found = verdict(synthetic.results(), narrower_in="echo")
    assert found.paper == pytest.approx(4783 / 1660 / (4024 / 1551))
    assert found.outcome == "reproduced"
