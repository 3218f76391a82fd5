import subprocess
import sys

import pytest

from loadtests.profile import gains, parts
from loadtests.profile.__main__ import page
from loadtests.profile.calls import REQUESTS, counted, requests
from loadtests.profile.sampling import Found, Taken, split
from loadtests.report import targets
from loadtests.report.results import Results
from loadtests.runner.plan import Variant
from loadtests.tests import synthetic


@pytest.mark.parametrize(
    ("frame", "part"),
    [
        ("Flask.dispatch_request (flask/app.py:879)", parts.FRAMEWORK),
        ("JSON.response (app/schemas.py:63)", parts.JSON),
        ("get_item (app/queries.py:37)", parts.SQLITE),
        ("DefaultDialect.do_execute (sqlalchemy/engine/default.py:1192)", parts.SQLITE),
        ("Connection.execute (sqlalchemy/engine/base.py:1450)", parts.ORM),
        ("QuerySet.get (django/db/models/query.py:640)", parts.ORM),
        ("Field.run_validators (rest_framework/fields.py:543)", parts.VALIDATION),
        ("APIView.dispatch (rest_framework/views.py:500)", parts.FRAMEWORK),
        ("Condition.wait (threading.py:327)", parts.WAKING),
        ("get_item (app/views.py:88)", parts.APPLICATION),
        ("decode (codecs.py:3)", None),
    ],
)
def test_a_frame_belongs_to_its_package(frame: str, part: str | None) -> None:
    assert parts.part_of([frame]) == part


def test_a_stack_belongs_to_its_innermost_frame_that_has_a_part() -> None:
    lines = [
        "counted (calls.py:2);get_item (app/views.py:3);execute (sqlalchemy/x.py:4);stat (pathlib.py:5) 7",
        "main (calls.py:1);counted (calls.py:2);get_item (app/views.py:3) 2",
        "main (calls.py:1);prepared (calls.py:2);execute (sqlalchemy/x.py:4) 100",
    ]
    assert parts.counted(lines) == {parts.ORM: 7, parts.APPLICATION: 2}


def test_the_parts_add_up_to_the_processor_time() -> None:
    samples = {parts.WAKING: 50, parts.FRAMEWORK: 30, parts.JSON: 20}
    found = parts.microseconds(samples, wall=100, cpu=60)
    assert found == pytest.approx({parts.FRAMEWORK: 30, parts.JSON: 20, parts.WAKING: 10})


def test_time_that_another_process_took_is_nobodys() -> None:
    found = parts.microseconds({parts.FRAMEWORK: 30, parts.JSON: 10}, wall=100, cpu=40)
    assert found == pytest.approx({parts.FRAMEWORK: 30, parts.JSON: 10, parts.WAKING: 0})


def test_nothing_sampled_is_nothing_known() -> None:
    assert parts.microseconds({}, wall=100, cpu=40) == {}


def test_the_profiler_gives_the_shares_and_not_the_times() -> None:
    watched = Taken(wall=200, cpu=160, samples={parts.FRAMEWORK: 60, parts.SQLITE: 20})
    found = split(watched, alone=Taken(100, 80, {}), durable=Taken(300, 120, {}))
    assert found == pytest.approx({parts.FRAMEWORK: 60, parts.SQLITE: 20, parts.WAKING: 0, parts.COMMIT: 40})


def test_an_application_that_fails_is_not_profiled() -> None:
    with pytest.raises(SystemExit, match="500"):
        counted(lambda _: "500 Internal Server Error", 0.01)


def test_the_items_are_read_one_after_the_other() -> None:
    one = requests("get_item")
    assert [one(n)[1] for n in (0, 1, 1500)] == ["/items/1", "/items/2", "/items/1"]


def test_the_page_has_a_row_for_each_operation() -> None:
    found = {name: Found(100, {parts.FRAMEWORK: 80, parts.JSON: 20}, 150) for name in REQUESTS}
    written = page({"flask_sqlite": found}, synthetic.results())
    assert all(f"| {name} | 100 |  | 80 |" in written for name in REQUESTS)


FLOORS = {"floor_wsgi": "flask_sqlite", "floor_asgi": "fastapi_sqlite"}


def floored() -> Results:
    """The synthetic run with both floors, a tenth of what the service on them takes."""
    results = synthetic.results(control=False)
    floors = {name: Variant(service=service, floor=True) for name, service in FLOORS.items()}
    tenth = [
        each.model_copy(update={"variant": name, "cpu_ms_per_request": each.cpu_ms_per_request / 10})
        for name, service in FLOORS.items()
        for each in results.samples
        if each.variant == service and floors[name].answers(each.scenario)
    ]
    plan = results.plan.model_copy(update={"variants": {**results.plan.variants, **floors}})
    return Results("floored", plan, results.machine, (*results.samples, *tenth))


def profiles(**shares: float) -> dict[str, dict[str, Found]]:
    found = Found(100, {part: 100 * share for part, share in shares.items()}, 150)
    return {service: dict.fromkeys(REQUESTS, found) for service in synthetic.SERVICES}


def left(**shares: float) -> dict[tuple[str, str], gains.Gain]:
    found = gains.gains(floored(), profiles(**shares), targets.read())
    return {(one.scenario, one.service): one for one in found}


def test_a_target_that_is_reached_leaves_nothing_to_gain() -> None:
    found = left(framework=1)  # a twin takes 1.6 times as much of everything
    assert ("get_item", "flask_sqlite") not in found  # target 1.4
    assert ("list_items", "fastapi_orm") in found  # 9


def test_without_a_part_a_service_takes_the_server_and_the_other_parts() -> None:
    shares = {"JSON": 0.5, "SQLite": 0.5}
    assert gains.rest(1.0, 0.4, shares, ("JSON",)) == pytest.approx(0.7)


def test_what_is_all_framework_is_not_gained_by_the_services_own_code() -> None:
    one = left(framework=1)["list_items", "fastapi_orm"]
    assert one.own == one.libraries == pytest.approx(one.reached)
    assert one.framework > one.reached


def test_what_is_all_the_services_own_is_gained_by_it() -> None:
    one = left(application=1)["list_items", "fastapi_orm"]
    assert one.own == one.libraries == one.framework > one.reached


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        ({"framework": 1.0}, "the framework itself"),
        ({"ORM": 1.0}, "JSON, validation or the ORM"),
        ({"application": 1.0}, "its own code"),
        ({"commit": 1.0}, "the server and SQLite themselves"),
    ],
)
def test_what_is_in_the_way_of_a_target_is_what_has_to_go(shares: dict[str, float], said: str) -> None:
    assert left(**shares)["list_items", "fastapi_orm"].in_the_way == said


def test_an_unknown_service_is_one_line() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "loadtests.profile", "nope"], capture_output=True, text=True, check=False
    )
    assert said.returncode == 2
    assert said.stderr.startswith("Unknown service: nope.")
    assert said.stdout == ""
