from typing import Annotated, Literal

from django.core.management.utils import get_random_secret_key
from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings

Upper = BeforeValidator(str.upper)
SQLITE = r"sqlite:///[^:?\x00-\x1f\x7f]+"
# What has a meaning in a URL is escaped in a name and a password: no part of them can be taken for the host.
POSTGRESQL = (
    r"postgresql://([^\s:@/?#]+(:[^\s:@/?#]*)?@)?(\[[\da-fA-F:]+\]|[^\s:@/?#]*)(:\d+)?/[^\s@/?#]+(\?\S*)?"
)


class Config(BaseSettings):
    """The environment: each field is the variable of the same name in capitals. gunicorn.conf.py has more."""

    threads: Annotated[int, Field(ge=1, le=1024)] = 2
    database_url: Annotated[str, Field(pattern=f"^({SQLITE}|{POSTGRESQL})$")] = "sqlite:///items.db"
    sqlite_journal_mode: Annotated[Literal["WAL", "DELETE", "TRUNCATE", "PERSIST"], Upper] = "WAL"
    sqlite_synchronous: Annotated[Literal["OFF", "NORMAL", "FULL", "EXTRA"], Upper] = "FULL"
    # Any by default: no answer has the name of the host in it.
    allowed_hosts: Annotated[str, Field(pattern=r"^[^\s,]+(,[^\s,]+)*$")] = "*"
    # Nothing is signed with it. What is, one day, needs one that outlives a restart.
    secret_key: str = Field(default_factory=get_random_secret_key, min_length=1)
