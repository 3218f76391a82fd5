"""The gates themselves, put to figures made up for them."""

from dataclasses import replace
from math import isnan
from pathlib import Path

import pytest

from harness.k6 import PERCENTS, Outcome
from loadtests.runner import ceiling, configuration, dataset, gates, machine
from loadtests.runner.plan import Scenario, Variant
from loadtests.runner.sample import Cell

CELL = Cell(1, "alpha", "hello")
CLOSED = Scenario(users=10, seconds=1)
# Ten users, each in an iteration of 50 ms for the whole of a second: 200 iterations
LAWFUL = Outcome(
    requests=200,
    began=0,
    seconds=1,
    lag_ms=0,
    iteration_ms=50,
    elapsed_ms=tuple(min(1000.0, 50 + percent * 10) for percent in PERCENTS),
    halves_ms=(50, 50),
    dropped=0,
    mean_ms=48,
    max_ms=60,
    quantiles_ms=PERCENTS,
    passed={"status is 200": 200},
)


def test_what_k6_says_of_answers() -> None:
    assert gates.unanswered(LAWFUL, 200) == ""
    assert gates.unanswered("k6 is out of luck", None) == "k6 is out of luck"
    assert gates.unanswered(LAWFUL, 201) == "k6 made 200 requests of 201"
    assert gates.unanswered(replace(LAWFUL, requests=0), None) == "k6 made 0 requests of many"
    wrong = replace(LAWFUL, failed={"status is 200": 1000, "body is the greeting": 2})
    assert gates.unanswered(wrong, 200) == (
        "1,002 failed checks (status is 200: 1,000, body is the greeting: 2)"
    )


def test_what_the_database_says() -> None:
    assert gates.disagreeing(1500, 1500, 0) == ""
    assert (
        gates.disagreeing(1500, 2500, 0) == "the database holds 1,500 items where the answers add up to 2,500"
    )
    assert gates.disagreeing(1500, 1500, 3) == "3 items do not hold what was last written to them"


def test_littles_law_holds_where_every_user_is_always_in_an_iteration() -> None:
    law = gates.little(LAWFUL, 10)
    assert law == pytest.approx(1, abs=0.01)
    assert gates.lawless(law) == ""


@pytest.mark.parametrize(
    "odd",
    [
        replace(LAWFUL, requests=180),  # answers that nobody counted
        replace(LAWFUL, iteration_ms=45),  # users that did nothing for a while
        replace(LAWFUL, elapsed_ms=tuple(value * 0.9 for value in LAWFUL.elapsed_ms)),  # a clock that is slow
    ],
)
def test_figures_that_do_not_go_together_break_littles_law(odd: Outcome) -> None:
    assert gates.lawless(gates.little(odd, 10)).startswith("Little's law: ")


