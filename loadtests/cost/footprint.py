"""What a server takes besides the instructions of its requests: time until it answers, memory, and files."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import fmean, median
from tempfile import TemporaryDirectory

import psutil
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from harness.database import Database
from harness.server import How, Server, server_of
from harness.service import ROOT, TWIN_SETTINGS
from harness.usage import cpu_seconds
from loadtests.cost.count import Client, Variant
from loadtests.cost.instrument import CountError

RECORD = ROOT / "results" / "footprint.json"
STARTS = 5
WORKERS = 2
BUSY = 0.5  # seconds of a processor that each worker has used before its memory is read
DEADLINE = 60.0  # seconds for that
MIB = 2**20


class Footprint(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    first_answer: float  # seconds from the start of Gunicorn: the median of some starts
    worker: float  # MiB of memory (PSS) of one of two workers, after some requests
    preloaded: float  # the same, where the master has loaded the application before it forked
    installed: float  # MiB of the packages' files, without bytecode
    image: float | None = None  # MB that the image adds to the one that it is built from


FORMAT = TypeAdapter(dict[str, Footprint])


def read(path: Path = RECORD) -> dict[str, Footprint]:
    """By the names of the services; none where there is no such file. Raises CountError."""
    try:
        return FORMAT.validate_json(path.read_bytes())
    except FileNotFoundError:
        return {}
    except ValidationError as error:
        command = "just cost --footprint --publish"
        raise CountError(f"{path.name} has no footprints. To make it anew: {command}") from error


def write(footprints: Mapping[str, Footprint], path: Path = RECORD) -> None:
    path.write_bytes(FORMAT.dump_json(dict(footprints), indent=1, exclude_none=True) + b"\n")


def measured(variant: Variant, data: Database) -> Footprint:
    """On a copy of this database. Raises LaunchError and CountError."""
    starts = []
    for _ in range(STARTS):
        with started(variant, data) as (_, seconds):
            starts.append(seconds)
    return Footprint(
        first_answer=round(median(starts), 2),
        worker=round(memory(variant, data), 1),
        preloaded=round(memory(variant, data, "--preload"), 1),
        installed=round(size(variant.venv) / MIB, 1),
    )


def memory(variant: Variant, data: Database, *arguments: str) -> float:
    """MiB of a worker, with these arguments to Gunicorn."""
    with started(variant, data, *arguments) as (server, _):
        workers = server.workers()
        ask(server, workers, variant.operations)
        return fmean(psutil.Process(pid).memory_full_info().pss for pid in workers) / MIB


@contextmanager
def started(variant: Variant, data: Database, *arguments: str) -> Iterator[tuple[Server, float]]:
    """And the seconds that it took."""
    settings = {"WEB_CONCURRENCY": str(WORKERS), **(TWIN_SETTINGS if variant.group == "twins" else {})}
    how: How = {"application": [*variant.application, *arguments], "venv": variant.venv, "workers": WORKERS}
    with (
        TemporaryDirectory(prefix="footprint-") as folder,
        closing(server_of(variant.service, Path(folder), settings, **how)) as server,
    ):
        yield server, server.start(Path(data))


def ask(server: Server, workers: Sequence[int], operations: Sequence[str]) -> None:
    """Until each worker has had enough to do: the kernel decides which of them takes a connection."""
    end = time.monotonic() + DEADLINE
    enough = {pid: cpu_seconds(pid) + BUSY for pid in workers}
    while any(cpu_seconds(pid) < seconds for pid, seconds in enough.items()):
        if time.monotonic() > end:
            raise CountError(f"A worker of {server.service} took too few requests in {DEADLINE:.0f} s")
        with Client(server.port) as client:
            for operation in operations:
                client.operate(operation)


def size(venv: Path) -> int:
    """Bytes of what is installed there."""
    files = (path for path in venv.glob("lib/python*/site-packages/**/*") if path.is_file())
    return sum(path.stat().st_size for path in files if path.suffix != ".pyc")
