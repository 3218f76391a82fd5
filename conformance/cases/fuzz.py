"""Random requests, each answer held against the reference: our own sequences, and those of Schemathesis."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from conformance.case import Complaint, Level, Subject, case
from conformance.contract import CONTRACT
from conformance.reference.oracle import STATUSES, left_as_it_was
from harness.wire import EVERYWHERE

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "conformance" / "schemathesis.toml"
EXAMPLES, SHORT_EXAMPLES = 100, 12  # of each operation
DEADLINE = 600.0  # seconds for one run
OF_ITEMS = (
    "list-order",
    "create-no-reuse",
    "create-location",
    "create-stored",
    "replace-members",
    "get-stored",
    "delete-gone",
)
OF_ANSWERS = ("declared", "error-never-5xx", "errors-places", "method-allow", "echo-unchanged")
RULES = (*OF_ANSWERS, *STATUSES.values(), *OF_ITEMS)


@case("random sequences of requests", *RULES, level=Level.FUZZ)
def sequences(subject: Subject) -> Iterator[Complaint]:
    from conformance.hostile import difference  # Hypothesis takes long to import

    yield from difference(subject.url, short=subject.short, seed=subject.seed)


@case("random requests by Schemathesis", *RULES, level=Level.FUZZ)
def schemathesis(subject: Subject) -> Iterator[Complaint]:
    yield from run(subject.url, short=subject.short, seed=subject.seed)


def run(url: str, *, short: bool, seed: int) -> Iterator[Complaint]:
    with TemporaryDirectory() as scratch:
        summary, complaints = Path(scratch, "summary"), Path(scratch, "complaints")
        command = [sys.executable, "-m", "schemathesis.cli", f"--config-file={CONFIG}", "run", str(CONTRACT)]
        command += [f"--url={url}", f"--seed={seed}", "--report=json", f"--report-json-path={summary}"]
        command += [f"--max-examples={SHORT_EXAMPLES if short else EXAMPLES}"]
        unproxied = {name: text for name, text in os.environ.items() if not name.lower().endswith("_proxy")}
        hooks = {"SCHEMATHESIS_HOOKS": "conformance.hooks", "COMPLAINTS": str(complaints)}
        hooks |= {"EVERYWHERE": json.dumps([EVERYWHERE.path, EVERYWHERE.headers])}
        if "SSL_CERT_FILE" in os.environ:  # by its name in requests
            hooks["REQUESTS_CA_BUNDLE"] = os.environ["SSL_CERT_FILE"]
        command += [f"--header={header}" for header in EVERYWHERE.headers]
        with left_as_it_was(url):
            completed = subprocess.run(  # noqa: S603 - Schemathesis, and our own paths
                command,
                cwd=scratch,  # where it keeps what it learns
                env={**unproxied, "PYTHONPATH": str(ROOT), **hooks},
                capture_output=True,
                text=True,
                timeout=DEADLINE,
                check=False,
            )
        if not summary.exists() or not complaints.exists():
            raise RuntimeError(f"no report: {completed.stdout[-3000:]}{completed.stderr[-3000:]}")
        if reasons := list(unsound(json.loads(summary.read_text()))):
            raise RuntimeError("\n".join(reasons))
        for line in complaints.read_text().splitlines():
            yield from (Complaint(text, tuple(rules)) for text, rules in json.loads(line))


def unsound(summary: dict[str, Any]) -> Iterator[str]:
    """Why a run does not count, if it does not."""
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
