from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

Count = Annotated[int, Field(ge=1, le=1024)]
Upper = BeforeValidator(str.upper)
Lower = BeforeValidator(str.lower)


class Config(BaseSettings):
    """The settings, from the environment variables of the same names."""

    model_config = SettingsConfigDict(frozen=True)

    host: Annotated[str, Field(pattern=r"^[^\s/]+$")] = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    web_concurrency: Count = 2
    threads: Count = 2
    database_url: Annotated[str, Field(pattern=r"^sqlite:///[^:?\p{Cc}]+$")] = "sqlite:///items.db"
    sqlite_journal_mode: Annotated[Literal["WAL", "DELETE", "TRUNCATE", "PERSIST"], Upper] = "WAL"
    sqlite_synchronous: Annotated[Literal["OFF", "NORMAL", "FULL", "EXTRA"], Upper] = "FULL"
    access_log: bool = False
    log_level: Annotated[Literal["debug", "info", "warning", "error", "critical"], Lower] = "info"

    @cached_property
    def database(self) -> Path:
        return Path(self.database_url.removeprefix("sqlite:///")).absolute()
