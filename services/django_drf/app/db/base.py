"""Django's SQLite, whose connections notice when their file is no longer the one that was opened."""

import sqlite3
from typing import Any

from django.conf import settings
from django.db.backends.sqlite3 import base


def _inode() -> int | None:
    try:
        inode: int = settings.DATABASE.stat().st_ino
    except OSError:
        return None
    return inode


class DatabaseWrapper(base.DatabaseWrapper):
    inode: int | None = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> sqlite3.Connection:
        self.inode = _inode()
        connection: sqlite3.Connection = super().get_new_connection(conn_params)
        return connection

    def is_usable(self) -> bool:
        return self.inode == _inode()
