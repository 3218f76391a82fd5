"""All judges of one service, at a URL.

judge("http://127.0.0.1:8000", short=True)                          # every test_*.py that takes a --url
judge("http://127.0.0.1:8000", modules=["test_cases.py"])           # the raw cases alone
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from conformance.outcome import Outcome

FOLDER = Path(__file__).parent
SEED = 20_210  # of every run that does not ask for another
DEADLINE = 900.0  # seconds for one service: a service that hangs must not hang its judges
DONE = (0, 1)  # pytest: all passed, some failed; anything else means that not everything was judged


class JudgeError(Exception):
    """A judgement that could not be made, which is not a service that fails it."""


def judge(
    url: str,
    *,
    short: bool = False,
    seed: int = SEED,
    modules: Sequence[str] = ("test_*.py",),
    service: str | None = None,
    beside: Mapping[str, str] | None = None,
) -> list[Outcome]:
    """One outcome for each rule of each case. The service at the URL gets items created and deleted.

    Its name, where it is one of services/, adds the tests that start it themselves to hold its database.
    Services beside it are compared with it, and all items of all of them get deleted.
    """
    tests = sorted({str(path) for module in modules for path in FOLDER.glob(module)})
    with TemporaryDirectory() as scratch:
        written = Path(scratch, "outcomes.json")
        options = [f"--url={url}", f"--seed={seed}", f"--outcomes={written}", *(["--short"] if short else [])]
        options += [f"--service={service}"] if service else []
        options += [f"--beside={name}={other}" for name, other in (beside or {}).items()]
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:schemathesis",
            "--tb=short",
            *options,
            *tests,
        ]
        try:
            run = subprocess.run(  # noqa: S603 - pytest, and our own paths
                command, cwd=FOLDER.parent, capture_output=True, text=True, timeout=DEADLINE, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise JudgeError(f"{url}: no judgement within {DEADLINE:.0f} s") from error
        if run.returncode not in DONE or not written.exists():
            raise JudgeError(f"{url}: pytest ended with status {run.returncode}\n{run.stdout}{run.stderr}")
        return [Outcome(**line) for line in json.loads(written.read_text())]
