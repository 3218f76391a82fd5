from math import nan

from loadtests.runner import cells, plan
from loadtests.runner.plan import Plan
from loadtests.runner.sample import Cell, Sample
from loadtests.tests.conftest import PLAN, THREE


def test_a_round_measures_every_variant_once_and_keeps_its_scenarios_together(tiny: Plan) -> None:
    blocks = cells.blocks(cells.cells(tiny))
    assert [block[0].round for block in blocks] == [1, 1, 1, 2, 2, 2]
    for number in (1, 2):
        assert sorted(block[0].variant for block in blocks if block[0].round == number) == list(THREE)
    for block in blocks:
        assert [cell.scenario for cell in block] == ["hello", "create_item", "delete_item"]
        assert len({(cell.round, cell.variant) for cell in block}) == 1


def test_the_order_is_the_seeds(tiny: Plan) -> None:
    def orders(seed: int) -> list[str]:
        many = tiny.model_copy(update={"seed": seed, "rounds": 20})
        return [block[0].variant for block in cells.blocks(cells.cells(many))]

    assert orders(1) == orders(1)
    assert orders(1) != orders(2)
    rounds = [tuple(orders(1)[start : start + 3]) for start in range(0, 60, 3)]
    assert len(set(rounds)) > 1


def test_a_round_has_the_same_order_whatever_was_measured_before(tiny: Plan) -> None:
    blocks = [block[0] for block in cells.blocks(cells.cells(tiny))]
    assert [cell.variant for cell in blocks if cell.round == 2] == cells.order(tiny, 2)


def test_a_block_remains_as_a_whole_until_each_of_its_cells_has_a_valid_sample(tiny: Plan) -> None:
    every = list(cells.cells(tiny))
    samples = [*map(sample, every[:3]), sample(every[3]), sample(every[4], invalid="2 failed checks")]
    assert cells.remaining(tiny, samples) == every[3:]
    again = [*samples, sample(every[4])]
    assert cells.remaining(tiny, again) == every[3:]
    assert cells.remaining(tiny, [*again, sample(every[5])]) == every[6:]


def test_rates_beyond_one_that_was_too_high_do_not_remain() -> None:
    rising = plan.on(
        plan.parsed(PLAN.replace("iterations = 5", "seconds = 1, rates = [50, 100, 150]"), "tiny"), ["alpha"]
    )
    every = list(cells.cells(rising))
    assert [cell.rate for cell in every[:4]] == [50, 100, 150, 0]
    first, second = sample(every[0]), sample(every[1]).model_copy(update={"p99_ms": 51.0})
    rest = [sample(cell) for cell in every[3:5]]
    assert cells.remaining(rising, [first, *rest]) == every
    assert cells.remaining(rising, [first, second, *rest]) == every[5:]
    assert cells.passed(every[2], [first, second])
    assert not cells.passed(every[1], [first, second])
    assert not cells.passed(every[7], [first, second])  # another round


def sample(cell: Cell, invalid: str = "") -> Sample:
    rate = cell.rate or nan
    return Sample(
        **cell._replace(rate=rate)._asdict(), service=cell.variant, started="", users=1, invalid=invalid
    )
