"""The service's database, read past the service: what it holds is what was committed."""

import sqlite3
from contextlib import closing
from pathlib import Path

from loadtests.runner.launch import LaunchError

# Every service names its table as its framework does; these columns are the contract's.
TABLE = """
SELECT t.name FROM sqlite_master AS t, pragma_table_info(t.name) AS c
WHERE t.type = 'table' AND c.name IN ('id', 'name', 'description', 'price', 'quantity')
GROUP BY t.name HAVING count(*) = 5
"""


def ids(database: Path) -> list[int]:
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            [(table,)] = connection.execute(TABLE).fetchall()
            return [id_ for (id_,) in connection.execute(f'SELECT id FROM "{table}" ORDER BY id')]  # noqa: S608 - its own name
    except (sqlite3.Error, ValueError) as error:
        raise LaunchError(f"The database at DATABASE_URL holds no table of items: {error}") from error
