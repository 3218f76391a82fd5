import re
import shutil
import subprocess
from itertools import islice
from pathlib import Path

from harness.server import Server
from harness.wire import Client
from torture.service import Effort, Result, tortured, until

WRITES = 20
CALL = re.compile(r"^\d+ +[\d.]+ (?:<\.\.\. )?(\w+)")


def synced(name: str, effort: Effort) -> Result:
    """The system calls of the workers, while they write.
    A commit is synced before its answer leaves; with SQLITE_SYNCHRONOUS=OFF none may be seen to be."""
    result = Result()
    if shutil.which("strace") is None:
        result.figures["synced before the answer"] = "not tried: strace is missing"
        return result
    count = effort.of(WRITES, 3)
    for setting, expected in {"FULL": count, "OFF": 0}.items():
        with tortured(name, SQLITE_SYNCHRONOUS=setting) as service:
            before = writes(service, count)
        if before is None:
            result.figures["synced before the answer"] = "not tried: strace may not attach"
            return result
        result.figures[f"synced before the answer, {setting}"] = f"{before} of {count}"
        result.expect(
            before == expected, f"{setting}: {before} of {count} commits were synced before the answer"
        )
    return result


def writes(service: Server, count: int) -> int | None:
    """How many of so many writes were synced after the request came and before the answer left.
    None where strace may not attach to a process that it did not start."""
    with Client(service.url) as client:
        client.send("POST", "/items", {"name": "Lamp", "price": 1})
        log, pids = service.scratch / "calls.txt", [f"-p{pid}" for pid in service.workers()]
        calls = "trace=fsync,fdatasync,recvfrom,read,sendto,sendmsg,write,writev"
        with subprocess.Popen(  # noqa: S603 - strace, on the service's own workers
            ["strace", "-f", "-ttt", "-s", "16", "-o", str(log), "-e", calls, *pids],  # noqa: S607
            stderr=subprocess.PIPE,
        ) as tracer:
            try:
                assert tracer.stderr is not None  # noqa: S101 - it is a pipe
                attempts = islice((line for line in tracer.stderr if b"attach" in line), len(pids))
                if sum(b"attached" in line for line in attempts) < len(pids):
                    return None
                for number in range(count):
                    client.send("POST", "/items", {"name": f"Lamp {number}", "price": 1})
                until(lambda: answers(log) >= count, "the answers are in the trace")
            finally:
                tracer.terminate()
    return sum(synced_before(log))


def answers(log: Path) -> int:
    return log.read_text(errors="replace").count('"HTTP/1.1 201')


def synced_before(log: Path) -> list[bool]:
    """For each answer, whether a sync was done since the one before."""
    syncs, synced = list[bool](), False
    for line in log.read_text(errors="replace").splitlines():
        call = CALL.match(line)
        if call and call.group(1) in ("fsync", "fdatasync") and line.rstrip().endswith("= 0"):
            synced = True
        elif '"HTTP/1.1 201' in line:
            syncs.append(synced)
            synced = False
    return syncs
