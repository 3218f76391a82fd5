"""The environment, read once. A bad value ends the start with one line that names the variable."""

import os
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

SWITCH = {"on": True, "1": True, "true": True, "off": False, "0": False, "false": False}


@dataclass(frozen=True)
class Config:
    host: str
    port: int
    workers: int
    threads: int
    database: Path
    journal_mode: str
    synchronous: str
    access_log: bool
    log_level: str


def _refuse(name: str, value: str, wanted: str) -> NoReturn:
    sys.exit(f"{name} must be {wanted}, not {value!r}")


def _number(name: str, default: str, least: int, most: int) -> int:
    value = os.environ.get(name, default)
    if not (value.isascii() and value.isdecimal() and len(value) < 10 and least <= int(value) <= most):
        _refuse(name, value, f"a number from {least} to {most}")
    return int(value)


def _choice(name: str, default: str, choices: Collection[str]) -> str:
    value = os.environ.get(name, default)
    if value.upper() not in choices:
        _refuse(name, value, "one of " + ", ".join(choices))
    return value.upper()


def _database() -> Path:
    value = os.environ.get("DATABASE_URL", "sqlite:///items.db")
    scheme, _, path = value.partition(":///")
    if scheme != "sqlite" or path in {"", ":memory:"} or "?" in path:
        _refuse("DATABASE_URL", value, "sqlite:///relative/path or sqlite:////absolute/path")
    return Path(path).absolute()


def _host() -> str:
    value = os.environ.get("HOST", "127.0.0.1")
    if not value or any(c.isspace() or c == "/" for c in value):
        _refuse("HOST", value, "an address or a host name")
    return f"[{value}]" if ":" in value else value


config = Config(
    host=_host(),
    port=_number("PORT", "8000", 1, 65535),
    workers=_number("WEB_CONCURRENCY", "2", 1, 1024),
    threads=_number("THREADS", "2", 1, 1024),
    database=_database(),
    journal_mode=_choice("SQLITE_JOURNAL_MODE", "WAL", ["WAL", "DELETE", "TRUNCATE", "PERSIST"]),
    synchronous=_choice("SQLITE_SYNCHRONOUS", "FULL", ["OFF", "NORMAL", "FULL", "EXTRA"]),
    access_log=SWITCH[_choice("ACCESS_LOG", "off", [s.upper() for s in SWITCH]).lower()],
    log_level=_choice("LOG_LEVEL", "info", ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]).lower(),
)
