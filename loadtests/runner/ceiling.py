"""The generator's certificate: how many requests per second k6 makes of a server that does nothing."""

import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from harness import usage
from harness.k6 import K6Error
from harness.server import Server, free_port
from loadtests.runner import gates
from loadtests.runner.drive import driven

SERVER = Path(__file__).with_name("nothing.py")
SECONDS = 3
SCRIPTS = ("hello", "echo")  # k6 makes up and compares a body for each echo: of that it can do fewer


def measured(k6_binary: str) -> dict[str, float]:
    with TemporaryDirectory(prefix="ceiling-") as scratch, closing(server_in(Path(scratch))) as server:
        server.start()
        return {script: reached(server, k6_binary, script) for script in SCRIPTS}


def server_in(scratch: Path) -> Server:
    port, cores = free_port(), usage.split()
    command = [sys.executable, str(SERVER), str(port)]
    return Server("the server that does nothing", command, scratch, port=port, cores=cores and cores.service)


def reached(server: Server, k6_binary: str, script: str) -> float:
    outcome = driven(server, k6_binary, script, {"DURATION": f"{SECONDS}s"}).outcome
    if isinstance(outcome, str) or (wrong := gates.unanswered(outcome, None)):
        why = outcome if isinstance(outcome, str) else wrong
        raise K6Error(f"k6 cannot be measured against a server that does nothing: {why}")
    return round(outcome.requests / outcome.seconds, 1)


def share(ceilings: Mapping[str, float], scenario: str, requests_per_second: float) -> float:
    """Of the ceiling of the scenario: where it was not measured, of the highest."""
    return requests_per_second / ceilings.get(scenario, max(ceilings.values()))
