from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from harness import postgresql
from harness.postgresql import PostgreSQL
from harness.service import LaunchError


@pytest.fixture(scope="module")
def server() -> Iterator[PostgreSQL]:
    try:
        postgresql.programs()
    except LaunchError as error:
        pytest.skip(str(error))
    with TemporaryDirectory() as folder, closing(PostgreSQL(Path(folder))) as server:
        server.start()
        yield server


@pytest.fixture
def url(server: PostgreSQL) -> str:
    return server.url


def scalar(url: str, query: bytes) -> object:
    with closing(psycopg.connect(url)) as connection:
        row = connection.execute(query).fetchone()
        return row[0] if row else None


def test_a_server_keeps_what_it_commits_as_it_is_shipped(url: str) -> None:
    assert [scalar(url, b"SHOW " + name) for name in (b"fsync", b"synchronous_commit")] == ["on", "on"]
    assert scalar(url, b"SHOW server_encoding") == "UTF8"
    assert Path(str(scalar(url, b"SHOW data_directory"))).stat().st_uid != 0


@pytest.mark.parametrize("ending", [PostgreSQL.kill, PostgreSQL.stop])
def test_a_server_starts_again_on_its_data(server: PostgreSQL, ending: Callable[[PostgreSQL], None]) -> None:
    with postgresql.new_database(server.url) as database:
        ending(server)
        with pytest.raises(psycopg.OperationalError):
            scalar(database, b"SELECT 1")
        server.start()
        assert scalar(database, b"SELECT 1") == 1


def test_a_new_database_is_gone_at_the_end(url: str) -> None:
    with postgresql.environment(url) as env, closing(psycopg.connect(env["DATABASE_URL"])):
        assert scalar(env["DATABASE_URL"], b"SELECT 1") == 1
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(env["DATABASE_URL"])


def test_a_copy_has_what_its_original_has_and_goes_its_own_way(url: str) -> None:
    with postgresql.new_database(url) as first:
        scalar(first, b"SELECT 1")
        with closing(psycopg.connect(first, autocommit=True)) as connection:
            connection.execute("CREATE TABLE item AS SELECT 7 AS id")
        with postgresql.copy_of(first) as second:
            with closing(psycopg.connect(second, autocommit=True)) as connection:
                connection.execute("UPDATE item SET id = 8")
            assert [scalar(database, b"SELECT id FROM item") for database in (first, second)] == [7, 8]


def test_what_is_not_there_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(postgresql, "DEBIAN", tmp_path)
    with pytest.raises(LaunchError, match=r"There is no initdb .* apt-get install postgresql"):
        postgresql.programs()
    with (
        pytest.raises(LaunchError, match=r"PostgreSQL: .*refused"),
        postgresql.new_database("postgresql://items:hush@127.0.0.1:1/postgres"),
    ):
        pass


@pytest.mark.usefixtures("server")  # else there is no PostgreSQL here
def test_a_command_is_told_where_the_server_is(capfd: pytest.CaptureFixture[str]) -> None:
    assert postgresql.main(["sh", "-c", "echo $POSTGRESQL_URL; exit 3"]) == 3
    assert capfd.readouterr().out.startswith("postgresql://")
