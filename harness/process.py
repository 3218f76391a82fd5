"""Start a process, and be sure that it ends."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil

GRACE = 10.0  # seconds for a process to end when asked to

# What a process inherits. The rest of the caller's environment would change what is measured without a trace.
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "SSL_CERT_FILE")


@contextmanager
def started(
    command: Sequence[str],
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    cores: Collection[int] | None = None,
    *,
    read: Path | None = None,
    write: Path | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a group of its own, which a Ctrl-C in the terminal does not reach: it ends when we say.

    The log takes all that it prints, or its errors alone where `write` takes its standard output. Its
    standard input is the file `read`, or nothing.
    """
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    with terminable(), ExitStack() as files:
        errors = files.enter_context(log.open("wb"))
        with on(cores):
            process = subprocess.Popen(  # noqa: S603 - a service's gunicorn, k6, or ssh
                command,
                cwd=cwd,
                env=inherited | dict(env or {}),
                stdin=files.enter_context(read.open("rb")) if read else subprocess.DEVNULL,
                stdout=files.enter_context(write.open("wb")) if write else errors,
                stderr=errors,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            stop(process)


@contextmanager
def on(cores: Collection[int] | None) -> Iterator[None]:
    """What is started in here runs on these cores: a process begins where its parent may run."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores or before)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def terminable() -> Iterator[None]:
    """In a program that leaves SIGTERM as it is, one would end it alone, and orphan what it started."""
    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


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


def lives(process: psutil.Process) -> bool:
    """What has ended and nobody has waited for is dead."""
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def tail(log: Path, lines: int = 10) -> str:
    last = log.read_text(errors="replace").strip().splitlines()[-lines:]
    return "\n".join(f"  {line}" for line in last) or "  (its log is empty)"
