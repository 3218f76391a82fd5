from datetime import date
from itertools import combinations

import pytest

from harness import environment
from harness.service import TWIN_SETTINGS
from loadtests.analysis import paper
from loadtests.measure import plan
from loadtests.measure.plan import Plan, PlanError, Variant, blocks, cells
from loadtests.tests.conftest import PLAN

SERVICES = ("django_drf", "fastapi_orm", "fastapi_sqlite", "flask_orm", "flask_sqlite")
USERS = {"hello": 50, "echo": 100, "list_items": 10, "get_item": 10, "create_item": 10, "replace_item": 10}
USERS |= {"delete_item": 1}
AGAIN = "flask_sqlite_again"
PINNED = '[variants]\na = {{ service = "a", {} }}\n[scenarios]'


@pytest.mark.parametrize("name", ["quick", "paper", "factors"])
def test_a_closed_plan_has_the_scenarios_of_the_study(name: str) -> None:
    scenarios = {name: load for name, load in plan.read(name).scenarios.items() if load.generator == "k6"}
    assert {name: load.users for name, load in scenarios.items()} == USERS
    assert [load.iterations for load in scenarios.values()] == [None, None, 100, 1000, 1000, 1000, 100]
    assert [name for name, load in scenarios.items() if load.headline == "throughput"] == ["hello", "echo"]


def test_the_paper_plan_is_its_section_3_3() -> None:
    paper = plan.read("paper")
    variants = paper.variants.values()
    assert (paper.rounds, paper.records, paper.warm_up.users, paper.warm_up.seconds) == (5, 1500, 20, 10)
    assert (paper.scenarios["hello"].seconds, paper.scenarios["echo"].seconds) == (10, 15)
    assert list(paper.pauses.model_dump().values()) == [20, 5, 5, 3]
    for group, application, journal in [
        ("twins", "twin", "DELETE"),
        ("study", "twin", "DELETE"),
        ("same_durability", "service", "DELETE"),
        ("services", "service", None),
    ]:
        members = [variant for variant in variants if variant.group == group and not variant.control_of]
        assert sorted(variant.service for variant in members) == sorted(SERVICES)
        assert {variant.application for variant in members} == {application}
        assert {variant.settings.get("SQLITE_JOURNAL_MODE") for variant in members} == {journal}


def test_the_studys_versions_are_those_of_its_table_2_but_for_one_that_is_none() -> None:
    variants = [variant for variant in plan.read("paper").variants.values() if variant.group == "study"]
    table = {**paper.read().versions}
    del table["djangorestframework"]
    assert {name: version for variant in variants for name, version in variant.packages.items()} == table
    assert {variant.as_of for variant in variants} == {date(2025, 5, 11)}
    own = environment.had([variant.service for variant in variants], table)
    assert all(variant.packages == own[variant.service] for variant in variants)  # all that it has use for


@pytest.mark.parametrize("name", plan.names())
def test_a_control_is_what_it_repeats(name: str) -> None:
    variants = plan.read(name).variants
    for variant in variants.values():
        if variant.control_of:
            assert variant.model_copy(update={"control_of": None}) == variants[variant.control_of]


@pytest.mark.parametrize(("name", "field"), [("scale", "records"), ("replicas", "replicas")])
def test_the_variants_of_a_group_differ_in_one_thing_alone(name: str, field: str) -> None:
    for group in plan.read(name).groups:
        peers = [variant for variant in plan.read(name).variants.values() if variant.group == group]
        assert peers[0].service == group
        assert peers == [peers[0].model_copy(update={field: getattr(variant, field)}) for variant in peers]
        assert len({getattr(variant, field) for variant in peers}) == len(peers) > 2


def test_a_plan_survives_its_toml(tiny: Plan) -> None:
    note = 'a "b" \\ é'
    odd = Variant(service="alpha", application="twin", expects={"threads": "2"}, env={"NOTE": note})
    old = Variant(service="alpha", packages={"flask": "3.1.0"}, as_of=date(2025, 5, 11))
    guest = Variant(service="h/v1", command="""sh -c 'echo "$PORT"'""", cwd="own")
    written = plan.with_variants(tiny, {**tiny.variants, "alpha, no WAL": odd, "old": old, "h/v1": guest})
    assert plan.parsed(plan.as_toml(written), "another name") == written


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["flask_orm"], {"flask_orm": None}),
        (["flask_sqlite", AGAIN], {"flask_sqlite": None, AGAIN: "flask_sqlite"}),
        ([AGAIN], {AGAIN: None}),  # there is nothing to repeat
        (["twins", "flask_orm"], dict.fromkeys([*(f"twin_{name}" for name in SERVICES), "flask_orm"])),
    ],
)
def test_variants_are_chosen_by_their_names_and_their_groups(
    names: list[str], chosen: dict[str, str | None]
) -> None:
    variants = plan.on(plan.read("paper"), names).variants
    assert {name: variant.control_of for name, variant in variants.items()} == chosen


