"""wrk, a generator that costs less than k6: one thread sends one request again and again.

Of an answer it reads the status alone, so what else it holds is looked at once before. It adds to its
latencies those of the requests that a slow answer kept it from sending (coordinated omission); k6 does not.
"""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from harness.k6 import PERCENTS, Outcome
from harness.process import tail
from harness.service import LaunchError
from harness.wire import Client, NoAnswerError
from loadtests.measure.sample import Reason

SCRIPT = Path(__file__).parents[1] / "wrk" / "scenario.lua"
TIMEOUT = 60  # seconds for an answer, as k6 has it
SENT = {
    "hello": None,
    "echo": {
        "message": "Hello, World!",
        "number": 1,
        "list": [1, 2.5, True, None, "four"],
        "object": {"nested": {"deeper": "still here"}},
    },
}


class Summary(BaseModel):
    """What scenario.lua prints."""

    model_config = ConfigDict(extra="forbid", strict=True)

    requests: int
    seconds: float
    mean_ms: float
    quantiles_ms: Annotated[tuple[float, ...], Field(min_length=len(PERCENTS), max_length=len(PERCENTS))]
    errors: dict[str, int]


def binary() -> str | None:
    return shutil.which("wrk")


def version() -> str:
    """As `wrk -v` prints it, which exits with status 1."""
    if (program := binary()) is None:
        raise LaunchError("There is no wrk: apt-get install wrk")
    output = subprocess.run([program, "-v"], capture_output=True, text=True, check=False).stdout.split()  # noqa: S603 - wrk
    if output[:1] != ["wrk"]:
        raise LaunchError(f"{program} is not a wrk that works: `wrk -v` says {' '.join(output)!r}")
    return output[1]


def command(url: str, operation: str, users: int, seconds: float) -> list[str]:
    body = [] if SENT[operation] is None else ["--", json.dumps(SENT[operation])]
    load = [f"--connections={users}", f"--duration={seconds:g}s", f"--timeout={TIMEOUT}s", "--threads=1"]
    return [binary() or "wrk", *load, f"--script={SCRIPT}", f"{url}/{operation}", *body]


def wrong_answer(url: str, operation: str) -> Reason | None:
    sent = SENT[operation]
    try:
        with Client(url) as client:
            answer = client.send("GET" if sent is None else "POST", f"/{operation}", sent)
        right = answer.status == 200 and answer.json() == (sent or {"message": "Hello, World!"})
        text = f"/{operation} answers {answer.status} {answer.body[:80]!r}"
    except (NoAnswerError, ValueError) as error:
        right, text = False, str(error)
    return None if right else Reason(code="wrk", numbers={"says": text})


def read(log: Path, status: int) -> Outcome | str:
    """What was measured, or why nothing was."""
    line = tail(log, 1).strip()
    if status:
        return f"wrk ended with exit status {status}: {line}"
    try:
        summary = Summary.model_validate_json(line)
    except ValidationError as error:
        return f"wrk left no summary that can be read: {error.errors()[0]['msg']}"
    return Outcome(
        requests=summary.requests,
        seconds=summary.seconds,
        mean_ms=summary.mean_ms,
        max_ms=summary.quantiles_ms[-1],
        quantiles_ms=summary.quantiles_ms,
        failed={f"{kind} errors": count for kind, count in summary.errors.items() if count},
    )
