from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings

Upper = BeforeValidator(str.upper)
SQLITE = r"sqlite:///[^:?\p{Cc}]+"
# What has a meaning in a URL is escaped in a name and a password: no part of them can be taken for the host.
POSTGRESQL = (
    r"postgresql://([^\s:@/?#]+(:[^\s:@/?#]*)?@)?(\[[\da-fA-F:]+\]|[^\s:@/?#]*)(:\d+)?/[^\s@/?#]+(\?\S*)?"
)


class Config(BaseSettings):
    """The settings, from the environment variables of the same names; gunicorn.conf.py has the server's."""

    threads: Annotated[int, Field(ge=1, le=1024)] = 2
    database_url: Annotated[str, Field(pattern=f"^({SQLITE}|{POSTGRESQL})$")] = "sqlite:///items.db"
    sqlite_journal_mode: Annotated[Literal["WAL", "DELETE", "TRUNCATE", "PERSIST"], Upper] = "WAL"
    sqlite_synchronous: Annotated[Literal["OFF", "NORMAL", "FULL", "EXTRA"], Upper] = "FULL"

    @cached_property
    def database(self) -> Path | None:
        """SQLite's file; None on PostgreSQL."""
        scheme, _, path = self.database_url.partition(":///")
        return Path(path).absolute() if scheme == "sqlite" else None
