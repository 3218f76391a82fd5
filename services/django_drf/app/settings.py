"""Django's settings: https://docs.djangoproject.com/en/5.2/ref/settings/"""

from psycopg.conninfo import conninfo_to_dict

from .config import Config

config = Config()

SECRET_KEY = config.secret_key
ALLOWED_HOSTS = config.allowed_hosts.split(",")
INSTALLED_APPS = ["rest_framework", "app"]
MIDDLEWARE = ["app.middleware.no_store", "django.middleware.common.CommonMiddleware"]
ROOT_URLCONF = "app.urls"
WSGI_APPLICATION = "app.wsgi.application"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2**20  # bytes of a body
DATA_UPLOAD_MAX_NUMBER_FIELDS = None  # unknown query parameters are ignored, however many
TIME_ZONE = None  # the log keeps the time zone of the system

DATABASES: dict[str, dict[str, object]] = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": config.database_url.removeprefix("sqlite:///"),
        "CONN_MAX_AGE": None,  # each thread keeps its connection
        "OPTIONS": {
            "timeout": 5,
            "transaction_mode": "IMMEDIATE",  # one that reads before it writes waits before it reads
            "init_command": f"PRAGMA journal_mode = {config.sqlite_journal_mode};"
            f"PRAGMA synchronous = {config.sqlite_synchronous}",
        },
    }
}

if config.database_url.startswith("postgresql:"):
    server = conninfo_to_dict(config.database_url)
    # A server that falls silent, without closing its connections, is given up within 5 seconds; and the
    # service by the server, which would keep its connections and locks for two hours. Until then packets are
    # sent again, at intervals that double: with a longer limit a connection would rest for seconds after the
    # silence.
    silence = {"keepalives_idle": 2, "keepalives_interval": 1, "tcp_user_timeout": 3000}
    limits = "-c lock_timeout=5s -c statement_timeout=15s -c tcp_user_timeout=3000 "
    limits += "-c tcp_keepalives_idle=2 -c tcp_keepalives_interval=1 -c application_name=django_drf"
    DATABASES["default"] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": server.pop("dbname"),
        # Each thread keeps its connection here, too. Django's pool would try those that a restart of the
        # server has severed one after the other, with pauses that grow from a second on.
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**server, **silence, "connect_timeout": 5, "options": limits},
    }

REST_FRAMEWORK = {
    "DEFAULT_PARSER_CLASSES": ["app.serializers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,  # the default needs django.contrib.auth
    "URL_FORMAT_OVERRIDE": None,  # ?format= is a query parameter like any other
    "EXCEPTION_HANDLER": "app.errors.exception_handler",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "[%(asctime)s] [%(process)d] [%(levelname)s] %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"]},  # gunicorn.conf.py sets its level
    # A client's mistake is no news: ACCESS_LOG shows it.
    "loggers": {"django.request": {"level": "ERROR"}, "django.security": {"level": "CRITICAL"}},
}