def test_users_whose_iterations_ran_out_before_the_end_break_no_law() -> None:
    # One user needs 500 ms for its only iteration; nine share the other 90, of 45 ms each.
    ends = [45.0 * (1 + n // 9) for n in range(90)] + [500.0]
    at = tuple(ends[round(percent / 100 * 90)] for percent in PERCENTS)
    mean = (90 * 45 + 500) / 91
    assert gates.little(replace(LAWFUL, requests=91, iteration_ms=mean, elapsed_ms=at), 10) == pytest.approx(
        1, abs=0.02
    )


def test_users_that_began_late_break_no_law() -> None:
    late = replace(LAWFUL, requests=180, lag_ms=100)
    assert gates.little(late, 10) == pytest.approx(1, abs=0.01)


def test_there_is_no_law_where_users_had_one_iteration_each() -> None:
    assert isnan(gates.little(replace(LAWFUL, requests=10), 10))
    assert gates.lawless(gates.little(replace(LAWFUL, requests=10), 10)) == ""


@pytest.mark.parametrize(
    ("figures", "k6_cores", "reason"),
    [
        ({"ceiling_share": 0.6}, 1, ""),
        (
            {"ceiling_share": 0.61},
            1,
            "61% of the throughput that k6 reaches against a server that does nothing",
        ),
        (
            {"service_cpu_share": 0.6, "k6_cpu_share": 0.32},
            1,
            "k6 and the service together used 92% of the cores",
        ),
        ({"service_cpu_share": 0.3, "k6_cpu_share": 0.48}, 0.5, "k6 used 96% of its cores"),
        ({"service_cpu_share": 0.3, "k6_cpu_share": 0.44}, 0.5, ""),
    ],
)
def test_what_the_generator_may_have_bound(figures: dict[str, float], k6_cores: float, reason: str) -> None:
    used = {"service_cpu_share": 0.1, "k6_cpu_share": 0.1, **figures}
    assert gates.bound(CELL, CLOSED, used, k6_cores) == reason


def test_dropped_iterations_bind_a_fixed_rate_and_end_a_rising_one() -> None:
    used = {"service_cpu_share": 0.1, "k6_cpu_share": 0.1, "dropped": 3}
    fixed, rising = (Scenario(users=10, seconds=1, rates=rates) for rates in [(200,), (100, 200)])
    cell = CELL._replace(rate=200)
    assert gates.bound(cell, fixed, used, 1) == "3 of the iterations were dropped at 200 a second"
    assert gates.bound(cell, rising, used, 1) == ""


def test_a_scenario_without_a_ceiling_of_its_own_is_held_to_the_highest() -> None:
    ceilings = {"hello": 1000.0, "echo": 500.0}
    assert ceiling.share(ceilings, "echo", 250) == 0.5
    assert ceiling.share(ceilings, "get_item", 250) == 0.25


def test_a_replaced_item_holds_one_of_the_records_that_were_sent_to_it() -> None:
    written = dataset.replacements([7, 8, 9], 4)
    assert [len(written[item_id]) for item_id in (7, 8, 9)] == [2, 1, 1]  # the fourth met the first again
    stored = {item_id: next(iter(records)) for item_id, records in written.items()}
    assert dataset.lost(written, stored) == []
    assert dataset.lost(written, {**stored, 8: dataset.record(8)}) == [8]
    assert dataset.lost(written, {item_id: one for item_id, one in stored.items() if item_id != 9}) == [9]


PLANNED = configuration.planned(Variant(service="flask_sqlite"), "/venv")
ANSWER = {
    "worker_class": "gunicorn.workers.gthread.ThreadWorker",
    "threads": 2,
    "event_loop": None,
    "http_parser": "gunicorn",
    "python": "3.11.7",
    "prefix": "/venv",
    "connections": [["wal", 2], ["wal", 2]],
}


def test_a_service_that_runs_as_planned() -> None:
    seen = configuration.seen([ANSWER, ANSWER], "wal")
    assert configuration.disagreement(seen, PLANNED) == ""
    assert configuration.public(seen) == {
        "workers": 2,
        "worker_class": "gunicorn.workers.gthread.ThreadWorker",
        "threads": 2,
        "http_parser": "gunicorn",
        "python": "3.11.7",
        "journal_mode": "WAL",
        "synchronous": "FULL",
    }


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ([ANSWER], "workers is 1 where the plan says 2"),
        ([{**ANSWER, "threads": 8}] * 2, "threads is 8 where the plan says 2"),
        ([ANSWER, {**ANSWER, "threads": 8}], "threads is 2 and 8 where the plan says 2"),
        (
            [{**ANSWER, "worker_class": "SyncWorker"}] * 2,
            "worker_class is SyncWorker where the plan says gunicorn",
        ),
        ([{**ANSWER, "worker_class": None}] * 2, "worker_class is none where the plan says gunicorn"),
        ([{**ANSWER, "http_parser": "gunicorn_h1c"}] * 2, "http_parser is gunicorn_h1c where"),
        ([{**ANSWER, "connections": [["delete", 2]]}] * 2, "journal_mode is DELETE where the plan says WAL"),
        ([{**ANSWER, "connections": [["wal", 1]]}] * 2, "synchronous is NORMAL where the plan says FULL"),
        ([{**ANSWER, "prefix": "/other"}] * 2, "prefix is /other where the plan says /venv"),
        ([], "workers is 0 where the plan says 2"),
    ],
)
def test_a_service_that_runs_otherwise(answers: list[configuration.Facts], reason: str) -> None:
    assert configuration.disagreement(configuration.seen(answers, "wal"), PLANNED).startswith(reason)


def test_connections_that_are_closed_leave_the_file_to_be_asked() -> None:
    closed = {**ANSWER, "connections": []}
    assert configuration.disagreement(configuration.seen([closed, closed], "wal"), PLANNED) == ""
    found = configuration.seen([closed, closed], "delete")
    assert configuration.disagreement(found, PLANNED) == "journal_mode is DELETE where the plan says WAL"


def test_what_a_variant_sets_and_expects_is_planned() -> None:
    env = {"WEB_CONCURRENCY": "4", "SQLITE_SYNCHRONOUS": "NORMAL"}
    variant = Variant(service="fastapi_orm", env=env, twin=True, expects={"event_loop": "asyncio"})
    planned = configuration.planned(variant, "/venv")
    assert (planned["workers"], planned["threads"], planned["synchronous"]) == ("4", "2", "NORMAL")
    assert planned["journal_mode"] == "DELETE"
    assert planned["event_loop"] == "asyncio"
    assert planned["worker_class"] == "app.server.Worker"


def test_a_package_that_is_not_the_pinned_one(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text(
        "flask-sqlalchemy==3.1.1 \\\n    --hash=sha256:00\ntzdata==2026.6 ; sys_platform == 'win32' \\\n"
    )
    pinned = tmp_path / "requirements.txt"
    assert machine.unpinned(pinned, {"Flask_SQLAlchemy": "3.1.1"}) == ""
    assert machine.unpinned(pinned, {"Flask-SQLAlchemy": "3.0"}) == "flask-sqlalchemy 3.0 instead of 3.1.1"
