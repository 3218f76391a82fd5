"""pytest's side of the judges: `pytest conformance --url http://127.0.0.1:8000`.

A test that needs a service takes the fixture `url`, or `service` to start one; its mark `case` names it in
rules.toml. Without --url and --service those are deselected, and the harness itself is tested.
"""

import dataclasses
import json
from collections.abc import Generator
from pathlib import Path

import pytest

from conformance.judge import SEED
from conformance.ledger import Ledger
from conformance.outcome import Outcome

OUTCOMES = pytest.StashKey[list[Outcome]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("conformance")
    group.addoption("--url", help="the service to judge; it gets items created and deleted")
    group.addoption(
        "--beside",
        metavar="NAME=URL",
        action="append",
        default=[],
        help="another service, which must answer alike; all items of both get deleted",
    )
    group.addoption(
        "--service", metavar="NAME", help="one of services/, for the tests that start it themselves"
    )
    group.addoption("--short", action="store_true", help="fewer random examples")
    group.addoption("--seed", type=int, default=SEED, help="of the random examples")
    group.addoption("--cases", type=Path, help="write the case that each test names here")
    group.addoption("--outcomes", type=Path, help="write one JSON object for each rule of each case here")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "case(name): the test's name in rules.toml")
    config.stash[OUTCOMES] = []


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    needing = [item for item in items if {"url", "service"} & set(getattr(item, "fixturenames", ()))]
    if path := config.getoption("cases"):
        path.write_text(json.dumps({item.nodeid: case_of(item) for item in needing}))
    given = {name for name in ("url", "service") if config.getoption(name) is not None}
    without = [item for item in needing if not given & set(getattr(item, "fixturenames", ()))]
    config.hook.pytest_deselected(items=without)
    items[:] = [item for item in items if item not in without]


def case_of(item: pytest.Item) -> str | None:
    marker = item.get_closest_marker("case")
    return marker.args[0] if marker else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    case = case_of(item)
    if case and not report.skipped and (call.when == "call" or report.failed):
        example = item.callspec.id if hasattr(item, "callspec") else case
        message = "" if report.passed else report.longreprtext
        item.config.stash[OUTCOMES] += [
            Outcome(rule, example, report.passed, message, report.duration)
            for rule in Ledger.load().rules_of(case)
        ]
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    if path := session.config.getoption("outcomes"):
        lines = [dataclasses.asdict(outcome) for outcome in session.config.stash[OUTCOMES]]
        path.write_text(json.dumps(lines, indent=1))


@pytest.fixture(scope="session")
def url(request: pytest.FixtureRequest) -> str:
    given: str = request.config.getoption("url")
    return given.rstrip("/")


@pytest.fixture(scope="session")
def service(request: pytest.FixtureRequest) -> str:
    given: str = request.config.getoption("service")
    return given


@pytest.fixture(scope="session")
def services(request: pytest.FixtureRequest, url: str) -> dict[str, str]:
    """The service at --url and those beside it, by name."""
    beside = dict(each.split("=", 1) for each in request.config.getoption("beside"))
    found = beside if url in beside.values() else {url: url, **beside}
    if len(found) < 2:
        pytest.skip("one service alone")
    return found


@pytest.fixture(scope="session")
def short(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("short"))


@pytest.fixture(scope="session")
def seed(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("seed"))
