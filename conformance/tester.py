"""One run of Schemathesis, read from its reports: which check was made how often, and what each found."""

import base64
import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from conformance.contract import CONTRACT
from harness.wire import Request, exchange

ROOT = Path(__file__).parents[1]
CONFIG = Path(__file__).with_name("schemathesis.toml")
EXAMPLES, SHORT_EXAMPLES = 100, 12  # of each operation
DEADLINE = 600.0  # seconds for one run
JSON = dict[str, Any]


@dataclass
class Run:
    made: Counter[str] = field(default_factory=Counter)
    failures: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    unsound: list[str] = field(default_factory=list)  # why the run does not count, if it does not


def run(url: str, *, oracle: bool, short: bool, seed: int) -> Run:
    before = ids(url)
    with TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "schemathesis.cli", f"--config-file={CONFIG}", "run", str(CONTRACT)]
        command += [
            f"--url={url}",
            f"--seed={seed}",
            f"--max-examples={SHORT_EXAMPLES if short else EXAMPLES}",
        ]
        command += [
            "--report=json,ndjson",
            f"--report-json-path={scratch}/run",
            f"--report-ndjson-path={scratch}/events",
        ]
        hooks = {"SCHEMATHESIS_HOOKS": "conformance.oracle"} if oracle else {}
        done = subprocess.run(  # noqa: S603 - Schemathesis, and our own paths
            command,
            cwd=scratch,  # where it keeps what it learns
            env={**os.environ, "PYTHONPATH": str(ROOT), **hooks},
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
        clear(url, before)
        try:
            return read(json.loads(Path(scratch, "run").read_text()), Path(scratch, "events").read_text())
        except (OSError, ValueError) as error:
            return Run(unsound=[f"no report: {error!r}", done.stdout[-3000:], done.stderr[-3000:]])


def ids(url: str) -> set[int]:
    listed = exchange(url, Request("GET", "/items"))
    return {item["id"] for item in listed.json()} if listed and listed.status == 200 else set()


def clear(url: str, before: set[int]) -> None:
    """Delete what the run left behind, so that the next one starts where this one did."""
    for item_id in ids(url) - before:
        exchange(url, Request("DELETE", f"/items/{item_id}"))


def read(summary: JSON, events: str) -> Run:
    found = Run(unsound=list(unsound(summary)))
    for line in events.splitlines():
        event = json.loads(line)
        if scenario := event.get("ScenarioFinished"):
            _read_scenario(scenario["recorder"], found)
        for failure in event.get("EngineFinished", {}).get(
            "failures", []
        ):  # of checks that look at the whole run
            found.failures[failure["title"].split("`")[1]].append(failure["message"])
    return found


def unsound(summary: JSON) -> Iterator[str]:
    if not summary["complete"]:
        yield f"the run stopped: {summary['stop_reason']}"
    operations = summary["operations"]
    if operations["tested"] < operations["total"]:
        yield f"only {operations['tested']} of {operations['total']} operations were tested"
    yield from (f"error: {error}" for error in summary["errors"])
    yield from (f"warning: {name}: {labels}" for name, labels in summary["warnings"].items() if labels)
    for name, phase in summary["phases"].items():
        if phase["status"] not in ("success", "failure"):
            yield f"the phase {name} came to {phase['status']}: {phase['skip_reason']}"


def _read_scenario(recorder: JSON, found: Run) -> None:
    for case, checks in recorder.get("checks", {}).items():
        for check in checks:
            found.made[check["name"]] += 1
            if check["status"] != "success":
                failure = check.get("failure_info", {}).get("failure", {})
                asked = recorder["interactions"].get(case, {}).get("request", {})
                found.failures[check["name"]].append(f"{failure.get('message')}\n{_shown(asked)}")


def _shown(request: JSON) -> str:
    body = base64.b64decode((request.get("body") or {}).get("$base64", ""))
    return f"{request.get('method')} {request.get('uri')} {body[:500]!r}"
