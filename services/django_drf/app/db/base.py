"""Django's SQLite, whose connections notice when their file is no longer the one that was opened."""

import os
import shutil
import sqlite3
from typing import Any

from django.conf import settings
from django.db import OperationalError
from django.db.backends.sqlite3 import base

ROOM = 2**20  # bytes: a disk with less is full


def _inode() -> int | None:
    try:
        inode: int = settings.DATABASE.stat().st_ino
    except OSError:
        return None
    return inode


def ensure_writable() -> None:
    """Raises django.db.OperationalError where the next write would find no room, or no permission."""
    if not os.access(settings.DATABASE, os.W_OK) or shutil.disk_usage(settings.DATABASE.parent).free < ROOM:
        raise OperationalError("the disk is full, or read-only")


class DatabaseWrapper(base.DatabaseWrapper):
    inode: int | None = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> sqlite3.Connection:
        if not os.access(settings.DATABASE, os.W_OK) and settings.DATABASE.exists():
            # opened all the same, it would stay read-only for every connection of the process, and for good
            raise OperationalError("the database file is read-only")
        self.inode = _inode()
        connection: sqlite3.Connection = super().get_new_connection(conn_params)
        return connection

    def is_usable(self) -> bool:
        return self.inode == _inode()
