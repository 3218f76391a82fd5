"""A server under Valgrind: how many instructions and system calls it has executed so far.

Callgrind counts the instructions of a process in user space, thread by thread, and tells them when it is
asked, so that two readings around some requests give their cost. Neither a busy machine nor its clock speed
changes them. System calls are lines of Valgrind's log. The kernel's own work and waiting are not counted.
"""

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from operator import add
from pathlib import Path

from harness.process import INHERITED

TOOL = ("--tool=callgrind", "--trace-children=yes", "--trace-syscalls=yes", "--collect-jumps=no")
SYSCALL = re.compile(r"^SYSCALL\[\d+,\d+\]\(\s*\d+\) sys_(\w+)", re.MULTILINE)
# Under Valgrind alone these are system calls: elsewhere the kernel has a page for them in the program.
VDSO = {"clock_gettime", "gettimeofday", "time", "getcpu"}
SYNCS = {"fsync", "fdatasync", "sync_file_range", "msync"}
LEVEL = re.compile(r"^\s+(\S+) \(supported", re.MULTILINE)


class CountError(Exception):
    """Something cannot be counted: its text says what is missing, or what answered wrongly."""


@dataclass(frozen=True)
class Reading:
    instructions: float
    syscalls: float
    syncs: float

    def __sub__(self, other: "Reading") -> "Reading":
        return self + other.times(-1)

    def __add__(self, other: "Reading") -> "Reading":
        return Reading(*map(add, astuple(self), astuple(other)))

    def times(self, factor: float) -> "Reading":
        return Reading(*(figure * factor for figure in astuple(self)))


@dataclass(frozen=True)
class Instrument:
    """What a server is started under, and asked through. `scratch` takes the logs."""

    scratch: Path

    def prefix(self, *, counting: bool) -> list[str]:
        """What stands before the command: addresses as in every start, and counting at once or not yet."""
        at_start = "yes" if counting else "no"
        return [
            *("setarch", "-R", "valgrind", "-q", *TOOL, f"--instr-atstart={at_start}"),
            *(f"--vgdb-prefix={self.scratch}/vgdb", f"--log-file={self.scratch}/valgrind.%p"),
            f"--callgrind-out-file={self.scratch}/callgrind.%p",
        ]

    @property
    def environment(self) -> dict[str, str]:
        """The same on every machine: a process sees nothing of the caller's environment."""
        return {
            **dict.fromkeys(INHERITED, ""),
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.scratch),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "TMPDIR": str(self.scratch),
            "USER": "cost",
            "HOST": "127.0.0.1",
        }

    def start_counting(self, pid: int) -> None:
        self.ask(pid, "instrumentation", "on")

    def read(self, pid: int) -> Reading:
        status = self.ask(pid, "status", "internal")
        counts = re.findall(r"^events-\d+: (\d+)$", status, re.MULTILINE)
        if not counts:
            raise CountError(f"Callgrind tells no counts of process {pid}: {status.strip()[:200]}")
        log = (self.scratch / f"valgrind.{pid}").read_text(errors="replace")
        calls = [name for name in SYSCALL.findall(log) if name not in VDSO]
        return Reading(sum(map(int, counts)), len(calls), sum(name in SYNCS for name in calls))

    def ask(self, pid: int, *arguments: str) -> str:
        try:
            answer = subprocess.run(  # noqa: S603 - Valgrind's own client
                ["vgdb", f"--pid={pid}", f"--vgdb-prefix={self.scratch}/vgdb", *arguments],  # noqa: S607
                env=self.environment,
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise CountError(f"Valgrind did not answer for process {pid} within two minutes.") from None
        return answer.stdout


def ensure_available() -> None:
    if missing := [name for name in ("valgrind", "vgdb", "setarch") if shutil.which(name) is None]:
        raise CountError(f"Counting needs {' and '.join(missing)}: apt-get install valgrind (Linux only)")


def features() -> Mapping[str, str]:
    """What may change a count: Valgrind's version, and the processor that it shows to a program."""
    version = _output("valgrind", "--version")
    loader = "/lib64/ld-linux-x86-64.so.2"
    usage = _output("valgrind", "-q", "--tool=none", loader, "--help") if Path(loader).exists() else ""
    return {"valgrind": version.strip(), "processor": ", ".join(LEVEL.findall(usage)) or "unknown"}


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60).stdout  # noqa: S603
