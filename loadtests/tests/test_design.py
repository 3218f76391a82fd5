"""The variants that a plan with factors comes to."""

import numpy as np
import pytest

from harness.service import declared, services
from loadtests.measure import design, plan
from loadtests.measure.facts import DEFAULTS
from loadtests.tests.conftest import crossed


@pytest.mark.parametrize("floors", [True, False])
def test_every_term_of_the_model_can_be_told_apart(floors: bool) -> None:
    """And some variants are left to tell how wrong the model is."""
    chosen = [one for one in crossed().variants.values() if floors or one.application != "floor"]
    matrix = np.array([design.row(one.levels) for one in chosen])
    there = matrix[:, matrix.any(axis=0)]
    assert np.linalg.matrix_rank(there) == there.shape[1] < len(chosen)


def test_the_exchange_is_better_than_a_choice_at_random() -> None:
    factors = plan.read("factors").factors
    assert factors
    assert len(crossed().variants) == factors.variants
    free = dict(design.candidates({name: declared(name) for name in services()}, factors))
    fixed = [design.row(one.levels) for one in crossed().variants.values() if one.group != "design"]
    random = np.random.default_rng(1)

    def variances(rows: list[design.Array]) -> float:
        information = sum(np.outer(row, row) for row in [*fixed, *rows])
        return float(np.trace(np.linalg.inv(information + design.RIDGE * np.eye(len(fixed[0])))))

    ours = variances([design.row(one.levels) for one in crossed().variants.values() if one.group == "design"])
    number = len(crossed().variants) - len(fixed)
    drawn = [random.choice(list(free), number, replace=False) for _ in range(50)]
    assert ours < min(variances([design.row(free[name].levels) for name in names]) for names in drawn)


def test_the_study_the_services_as_they_come_and_a_floor_of_each_server_are_in_it() -> None:
    for group, writing, journal in [("twins", "twin", "DELETE"), ("services", "service", "WAL")]:
        found = [one for one in crossed().variants.values() if one.group == group]
        assert sorted(one.service for one in found) == services()
        for one in found:
            assert one.levels
            assert (one.levels.writing, one.levels.journal, one.levels.workers) == (writing, journal, 2)
            assert not {"SQLITE_JOURNAL_MODE", "WEB_CONCURRENCY", "THREADS"} & one.env.keys()
    floors = {name: one for name, one in crossed().variants.items() if one.group == "floors"}
    assert sorted(floors) == ["floor_asgi", "floor_wsgi"]
    assert {one.levels.framework for one in floors.values() if one.levels} == {"none"}


def test_a_variant_is_named_and_started_as_its_levels_say() -> None:
    for name, one in crossed().variants.items():
        assert one.levels
        env = {**DEFAULTS, **one.settings}
        assert str(one.levels.workers) == env["WEB_CONCURRENCY"]
        assert one.levels.journal in (env["SQLITE_JOURNAL_MODE"], "none")
        assert one.levels.server == "asgi" or str(one.levels.threads) == env["THREADS"]
        if one.group == "design":
            words = name.split("_")
            assert (words[0] == "twin") == (one.levels.writing == "twin")
            assert one.levels.journal.lower() in words
            assert words[-1] == one.levels.worker_class
