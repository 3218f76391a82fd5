"""The application that does nothing, beside the services whose server it runs under."""

import asyncio
import json
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from importlib.util import module_from_spec, spec_from_file_location
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from harness import database
from loadtests.report import gates, page
from loadtests.report.results import Results
from loadtests.runner import cells, configuration, floor, plan
from loadtests.runner.plan import Plan, PlanError, Variant
from loadtests.tests import synthetic
from loadtests.tests.conftest import PLAN, Tree
from loadtests.tests.test_believing import ANSWER

FLOOR = Variant(service="flask_sqlite", floor=True)
COPIED = PLAN.replace("records = 3", 'records = 3\ndataset = "copied"').replace("rounds = 2", "rounds = 1")
LISTING = COPIED.replace("[scenarios]", "[scenarios]\nlist_items = { users = 1, iterations = 2 }")
VARIANTS = """
[variants]
alpha = { service = "alpha" }
floor = { service = "beta", floor = true }
"""


def loaded(name: str) -> ModuleType:
    spec = spec_from_file_location(f"floor_{name}", floor.FLOORS / f"{name}.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


Answer = tuple[int, dict[str, str], bytes]


def by_wsgi(path: str, sent: bytes = b"") -> Answer:
    said: list[Any] = []
    environ = {"PATH_INFO": path, "CONTENT_LENGTH": str(len(sent)), "wsgi.input": BytesIO(sent + b"next")}
    body = b"".join(loaded("wsgi").app(environ, lambda *words: said.extend(words)))
    return int(said[0][:3]), dict(said[1]), body


def by_asgi(path: str, sent: bytes = b"") -> Answer:
    parts = [{"body": sent[:3], "more_body": True}, {"body": sent[3:], "more_body": False}]
    said: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", **parts.pop(0)}

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    asyncio.run(loaded("asgi").app({"type": "http", "path": path}, receive, send))
    start, body = said
    headers = {name.decode().title(): value.decode() for name, value in start["headers"]}
    return start["status"], headers, body["body"]


@pytest.mark.parametrize("asked", [by_wsgi, by_asgi])
def test_a_floor_greets_and_sends_a_body_back(asked: Callable[..., Answer]) -> None:
    for path, sent, wanted in [
        ("/healthz", b"", b'{"status":"ok"}'),
        ("/hello", b"", b'{"message":"Hello, World!"}'),
        ("/echo", b'{"a": [1]}', b'{"a": [1]}'),
        ("/echo", b"{}", b"{}"),
    ]:
        status, headers, body = asked(path, sent)
        assert (status, body) == (200, wanted)
        assert headers == {"Content-Type": "application/json", "Content-Length": str(len(wanted))}
    assert asked("/items")[0] == 404


def test_a_floor_has_nothing_to_do_at_its_start() -> None:
    asyncio.run(loaded("asgi").app({"type": "lifespan"}, None, None))


def test_a_floor_runs_under_the_server_of_its_service() -> None:
    assert floor.words("flask_sqlite") == ["--pythonpath", str(floor.FLOORS), "wsgi:app"]
    assert floor.words("django_drf")[-1] == "wsgi:app"
    assert floor.words("fastapi_orm")[-1] == "asgi:app"


def test_a_floor_has_only_the_cells_that_it_can_answer(tiny: Plan) -> None:
    both = tiny.model_copy(update={"variants": {"alpha": tiny.variants["alpha"], "floor": FLOOR}})
    found = [cell[:3] for cell in cells.cells(both) if cell.variant == "floor"]
    assert found == [(1, "floor", "hello"), (2, "floor", "hello")]
    assert len(list(cells.cells(both))) == 2 * (3 + 1)


@pytest.mark.parametrize("kind", [{"twin": True}, {"docker": True}, {"commit": "abc"}])
def test_a_floor_is_nothing_else(kind: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="exclude each other"):
        Variant.model_validate({"service": "alpha", "floor": True, **kind})


def test_a_floor_is_in_no_image(tiny: Plan) -> None:
    with pytest.raises(PlanError, match="leave out floor"):
        plan.in_containers(tiny.model_copy(update={"variants": {"floor": FLOOR}}))


def test_the_efficiency_plan_has_a_floor_of_either_interface() -> None:
    found = {name: one.service for name, one in plan.read("efficiency").variants.items() if one.floor}
    assert found == {"floor_wsgi": "flask_sqlite", "floor_asgi": "fastapi_sqlite"}


def test_of_a_floor_nothing_is_said_of_a_database_that_it_does_not_open() -> None:
    closed = {**ANSWER, "connections": []}
    seen = configuration.told(FLOOR, configuration.seen([closed, closed], "wal"))
    assert "journal_mode" not in configuration.public(seen)
    planned = configuration.planned(FLOOR, "/venv")
    assert configuration.disagreement(seen, planned) == ""
    assert configuration.disagreement({**seen, "threads": 9}, planned) == "threads is 9 where the plan says 2"


def test_a_floor_is_measured_in_what_it_can_answer(tree: Tree) -> None:
    (tree.root / "loadtests" / "plans" / "floored.toml").write_text(COPIED + VARIANTS)
    status, _, err = tree.bench("--plan", "floored", "--seed", "1")
    assert status == 0, err
    measured = [one["scenario"] for one in tree.samples if one["variant"] == "floor"]
    assert measured == ["hello"]
    assert tree.calls.count("load_items") == 1  # it has no dataset
    assert tree.calls.count("warm_up") == 1
    assert tree.calls.count("hello") == 3  # one of them is its warm-up
    words = json.loads((tree.root / "services" / "beta" / "words.json").read_text())
    assert words == ["--pythonpath", str(tree.root / "loadtests" / "floors"), "wsgi:app"]
    machine = json.loads((tree.run / "machine.json").read_text())
    assert "journal_mode" not in machine["configuration"]["floor"]
    assert "list_floor_ms" not in machine  # there is no list in this plan
    assert "4 of 4 samples valid" in (tree.run / "report.md").read_text()


def test_a_floor_that_fails_in_its_warm_up_is_refused(tree: Tree) -> None:
    (tree.root / "loadtests" / "plans" / "floored.toml").write_text(COPIED + VARIANTS)
    tree.tell_k6(hello="fail_check")
    tree.bench("floor", "--plan", "floored")
    assert [one["invalid"] for one in tree.samples] == ["in the warm-up: 2 failed checks (status is 200: 2)"]


def python(tree: Tree, service: str, does: str = f'exec {sys.executable} "$@"') -> None:
    there = tree.root / "services" / service / ".venv" / "bin" / "python"
    there.write_text(f"#!/bin/sh\n{does}\n")
    there.chmod(0o755)


def test_the_list_has_a_floor_in_every_round(tree: Tree) -> None:
    text = (LISTING + VARIANTS).replace("rounds = 1", "rounds = 2")
    (tree.root / "loadtests" / "plans" / "listing.toml").write_text(text)
    python(tree, "beta")
    status, _, err = tree.bench("--plan", "listing")
    assert status == 0, err
    measured = json.loads((tree.run / "machine.json").read_text())["list_floor_ms"]
    assert list(measured) == ["1", "2"]
    assert all(value > 0 for value in measured.values())
    assert "round 2 of 2: the floor of list_items" in err


def test_a_run_that_goes_on_keeps_the_floors_of_its_rounds(tree: Tree) -> None:
    (tree.root / "loadtests" / "plans" / "listing.toml").write_text(LISTING + VARIANTS)
    python(tree, "beta")
    tree.tell_k6(create_item="fail_check")
    assert tree.bench("--plan", "listing")[0] == 1
    before = json.loads((tree.run / "machine.json").read_text())["list_floor_ms"]
    tree.tell_k6()
    status, _, err = tree.bench("--resume")
    assert status == 0, err
    assert json.loads((tree.run / "machine.json").read_text())["list_floor_ms"] == before


def test_a_floor_of_the_list_that_cannot_be_measured_is_said_so(tree: Tree) -> None:
    (tree.root / "loadtests" / "plans" / "listing.toml").write_text(LISTING + VARIANTS)
    python(tree, "beta", "echo no; exit 3")
    status, _, err = tree.bench("--plan", "listing")
    assert status == 1
    assert "The floor of list_items ended with exit status 3.\n  no\n" in err


def test_the_floor_of_the_list_is_every_item_as_json(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "items.db")) as connection:
        connection.execute('CREATE TABLE "the items" (id, name, description, price, quantity)')
        rows = [(2, "b", None, 0.5, 3), (1, "a", "A", 1.25, 0)]
        connection.executemany('INSERT INTO "the items" VALUES (?, ?, ?, ?, ?)', rows)
        connection.commit()
        answer = json.loads(loaded("items").listed(connection, "the items"))
    names = ("id", "name", "description", "price", "quantity")
    assert answer == [dict(zip(names, row, strict=True)) for row in sorted(rows)]
    with database.opened(tmp_path / "items.db") as (_, table):
        assert table == '"the items"'


