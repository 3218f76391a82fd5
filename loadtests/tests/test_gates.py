"""The gates themselves, put to figures made up for them."""

from dataclasses import replace
from math import isnan
from typing import get_args

import pytest

from harness import usage
from harness.k6 import PERCENTS, Outcome
from loadtests.measure import gates, generator
from loadtests.measure.plan import Scenario
from loadtests.measure.sample import Cell, Code, Reason
from loadtests.tests.conftest import LAWFUL

CELL = Cell(1, "alpha", "hello")
CLOSED = Scenario(users=10, seconds=1)
COLD = Reason(code="requests", numbers={"in": "warm-up", "made": 1, "of": 2})
OTHER = Reason(code="facts", numbers={"workers": "1 / 2", "prefix": "/a / /b"})
WRONG = replace(LAWFUL, failed={"status is 200": 1000, "body is the greeting": 2})


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (gates.unanswered(LAWFUL, 200), ""),
        (gates.unanswered("k6 is out of luck", None), "k6 is out of luck"),
        (gates.unanswered(LAWFUL, 201), "200 of 201 requests were made"),
        (gates.unanswered(replace(LAWFUL, requests=0), None), "0 of many requests were made"),
        (gates.unanswered(WRONG, 200), "1,002 failed checks (status is 200: 1,000, body is the greeting: 2)"),
        (gates.disagreeing(1500, 1500, 0), ""),
        (gates.disagreeing(1500, 7, 0), "the database holds 1,500 items where the answers add up to 7"),
        (gates.disagreeing(1500, 1500, 3), "3 items do not hold what was last written to them"),
        (COLD, "in the warm-up: 1 of 2 requests were made"),
        (OTHER, "workers is 1 where the plan says 2; prefix is /a where the plan says /b"),
    ],
)
def test_why_a_sample_is_not_believed(reason: Reason | None, sentence: str) -> None:
    assert (gates.sentence(reason) if reason else "") == sentence


# One user needs 500 ms for its only iteration; nine share the other 90, of 45 ms each.
ENDS = [45.0 * (1 + n // 9) for n in range(90)] + [500.0]
RAN_OUT = replace(
    LAWFUL,
    requests=91,
    iteration_ms=(90 * 45 + 500) / 91,
    elapsed_ms=tuple(ENDS[round(percent / 100 * 90)] for percent in PERCENTS),
)
# Of five users, the half of a load that two k6 share
PART = replace(LAWFUL, requests=100)
LATE = replace(PART, elapsed_ms=tuple(2 * ms for ms in LAWFUL.elapsed_ms), iteration_ms=100)


@pytest.mark.parametrize(
    ("outcome", "is_lawful"),
    [
        (LAWFUL, True),
        (RAN_OUT, True),
        (replace(LAWFUL, requests=180, lag_ms=100), True),  # users that began late
        (replace(LAWFUL, requests=180), False),  # answers that nobody counted
        (replace(LAWFUL, iteration_ms=45), False),  # users that did nothing for a while
        (replace(LAWFUL, elapsed_ms=tuple(ms * 0.9 for ms in LAWFUL.elapsed_ms)), False),  # a slow clock
        (replace(LAWFUL, parts=(PART, LATE)), True),  # each by itself
        (replace(LAWFUL, parts=(PART, replace(PART, iteration_ms=40))), False),
    ],
)
def test_littles_law_holds_where_every_user_is_always_in_an_iteration(
    outcome: Outcome, is_lawful: bool
) -> None:
    law = gates.little(outcome, 10)
    assert (law == pytest.approx(1, abs=0.02)) == is_lawful
    assert (gates.lawless(law) is None) == is_lawful


def test_of_users_that_had_one_iteration_each_littles_law_says_nothing() -> None:
    law = gates.little(replace(LAWFUL, requests=10), 10)
    assert isnan(law)
    assert gates.lawless(law) is None


BY_WRK = Scenario(users=10, seconds=1, operation="hello", generator="wrk")
FIXED, RISING = (Scenario(users=10, seconds=1, rates=rates) for rates in [(200,), (100, 200)])


@pytest.mark.parametrize(
    ("cores", "scenario", "figures", "reason"),
    [
        (2, CLOSED, {"ceiling_share": 0.6}, ""),
        (2, CLOSED, {"ceiling_share": 0.61}, "61% of the throughput that k6 reaches against a server that"),
        (2, CLOSED, {"service_cpu_share": 0.6, "k6_cpu_share": 0.32}, "k6 and the service together used 92%"),
        (4, CLOSED, {"service_cpu_share": 0.3, "k6_cpu_share": 0.48}, "k6 used 96% of its cores"),
        (4, CLOSED, {"service_cpu_share": 0.3, "k6_cpu_share": 0.44}, ""),
        (2, BY_WRK, {"service_cpu_share": 0.9, "k6_cpu_share": 0.4}, ""),
        (2, BY_WRK, {"service_cpu_share": 0.4, "k6_cpu_share": 0.48}, "wrk used 96% of a core"),
        (2, FIXED, {"dropped": 3}, "3 of the iterations were dropped at 200 a second"),
        (2, RISING, {"dropped": 3}, ""),  # there it is the service's figure
    ],
)
def test_what_the_generator_may_have_bound(
    monkeypatch: pytest.MonkeyPatch, cores: int, scenario: Scenario, figures: dict[str, float], reason: str
) -> None:
    half = frozenset(range(cores // 2 if cores > 2 else cores))
    monkeypatch.setattr(usage, "cores", lambda: cores)
    monkeypatch.setattr(usage, "split", lambda: usage.Split(half, half))
    cell = CELL._replace(rate=200 if scenario.rates else 0)
    bound = gates.bound(cell, scenario, {"service_cpu_share": 0.1, "k6_cpu_share": 0.1, **figures})
    assert "; ".join(map(gates.sentence, bound)).startswith(reason)
    assert bool(bound) == bool(reason)


def test_a_scenario_without_a_ceiling_of_its_own_is_held_to_the_highest() -> None:
    ceilings = {"hello": 1000.0, "echo": 500.0}
    assert generator.share(ceilings, "echo", 250) == 0.5
    assert generator.share(ceilings, "get_item", 250) == 0.25


def test_every_reason_has_a_sentence() -> None:
    assert {"k6", "wrk", "checks", "facts", *gates.SENTENCES} == {*get_args(Code)}
