# ruff: noqa: INP001 - a program
"""What the list of all items costs without a server: `items.py DATABASE TABLE TIMES` prints the ms of one."""

import sqlite3
import sys
import time

import orjson


def listed(connection: sqlite3.Connection, table: str) -> bytes:
    rows = connection.execute(f'SELECT id, name, description, price, quantity FROM "{table}" ORDER BY id')  # noqa: S608 - its own name
    return orjson.dumps(
        [
            {"id": item_id, "name": name, "description": description, "price": price, "quantity": quantity}
            for item_id, name, description, price, quantity in rows
        ]
    )


def main(database: str, table: str, times: int) -> None:
    connection = sqlite3.connect(database, isolation_level=None)
    for _ in range(times // 10 + 1):  # the pages are read, and Python has seen the code
        listed(connection, table)
    begin = time.process_time()
    for _ in range(times):
        listed(connection, table)
    print((time.process_time() - begin) * 1000 / times)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