def floored(*, alone: bool = False) -> Results:
    """The synthetic run with a floor under flask_sqlite, a tenth of it."""
    results = synthetic.results(twins=False, control=False)
    variants = {"floor_wsgi": FLOOR} if alone else {**results.plan.variants, "floor_wsgi": FLOOR}
    tenth = [
        each.model_copy(update={"variant": "floor_wsgi", "cpu_ms_per_request": each.cpu_ms_per_request / 10})
        for each in results.samples
        if each.variant == "flask_sqlite" and FLOOR.answers(each.scenario)
    ]
    chosen = results.plan.model_copy(update={"variants": variants})
    machine = {**results.machine, "list_floor_ms": {str(number): 1.5 for number in range(1, 8)}}
    return Results("floored", chosen, machine, tuple(tenth) if alone else (*results.samples, *tenth))


def test_a_floor_ranks_nowhere_and_counts_in_the_gates() -> None:
    results = floored()
    assert "floor_wsgi" not in results.variants
    passed = gates.passed(results)
    assert passed.wanted == passed.valid == 7 * (5 * 7 + 2)


def test_a_run_of_a_floor_alone_makes_a_report() -> None:
    shown = page.everything(floored(alone=True))
    assert "14 of 14 samples valid" in page.markdown(shown)
    assert "floor_wsgi" in page.html(shown)
