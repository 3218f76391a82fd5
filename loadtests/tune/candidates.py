"""The settings of a service's server that are searched, all switched through the environment."""

from collections.abc import Mapping
from itertools import product
from typing import NamedTuple

from loadtests.runner.floor import interface
from loadtests.runner.plan import Variant

WORKERS = (1, 2, 4)
THREADS = (1, 2, 8)
KEEPALIVE = 75  # seconds, as every service's gunicorn.conf.py has it
SHORT_KEEPALIVE = 2  # Gunicorn's own
OWN = "own"


class Kind(NamedTuple):
    """A worker class other than the service's own."""

    name: str
    expects: Mapping[str, str]
    threads: tuple[int, ...] = THREADS
    keepalives: tuple[int, ...] = (KEEPALIVE, SHORT_KEEPALIVE)


SYNC = Kind("sync", {"worker_class": "gunicorn.workers.sync.SyncWorker"}, (1,), (KEEPALIVE,))
ASGI = Kind("asgi", {"worker_class": "gunicorn.workers.gasgi.ASGIWorker", "http_parser": "gunicorn"})
OTHER = {"wsgi": SYNC, "asgi": ASGI}
# With --threads 2 a sync worker would be a gthread worker, and it closes each connection after its answer.
# Under this load each connection is used again before two seconds are over.
SHORTER = "Keep-alive is varied with 2 workers only: no connection of this load is idle for so long."
LEFT_OUT = {
    "wsgi": f"A sync worker has one thread and keeps no connection alive: neither is varied. {SHORTER}",
    "asgi": f"Threads are those of the application's own pools: an event loop has none. {SHORTER}",
}


class Candidate(NamedTuple):
    workers: int = 2
    threads: int = 2
    worker_class: str = OWN
    keepalive: int = KEEPALIVE

    @property
    def name(self) -> str:
        return f"{self.workers}x{self.threads}-{self.worker_class}-{self.keepalive}s"

    @property
    def env(self) -> dict[str, str]:
        words = []
        if self.worker_class != OWN:
            words.append(f"--worker-class {self.worker_class}")
        if self.worker_class == SYNC.name:
            words.append("--threads 1")
        if self.keepalive != KEEPALIVE:
            words.append(f"--keep-alive {self.keepalive}")
        args = {"GUNICORN_CMD_ARGS": " ".join(words)} if words else {}
        return {"WEB_CONCURRENCY": str(self.workers), "THREADS": str(self.threads)} | args

    def variant(self, service: str) -> Variant:
        """With what its processes are to say of themselves."""
        other = OTHER[interface(service)]
        expects = dict(other.expects) if self.worker_class == other.name else {}
        return Variant(service=service, env=self.env, expects=expects | {"keepalive": str(self.keepalive)})


DEFAULT = Candidate()


def candidates(service: str) -> list[Candidate]:
    other = OTHER[interface(service)]
    own = product(WORKERS, THREADS, [OWN], (KEEPALIVE, SHORT_KEEPALIVE))
    others = product(WORKERS, other.threads, [other.name], other.keepalives)
    every = [Candidate(*each) for each in (*own, *others)]
    return [one for one in every if one.keepalive == KEEPALIVE or one.workers == DEFAULT.workers]


def copied(env: Mapping[str, str]) -> str:
    """As a shell takes it."""
    return " ".join(f'{key}="{value}"' if " " in value else f"{key}={value}" for key, value in env.items())
