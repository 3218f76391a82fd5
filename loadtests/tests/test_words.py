import pytest

from loadtests.report import paper, words
from loadtests.report.ratios import Interval

CLAIMS = {claim.id: claim for claim in paper.read().claims}


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("get-order", "fastapi_orm does better than flask_orm: get_item"),
        ("get-django-five-times", "fastapi_sqlite does at least 5 times as well as django_drf: get_item"),
        (
            "update-flask-matches-django",
            "flask_sqlite and django_drf are within 5% of each other: replace_item",
        ),
        ("create-twice-flask", "fastapi_sqlite does about 2 times as well as flask_sqlite: create_item"),
        (
            "echo-django-closer",
            "flask_sqlite and flask_orm are less far ahead of django_drf in echo than in hello",
        ),
    ],
)
def test_a_claim_is_stated_as_it_is_tested(claim: str, expected: str) -> None:
    assert words.stated(CLAIMS[claim]) == expected


def test_figures_have_three_digits_and_their_interval() -> None:
    assert words.bounded(Interval(1234.5, 1200.0, 1270.0)) == "1,234 (1,200 to 1,270)"
    assert words.bounded(Interval(12.345)) == "12.3"
    assert words.bounded(Interval(float("nan"))) == ""
    assert words.factor(Interval(1.5, 1.25, 1.75)) == "1.50 (1.25 to 1.75)"


def test_reasons_that_differ_in_their_numbers_are_one() -> None:
    reasons = ["k6 used 97% of its cores", "k6 used 93% of its cores", "k6 used 95% of its cores"]
    assert len(set(map(words.without_numbers, reasons))) == 1
    assert words.ranging(reasons) == "k6 used 93 to 97% of its cores"
    assert words.ranging(["1,200 dropped"]) == "1,200 dropped"
