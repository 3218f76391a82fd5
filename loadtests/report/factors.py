"""The factors in which the variants of a run differ, and the level that each variant has of them."""

from dataclasses import dataclass, fields

from loadtests.runner.configuration import DEFAULTS
from loadtests.runner.plan import Plan, Variant

# Of a variant that says nothing else; servers.toml has the whole names.
NATIVE = {"wsgi": "gthread", "asgi": "uvicorn"}
OTHERS = {"gunicorn.workers.sync.SyncWorker": "sync", "gunicorn.workers.gasgi.ASGIWorker": "asgi"}


@dataclass(frozen=True)
class Levels:
    """Of one variant; of a factor that a floor does not have, the level is none."""

    server: str  # wsgi or asgi: what Gunicorn's worker speaks to the application
    framework: str
    access: str  # to the database: sqlite or orm
    writing: str  # twin or service
    journal: str
    synchronous: str
    workers: int
    threads: int  # of each worker; 0 where a worker has none to set
    worker_class: str

    @property
    def native(self) -> str:
        """The server that its framework is made for."""
        return "asgi" if self.framework == "fastapi" else "wsgi"


FACTORS = tuple(field.name for field in fields(Levels))


def levels(variant: Variant) -> Levels:
    env = {**DEFAULTS, "SQLITE_SYNCHRONOUS": "FULL", **variant.settings}
    framework, _, access = variant.service.partition("_")
    server = "asgi" if framework == "fastapi" else "wsgi"
    floor = {
        "framework": "none",
        "access": "none",
        "writing": "none",
        "journal": "none",
        "synchronous": "none",
    }
    application = {
        "framework": framework,
        "access": "sqlite" if access == "sqlite" else "orm",
        "writing": "twin" if variant.twin else "service",
        "journal": env["SQLITE_JOURNAL_MODE"],
        "synchronous": env["SQLITE_SYNCHRONOUS"],
    }
    return Levels(
        server=server,
        **(floor if variant.floor else application),
        workers=int(env["WEB_CONCURRENCY"]),
        threads=int(env["THREADS"]) if server == "wsgi" else 0,
        worker_class=OTHERS.get(variant.expects.get("worker_class", ""), NATIVE[server]),
    )


def crossed(plan: Plan) -> bool:
    """Whether each factor has several levels: then who is ahead of whom says nothing of any one of them."""
    found = [levels(one) for one in plan.variants.values() if not one.floor]
    return all(len({getattr(each, name) for each in found}) > 1 for name in FACTORS)
