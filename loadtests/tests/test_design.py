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
    chosen = [variant for variant in crossed().variants.values() if floors or variant.application != "floor"]
    matrix = np.array([design.row(variant.levels) for variant in chosen])
    there = matrix[:, matrix.any(axis=0)]
    assert np.linalg.matrix_rank(there) == there.shape[1] < len(chosen)


def test_the_exchange_is_better_than_a_choice_at_random() -> None:
    factors = plan.read("factors").factors
    assert factors
    variants = crossed().variants.values()
    assert len(variants) == factors.variants
    free = dict(design.candidates({name: declared(name) for name in services()}, factors))
    fixed = [design.row(variant.levels) for variant in variants if variant.group != "design"]
    random = np.random.default_rng(1)

    def variances(rows: list[design.Array]) -> float:
        information = sum(np.outer(row, row) for row in [*fixed, *rows])
        return float(np.trace(np.linalg.inv(information + design.RIDGE * np.eye(len(fixed[0])))))

    ours = variances([design.row(variant.levels) for variant in variants if variant.group == "design"])
    drawn = [random.choice(list(free), len(variants) - len(fixed), replace=False) for _ in range(50)]
    assert ours < min(variances([design.row(free[name].levels) for name in names]) for names in drawn)


def test_the_study_the_services_as_they_come_and_a_floor_of_each_server_are_in_it() -> None:
    for group, writing, journal in [("twins", "twin", "DELETE"), ("services", "service", "WAL")]:
        members = [variant for variant in crossed().variants.values() if variant.group == group]
        assert sorted(variant.service for variant in members) == services()
        for variant in members:
            assert (levels := variant.levels)
            assert (levels.writing, levels.journal, levels.workers) == (writing, journal, 2)
            assert not {"SQLITE_JOURNAL_MODE", "WEB_CONCURRENCY", "THREADS"} & variant.env.keys()
    floors = {name: variant for name, variant in crossed().variants.items() if variant.group == "floors"}
    assert sorted(floors) == ["floor_asgi", "floor_wsgi"]
    assert {variant.levels.framework for variant in floors.values() if variant.levels} == {"none"}


def test_a_variant_is_named_and_started_as_its_levels_say() -> None:
    for name, variant in crossed().variants.items():
        assert variant.levels
        env = {**DEFAULTS, **variant.settings}
        assert str(variant.levels.workers) == env["WEB_CONCURRENCY"]
        assert variant.levels.journal in (env["SQLITE_JOURNAL_MODE"], "none")
        assert variant.levels.server == "asgi" or str(variant.levels.threads) == env["THREADS"]
        if variant.group == "design":
            parts = name.split("_")
            assert (parts[0] == "twin") == (variant.levels.writing == "twin")
            assert variant.levels.journal.lower() in parts
            assert parts[-1] == variant.levels.worker_class
