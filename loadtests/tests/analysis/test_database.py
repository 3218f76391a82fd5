import pytest

from loadtests.analysis import choosing
from loadtests.analysis.results import Results
from loadtests.analysis.sections import database
from loadtests.measure.plan import Variant
from loadtests.measure.sample import Cell
from loadtests.tests.analysis import synthetic

STACKS = ("flask_orm", "django_drf")
FACTORS = {"sqlite": 1.0, "postgresql:socket": 1.2, "postgresql": 1.5, "postgresql:1ms": 4.0}
VARIANTS = {
    f"{service}_{kind}": Variant(service=service, group=service, database=kind)
    for service in STACKS
    for kind in FACTORS
} | {"more": Variant(service="flask_orm", group="flask_orm", database="postgresql:1ms", env={"THREADS": "8"})}


def stepped(rounds: int = 3, near: float = 1.5) -> Results:
    """Django's list takes three times as long on each server."""
    plan = synthetic.plan(rounds).model_copy(
        update={
            "variants": VARIANTS,
            "scenarios": {name: synthetic.SCENARIOS[name] for name in ("get_item", "list_items")},
            "groups": {name: name for name in STACKS},
        }
    )

    def factor(cell: Cell) -> float:
        variant = VARIANTS[cell.variant]
        list_of_django = (cell.scenario, variant.service) == ("list_items", "django_drf")
        slower = 3.0 if list_of_django and variant.database != "sqlite" else 1.0
        own = near if variant.database == "postgresql" else FACTORS[variant.database]
        return slower * own / (2 if variant.env else 1)

    figures = {"database_cpu_ms_per_request": 0.25, "round_trip_ms": 0.04}
    return synthetic.run("stepped", plan, factor, lambda _: figures)


def test_each_step_is_a_multiple_of_the_file_for_all_services_and_for_each() -> None:
    rates, latencies, each, _, _, own = synthetic.tables(database.section(stepped()))
    assert [row[0] for row in rates] == [
        "SQLite",
        "PostgreSQL, a Unix socket",
        "PostgreSQL, TCP",
        "PostgreSQL, 1 ms",
        "PostgreSQL, 1 ms, 8 threads",
    ]
    assert [row[1][:4] for row in latencies] == ["1.20", "1.50", "4.00", "2.00"]
    assert latencies[1][2].startswith("2.60")  # the geometric mean of 1.5 and 4.5
    assert ["django_drf", "PostgreSQL, TCP"] in [row[:2] for row in each]
    assert own[0] == ["PostgreSQL, a Unix socket", "0.04", "0.25", "0.25"]


def test_the_verdict_says_where_the_file_answers_sooner() -> None:
    sooner, far, cpu = synthetic.texts(database.section(stepped()), "lead")
    assert sooner == (
        "On one machine SQLite answers, compared with PostgreSQL, TCP: sooner in get_item and list_items."
    )
    assert far.startswith("PostgreSQL, 1 ms away: times the response time on SQLite: get_item 4.00 (")
    assert cpu.startswith("PostgreSQL, TCP: times the service's processor time on SQLite: get_item 1.50 (")
    assert "later in get_item" in synthetic.texts(database.section(stepped(near=0.5)), "lead")[0]
    busy = synthetic.bound(stepped(), "flask_orm_sqlite", "get_item", range(1, 4))
    assert "times of flask_orm_sqlite." in synthetic.texts(database.section(busy), "notice")[0]
    [few] = synthetic.texts(database.section(stepped(rounds=1)), "lead")
    assert few.startswith("1 round cannot tell variants apart")


@pytest.mark.parametrize("dropped", ["sqlite", "postgresql"])
def test_without_a_file_or_a_server_to_compare_there_is_no_section(dropped: str) -> None:
    some = synthetic.changed(
        stepped(), lambda one: None if VARIANTS[one.variant].database.startswith(dropped) else {}
    )
    assert database.section(some) == []


def test_the_page_for_choosing_has_the_verdict() -> None:
    [heading, text] = choosing.on_a_server({"database": stepped()})
    assert synthetic.headings([heading]) == ["When SQLite is enough"]
    [told] = synthetic.texts([text], "")
    assert "takes 1.5 times the processor time there, and the answer 4.0 times as long from a server" in told
    assert choosing.on_a_server({}) == []