def test_a_service_is_tried_under_the_settings_of_its_interface() -> None:
    tried = plan.on(plan.read("settings"), ["flask_orm", "fastapi_orm"]).variants
    assert tried["flask_orm"] == Variant(service="flask_orm")
    assert tried["flask_orm_8_threads"].env == {"THREADS": "8"}
    assert tried["fastapi_orm_asgi"].expects["worker_class"] == "gunicorn.workers.gasgi.ASGIWorker"
    assert "fastapi_orm_8_threads" not in tried


def test_a_twin_has_the_journal_that_is_sqlites_default() -> None:
    """Unless it is told otherwise: test_design.py."""
    twin = Variant(service="alpha", application="twin")
    assert twin.settings == {"SQLITE_JOURNAL_MODE": "DELETE", **TWIN_SETTINGS}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("rounds = 1", "rounds = ", "is not TOML"),
        ("rounds = 1", "rounds = 1\ncolour = 1", "colour: Extra inputs are not permitted"),
        ("users = 1, iterations = 5", "users = 1", "scenarios.hello: Value error, a scenario has either"),
        ("hello =", "goodbye =", "there is no script loadtests/k6/goodbye.js"),
        ("iterations = 5", "iterations = 5, rates = [1]", "a scenario with rates has seconds"),
        ("iterations = 5", "seconds = 5, rates = [2, 1]", "rates rise"),
        ("iterations = 5", 'seconds = 5, generator = "wrk"', "wrk drives an operation, hello or echo"),
        ("iterations = 5", 'seconds = 1.5, operation = "echo", generator = "wrk"', "for whole seconds"),
        ("[scenarios]", '[variants]\na = { service = "a", group = "b" }\n[scenarios]', "a is in the group b"),
        ("[scenarios]", '[variants]\na = { service = "a", control_of = "b" }\n[scenarios]', "a control of b"),
        ("[scenarios]", PINNED.format('packages = { "Flask" = "3" }'), "a.packages.Flask.[key]: String"),
        ("[scenarios]", PINNED.format("as_of = 2025-05-11"), "as_of is the day of packages, and there are"),
    ],
)
def test_a_plan_that_cannot_be_used_says_why(old: str, new: str, message: str) -> None:
    with pytest.raises(PlanError, match="The plan tiny") as refused:
        plan.parsed(PLAN.replace(old, new), "tiny")
    assert message in str(refused.value)


KINDS: list[dict[str, object]] = [{"application": "floor"}, {"docker": True}, {"commit": "abc"}]
KINDS.append({"packages": {"flask": "3.1.0"}})
AT_URL = {"database": "postgresql", "url": "http://127.0.0.1:8000"}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        *(({**kind, **other}, "exclude each other") for kind, other in combinations(KINDS, 2)),
        ({"replicas": 2}, "Only a service on PostgreSQL has replicas"),
        ({"replicas": 2, **AT_URL}, "Only a service on PostgreSQL has replicas"),
    ],
)
def test_what_a_variant_cannot_be(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Variant.model_validate({"service": "alpha", **fields})


def test_a_twin_and_a_service_as_it_is_now_are_in_an_image(tiny: Plan) -> None:
    twin = Variant(service="alpha", application="twin")
    ours = {**tiny.variants, "twin": twin, "study": twin.model_copy(update={"packages": {"flask": "3.1.0"}})}
    inside = plan.in_containers(plan.with_variants(tiny, ours))
    assert all(variant.docker for variant in inside.variants.values())
    pinned = Variant(service="alpha", packages={"flask": "3.1.0"})
    then = Variant(service="alpha", commit="0123456")
    unfit = {"floor": Variant(service="alpha", application="floor"), "then": then, "pinned": pinned}
    with pytest.raises(PlanError, match="leave out floor, then, pinned"):
        plan.in_containers(plan.with_variants(tiny, {**tiny.variants, **unfit}))
    with pytest.raises(PlanError, match="Only a service, and no container"):
        plan.in_containers(plan.read("replicas"))


def test_the_order_is_the_seeds(tiny: Plan) -> None:
    def orders(seed: int) -> list[str]:
        many = tiny.model_copy(update={"seed": seed, "rounds": 20})
        return [block[0].variant for block in blocks(cells(many))]

    assert orders(1) == orders(1)
    assert orders(1) != orders(2)
    assert len({tuple(orders(1)[start : start + 3]) for start in range(0, 60, 3)}) > 1
