"""Start a process, and be sure that it ends."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

GRACE = 10.0  # seconds for a process to end when asked to

# What a process inherits. The rest of the caller's environment would change what is measured without a trace.
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ")


@contextmanager
def started(
    command: Sequence[str], log: Path, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a group of its own, which a Ctrl-C in the terminal does not reach: it ends when we say."""
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - a service's gunicorn, or k6
            command,
            cwd=cwd,
            env=inherited | dict(env or {}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    try:
        process.terminate()
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        pass
    finally:
        with suppress(ProcessLookupError):  # the whole group: also workers that outlived their master
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def tail(log: Path, lines: int = 10) -> str:
    last = log.read_text(errors="replace").strip().splitlines()[-lines:]
    return "\n".join(f"  {line}" for line in last) or "  (its log is empty)"
