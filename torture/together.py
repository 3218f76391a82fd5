"""Two copies that start at the same moment on one database: a new one, and one of the first edition."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.server import Server
from harness.service import SERVICES
from harness.wire import Client
from torture.experiment import Effort, Result
from torture.service import integrity, prepared, rows, rows_of_the_file

COPIES = 2
TIMES = 10


def together(name: str, effort: Effort) -> Result:
    """Both come up and serve the same items, and every row of the first edition is kept."""
    result, times = Result(), effort.of(TIMES, 1)
    dump = (SERVICES / name / "tests" / "first_edition.sql").read_text()
    for statements in ("", dump):
        for _ in range(times):
            with copies(name, statements) as services:
                serve(services, result)
    result.count(times, "starts on a new database")
    result.count(times, "starts on a database of the first edition")
    return result


@contextmanager
def copies(name: str, statements: str) -> Iterator[list[Server]]:
    """Not yet started."""
    with TemporaryDirectory(prefix=f"torture-{name}-") as scratch, ExitStack() as stack:
        database = Path(scratch, "items.db")
        if statements:
            with closing(sqlite3.connect(database)) as connection:
                connection.executescript(statements)
        services = []
        for number in range(COPIES):
            folder = Path(scratch, str(number))
            folder.mkdir()
            service = prepared(name, folder, DATABASE_URL=f"sqlite:///{database}")
            service.database = database
            services.append(stack.enter_context(closing(service)))
        yield services


def serve(services: list[Server], result: Result) -> None:
    """Each copy stores an item, all list the same; then they stop, one after the other."""
    database = services[0].database
    items = rows(database) if database.exists() else {}
    with ThreadPoolExecutor(COPIES) as pool:
        list(pool.map(Server.start, services))
    for number, service in enumerate(services):
        with Client(service.url, reuse=False) as client:
            item = client.send("POST", "/items", {"name": f"of {number}", "price": 1}).json()
        result.expect(item["id"] > max(items, default=0), f"the id {item['id']} was given again")
        items[item["id"]] = item["name"]
    for service in services:
        with Client(service.url, reuse=False) as client:
            listed = {item["id"]: item["name"] for item in client.send("GET", "/items").json()}
        result.expect(listed == items, f"{len(listed)} of {len(items)} items are listed as they should be")
    for service in services:
        result.expect(service.stop() == 0, "it did not stop in good order")
        result.expect(not service.traceback(), f"a traceback was logged: {service.traceback()}")
    result.expect(rows_of_the_file(services[-1]) == items, "the file alone does not hold every item")
    result.expect(integrity(database) == "ok", "integrity_check is not ok")
