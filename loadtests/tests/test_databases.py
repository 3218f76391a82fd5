"""The databases of a run, near and far, are filled, copied, read and gone at the end."""

from collections.abc import Iterator
from contextlib import ExitStack

import psycopg
import pytest

from harness import database, postgresql
from harness.service import LaunchError
from loadtests.measure.databases import Databases, round_trip_ms
from loadtests.measure.plan import GIVEN, SQLITE, PlanError

TABLE = "CREATE TABLE item (id bigint PRIMARY KEY, name text, description text, price float8, quantity int)"
FILL = "INSERT INTO item SELECT n, 'Item', NULL, 1.5, n FROM generate_series(1, 9) AS n"
WAYS = ("postgresql", "postgresql:socket", "postgresql:0.2ms")


@pytest.fixture(scope="module")
def databases() -> Iterator[Databases]:
    try:
        postgresql.programs()
    except LaunchError as error:
        pytest.skip(str(error))
    with ExitStack() as running:
        yield Databases(None, running)


@pytest.fixture(scope="module")
def filled(databases: Databases) -> str:
    url = databases.empty(WAYS[0])
    with psycopg.connect(url) as connection:
        connection.execute(TABLE)
        connection.execute(FILL)
    return url


@pytest.mark.parametrize("kind", WAYS)
def test_by_every_way_a_service_has_a_copy_of_its_own(databases: Databases, filled: str, kind: str) -> None:
    before = databases.clock(kind)
    with databases.fresh(kind, filled) as env:
        url = env["DATABASE_URL"]
        assert database.count(url) == 9
        assert database.ids(url, 3) == [1, 5, 9]
        assert database.records(url, [2, 77]) == {2: ("Item", None, 1.5, 2)}
        assert database.durability(url).items() >= {"fsync": "on", "synchronous_commit": "on"}.items()
        database.settle(url)
        with psycopg.connect(url) as connection:
            connection.execute("DELETE FROM item WHERE id > 4")
        assert (database.count(url), database.count(filled)) == (4, 9)
        assert round_trip_ms(url) > 0
    assert databases.clock(kind) >= before
    with pytest.raises(LaunchError, match="PostgreSQL: connection failed"):
        database.count(url)


def test_a_file_needs_no_server_and_a_given_server_is_named_again() -> None:
    databases = Databases(None)
    with databases.fresh(SQLITE, None) as env:
        assert env == {}
    with pytest.raises(PlanError, match="name it again with --database URL"):
        databases.empty(GIVEN)
