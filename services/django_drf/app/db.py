import fcntl
import os

from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from .settings import config


def migrate() -> None:
    """Django's migrations, once, however many copies of the service start at the same moment."""
    # Migrations of two processes do not wait for each other by themselves. The lock is on the folder: closing
    # the file of the database would drop SQLite's own locks.
    folder = os.open(config.database.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        loader = MigrationLoader(connection)
        if newer := loader.applied_migrations.keys() - loader.disk_migrations.keys():
            raise CommandError(f"the schema is newer than this service, which does not know {sorted(newer)}")
        call_command("migrate", verbosity=0)
    finally:
        connection.close()  # each worker opens its own
        os.close(folder)
