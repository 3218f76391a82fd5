"""The environment, read once. A bad value ends the start with one line that names the variable."""

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

Count = Annotated[int, Field(ge=1, le=1024)]
Upper = BeforeValidator(str.upper)
Lower = BeforeValidator(str.lower)


class Config(BaseModel):
    model_config = ConfigDict(alias_generator=str.upper, frozen=True)

    host: Annotated[str, Field(pattern=r"^[^\s/]+$")] = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    web_concurrency: Count = 2
    threads: Count = 2
    database_url: Annotated[str, Field(pattern=r"^sqlite:///[^:?]+$")] = "sqlite:///items.db"
    sqlite_journal_mode: Annotated[Literal["WAL", "DELETE", "TRUNCATE", "PERSIST"], Upper] = "WAL"
    sqlite_synchronous: Annotated[Literal["OFF", "NORMAL", "FULL", "EXTRA"], Upper] = "FULL"
    access_log: bool = False
    log_level: Annotated[Literal["debug", "info", "warning", "error", "critical"], Lower] = "info"

    @property
    def database(self) -> Path:
        return Path(self.database_url.removeprefix("sqlite:///")).absolute()


try:
    config = Config.model_validate(dict(os.environ))
except ValidationError as error:
    bad = error.errors()[0]
    sys.exit(f"{bad['loc'][0]}: {bad['msg']}, not {bad['input']!r}")
