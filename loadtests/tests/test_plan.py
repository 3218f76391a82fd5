import pytest

from loadtests.runner import plan
from loadtests.runner.plan import Plan, PlanError, Variant
from loadtests.tests.conftest import PLAN

SERVICES = ("django_drf", "fastapi_orm", "fastapi_sqlite", "flask_orm", "flask_sqlite")


PAPER = {
    "hello": 50,
    "echo": 100,
    "list_items": 10,
    "get_item": 10,
    "create_item": 10,
    "replace_item": 10,
    "delete_item": 1,
}


def test_a_plan_in_containers_has_each_variant_in_one(tiny: Plan) -> None:
    assert all(variant.docker for variant in plan.in_containers(tiny).variants.values())


def test_a_twin_is_in_no_image() -> None:
    with pytest.raises(PlanError, match="leave out twin_flask_orm"):
        plan.in_containers(plan.on(plan.read("standard"), ["flask_orm", "twin_flask_orm"]))
    with pytest.raises(ValueError, match="twin and docker exclude each other"):
        Variant(service="flask_orm", twin=True, docker=True)


@pytest.mark.parametrize("name", ["quick", "paper", "standard"])
def test_a_closed_plan_has_the_scenarios_of_the_paper(name: str) -> None:
    scenarios = plan.read(name).scenarios
    assert {name: one.users for name, one in scenarios.items()} == PAPER
    assert [one.iterations for one in scenarios.values()] == [None, None, 100, 1000, 1000, 1000, 100]


def test_the_standard_plan_has_all_services_all_twins_and_a_control() -> None:
    standard = plan.read("standard")
    assert standard.rounds == 7
    assert sorted((one.service, one.twin) for one in standard.variants.values()) == sorted(
        [*((name, twin) for name in SERVICES for twin in (False, True)), ("flask_sqlite", False)]
    )
    assert standard.variants["flask_sqlite"] == standard.variants["flask_sqlite_again"]


def test_the_paper_plan_is_of_the_twins() -> None:
    assert {(name, one.service, one.twin) for name, one in plan.read("paper").variants.items()} == {
        (f"twin_{name}", name, True) for name in SERVICES
    }


def test_the_efficiency_plan_has_one_rate_for_each_operation_of_the_paper() -> None:
    scenarios = plan.read("efficiency").scenarios
    assert list(scenarios) == list(PAPER)
    assert [len(one.rates) for one in scenarios.values()] == [1] * 7


def test_the_load_curve_has_rising_rates() -> None:
    assert all(len(one.rates) > 5 for one in plan.read("load_curve").scenarios.values())


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
    odd = plan.Variant(
        service="alpha",
        twin=True,
        expects={"threads": "2"},
        env={"SQLITE_JOURNAL_MODE": "DELETE", "NOTE": 'a "b" \\ é'},
    )
    written = tiny.model_copy(update={"variants": {**tiny.variants, "alpha, no WAL": odd}})
    assert plan.parsed(plan.as_toml(written), "another name") == written


def test_variants_are_chosen_by_their_names() -> None:
    text = (
        PLAN
        + '\n[variants]\none = { service = "alpha" }\n'
        + 'four = { service = "alpha", env = { WEB_CONCURRENCY = 4 } }\n'
    )
    chosen = plan.on(plan.parsed(text, "tiny"), ["four"])
    assert chosen.variants == {"four": plan.Variant(service="alpha", env={"WEB_CONCURRENCY": "4"})}


def test_a_twin_has_the_journal_that_is_sqlites_default_unless_told_otherwise() -> None:
    assert plan.Variant(service="alpha", twin=True).settings == {"SQLITE_JOURNAL_MODE": "DELETE"}
    wal = plan.Variant(service="alpha", twin=True, env={"SQLITE_JOURNAL_MODE": "WAL"})
    assert wal.settings == {"SQLITE_JOURNAL_MODE": "WAL"}
    assert plan.Variant(service="alpha").settings == {}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("rounds = 2", "rounds = ", "is not TOML"),
        ("rounds = 2", "rounds = 2\ncolour = 1", "colour: Extra inputs are not permitted"),
        ("users = 1, iterations = 5", "users = 1", "scenarios.hello: Value error, a scenario has either"),
        ("hello =", "goodbye =", "scenarios.goodbye"),
        ("iterations = 5", "iterations = 5, rates = [1]", "a scenario with rates has seconds"),
        ("iterations = 5", "seconds = 5, rates = [2, 1]", "rates rise"),
    ],
)
def test_a_plan_that_cannot_be_used_says_why(old: str, new: str, message: str) -> None:
    with pytest.raises(PlanError, match="The plan tiny") as refused:
        plan.parsed(PLAN.replace(old, new), "tiny")
    assert message in str(refused.value)
