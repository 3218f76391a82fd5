"""Django's settings, trimmed to what is used, with the environment, read once.

A bad value ends the start with one line that names the variable.
"""

import os
import re
import sys
from pathlib import Path

from django.core.management.utils import get_random_secret_key


def _text(name: str, default: str, pattern: str) -> str:
    value = os.environ.get(name, default)
    if not re.fullmatch(pattern, value):
        sys.exit(f"{name}: it should match {pattern}, not {value!r}")
    return value


def _count(name: str, default: int, most: int) -> int:
    value = os.environ.get(name, str(default))
    if not re.fullmatch(r"[0-9]{1,9}", value) or not 1 <= int(value) <= most:
        sys.exit(f"{name}: it should be a whole number from 1 to {most}, not {value!r}")
    return int(value)


def _choice(name: str, default: str, *others: str) -> str:
    value = os.environ.get(name, default)
    choices = {choice.lower(): choice for choice in (default, *others)}
    if value.lower() not in choices:
        sys.exit(f"{name}: it should be one of {', '.join(choices.values())}, not {value!r}")
    return choices[value.lower()]


HOST = _text("HOST", "127.0.0.1", r"[^\s/]+")
PORT = _count("PORT", 8000, 65535)
WEB_CONCURRENCY = _count("WEB_CONCURRENCY", 2, 1024)
THREADS = _count("THREADS", 2, 1024)
DATABASE_URL = _text("DATABASE_URL", "sqlite:///items.db", r"sqlite:///[^:?]+")
SQLITE_JOURNAL_MODE = _choice("SQLITE_JOURNAL_MODE", "WAL", "DELETE", "TRUNCATE", "PERSIST")
SQLITE_SYNCHRONOUS = _choice("SQLITE_SYNCHRONOUS", "FULL", "OFF", "NORMAL", "EXTRA")
ACCESS_LOG = _choice("ACCESS_LOG", "off", "on", "false", "true", "no", "yes", "0", "1") in {
    "on",
    "true",
    "yes",
    "1",
}
LOG_LEVEL = _choice("LOG_LEVEL", "info", "debug", "warning", "error", "critical")
# Any by default: no answer has the name of the host in it.
ALLOWED_HOSTS = _text("ALLOWED_HOSTS", "*", r"[^\s,]+(,[^\s,]+)*").split(",")
SECRET_KEY = os.environ.get("SECRET_KEY") or get_random_secret_key()  # nothing is signed with it

INSTALLED_APPS = ["app"]
MIDDLEWARE = ["app.middleware.framing"]
if "*" not in ALLOWED_HOSTS:
    MIDDLEWARE += ["django.middleware.common.CommonMiddleware"]  # asks for the host, which Django checks then
ROOT_URLCONF = "app.urls"
APPEND_SLASH = False
DATA_UPLOAD_MAX_NUMBER_FIELDS = None  # unknown query parameters are ignored, however many
USE_I18N = False
TIME_ZONE = None  # the log keeps the time zone of the system

DATABASE = Path(DATABASE_URL.removeprefix("sqlite:///")).absolute()
DATABASES = {
    "default": {
        "ENGINE": "app.db",
        "NAME": f"{DATABASE.as_uri()}?mode=rw",  # a request never makes a missing file anew
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "timeout": 5,
            "transaction_mode": "IMMEDIATE",
            "init_command": f"PRAGMA journal_mode = {SQLITE_JOURNAL_MODE};"
            f"PRAGMA synchronous = {SQLITE_SYNCHRONOUS}",
        },
    }
}

REST_FRAMEWORK = {
    "DEFAULT_PARSER_CLASSES": ["app.serializers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["app.serializers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "app.serializers.JSONNegotiation",
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,  # the default needs django.contrib.auth
    "EXCEPTION_HANDLER": "app.errors.handle",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"gunicorn": {"format": "[%(asctime)s] [%(process)d] [%(levelname)s] %(message)s"}},
    "handlers": {
        "stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "gunicorn"}
    },
    "loggers": {
        "django": {"handlers": ["stdout"], "level": LOG_LEVEL.upper()},
        "django.request": {"level": "ERROR"},  # a client's mistake is no news: ACCESS_LOG shows it
    },
}
