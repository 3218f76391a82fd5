import pytest

from loadtests.runner import plan
from loadtests.runner.plan import Plan, PlanError
from loadtests.runner.sample import Cell, Sample
from loadtests.tests.conftest import PLAN

THREE = ("alpha", "beta", "gamma")


@pytest.fixture
def tiny() -> Plan:
    return plan.on(plan.parsed(PLAN, "tiny"), THREE)


@pytest.mark.parametrize("name", plan.names())
def test_a_plan_of_ours_has_the_scenarios_of_the_paper(name: str) -> None:
    scenarios = plan.read(name).scenarios
    assert {name: one.users for name, one in scenarios.items()} == {
        "hello": 50,
        "echo": 100,
        "list_items": 10,
        "get_item": 10,
        "create_item": 10,
        "replace_item": 10,
        "delete_item": 1,
    }
    assert [one.iterations for one in scenarios.values()] == [None, None, 100, 1000, 1000, 1000, 100]


def test_the_paper_plan_is_its_section_3_3() -> None:
    paper = plan.read("paper")
    assert (paper.rounds, paper.records) == (5, 1500)
    assert (paper.scenarios["hello"].seconds, paper.scenarios["echo"].seconds) == (10, 15)
    assert (paper.pauses.after_start, paper.pauses.after_warm_up, paper.pauses.between_scenarios) == (
        20,
        5,
        3,
    )
    assert (paper.warm_up.users, paper.warm_up.seconds) == (20, 10)


def test_a_plan_survives_its_toml(tiny: Plan) -> None:
    odd = plan.Variant(service="alpha", env={"SQLITE_JOURNAL_MODE": "DELETE", "NOTE": 'a "b" \\ é'})
    written = tiny.model_copy(update={"variants": {**tiny.variants, "alpha, no WAL": odd}})
    assert plan.parsed(plan.as_toml(written), "another name") == written


def test_a_round_measures_every_variant_once_and_keeps_its_scenarios_together(tiny: Plan) -> None:
    blocks = plan.blocks(plan.cells(tiny))
    assert [block[0].round for block in blocks] == [1, 1, 1, 2, 2, 2]
    for number in (1, 2):
        assert sorted(block[0].variant for block in blocks if block[0].round == number) == list(THREE)
    for block in blocks:
        assert [cell.scenario for cell in block] == ["hello", "create_item", "delete_item"]
        assert len({(cell.round, cell.variant) for cell in block}) == 1


def test_the_order_is_the_seeds(tiny: Plan) -> None:
    def orders(seed: int) -> list[str]:
        many = tiny.model_copy(update={"seed": seed, "rounds": 20})
        return [block[0].variant for block in plan.blocks(plan.cells(many))]

    assert orders(1) == orders(1)
    assert orders(1) != orders(2)
    rounds = [tuple(orders(1)[start : start + 3]) for start in range(0, 60, 3)]
    assert len(set(rounds)) > 1


def test_what_remains_is_what_has_no_valid_sample(tiny: Plan) -> None:
    every = list(plan.cells(tiny))
    samples = [sample(every[0]), sample(every[1], invalid="2 failed checks"), sample(every[4])]
    assert plan.remaining(tiny, samples) == [every[1], *every[2:4], *every[5:]]


def test_a_cell_that_was_measured_again_does_not_remain(tiny: Plan) -> None:
    every = list(plan.cells(tiny))
    assert every[0] not in plan.remaining(tiny, [sample(every[0], invalid="no"), sample(every[0])])


def test_a_variant_of_a_plan_is_measured_with_its_service() -> None:
    text = PLAN + '\n[variants.four]\nservice = "alpha"\nenv = { WEB_CONCURRENCY = "4" }\n'
    chosen = plan.on(plan.parsed(text, "tiny"), ["alpha", "beta"])
    assert chosen.variants == {"four": plan.Variant(service="alpha", env={"WEB_CONCURRENCY": "4"})}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("rounds = 2", "rounds = ", "is not TOML"),
        ("rounds = 2", "rounds = 2\ncolour = 1", "colour: Extra inputs are not permitted"),
        ("users = 1, iterations = 5", "users = 1", "scenarios.hello: Value error, a scenario has either"),
        ("hello =", "goodbye =", "scenarios.goodbye"),
    ],
)
def test_a_plan_that_cannot_be_used_says_why(old: str, new: str, message: str) -> None:
    with pytest.raises(PlanError, match="The plan tiny") as refused:
        plan.parsed(PLAN.replace(old, new), "tiny")
    assert message in str(refused.value)


def sample(cell: Cell, invalid: str = "") -> Sample:
    return Sample(**cell._asdict(), service=cell.variant, started="", users=1, invalid=invalid)
