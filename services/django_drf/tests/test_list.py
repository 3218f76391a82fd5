import json
import sqlite3
import urllib.request
from contextlib import closing
from pathlib import Path

from .conftest import Start, free_port, wait_until_ready


def test_a_list_is_whole_wherever_its_pieces_end(start: Start, tmp_path: Path) -> None:
    port = free_port()
    wait_until_ready(start(PORT=str(port)), port)
    with closing(sqlite3.connect(tmp_path / "items.db", isolation_level=None)) as db:
        items = 0
        for more in (0, 1, 1998, 1, 1, 1999, 1):  # at the end of the first and the second 2,000
            db.executemany("INSERT INTO items (name, price, quantity) VALUES ('Lamp', 19.9, 0)", [()] * more)
            items += more
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/items") as answer:
                body = answer.read()
            assert answer.headers["Content-Length"] == str(len(body))
            assert [item["id"] for item in json.loads(body)] == list(range(1, items + 1))
