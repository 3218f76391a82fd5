import fcntl
import sys

import django
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader


def create() -> None:
    """Make the table, once, however many copies of the service start at the same moment."""
    django.setup()
    try:
        # Migrations of two processes do not wait for each other by themselves. Closing the file would drop
        # SQLite's own locks on it, so the connection is closed first.
        with settings.DATABASE.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            try:
                _check()
                call_command("migrate", verbosity=0)
            finally:
                connection.close()  # a worker opens its own
    except (OSError, DatabaseError) as error:
        sys.exit(f"DATABASE_URL: {settings.DATABASE}: {error}")


def _check() -> None:
    loader = MigrationLoader(connection)
    tables = set(connection.introspection.table_names()) - {"django_migrations"}
    foreign = tables and not loader.applied_migrations
    if foreign or loader.applied_migrations.keys() - loader.disk_migrations.keys():
        sys.exit(f"DATABASE_URL: {settings.DATABASE} has another schema than this service, or a newer one")
