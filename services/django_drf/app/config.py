from typing import Annotated, Literal

from django.core.management.utils import get_random_secret_key
from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings

Count = Annotated[int, Field(ge=1, le=1024)]
Upper = BeforeValidator(str.upper)
Lower = BeforeValidator(str.lower)


class Config(BaseSettings):
    """The environment: each field is the variable of the same name in capitals."""

    host: Annotated[str, Field(pattern=r"^[^\s/]+$")] = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    web_concurrency: Count = 2
    threads: Count = 2
    database_url: Annotated[str, Field(pattern=r"^sqlite:///[^:?\x00-\x1f\x7f]+$")] = "sqlite:///items.db"
    sqlite_journal_mode: Annotated[Literal["WAL", "DELETE", "TRUNCATE", "PERSIST"], Upper] = "WAL"
    sqlite_synchronous: Annotated[Literal["OFF", "NORMAL", "FULL", "EXTRA"], Upper] = "FULL"
    access_log: bool = False
    log_level: Annotated[Literal["debug", "info", "warning", "error", "critical"], Lower] = "info"
    # Any by default: no answer has the name of the host in it.
    allowed_hosts: Annotated[str, Field(pattern=r"^[^\s,]+(,[^\s,]+)*$")] = "*"
    # Nothing is signed with it. What is, one day, needs one that outlives a restart.
    secret_key: str = Field(default_factory=get_random_secret_key, min_length=1)
