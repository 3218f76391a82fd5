import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from torture.service import Effort, Result, ask, tortured, until

WRITES = 20
SYNCED = re.compile(r"^\d+ +(?:<\.\.\. )?f(?:data)?sync\b.*= 0\s*$")  # by the process of this number
CALLS = "fsync,fdatasync,recvfrom,read,sendto,sendmsg,write,writev"
# In the background: what is started, asked for its workers and stopped is the service all the same.
STRACE = ["strace", "--daemonize", "--follow-forks", "--string-limit=16", f"--trace={CALLS}"]


def synced(name: str, effort: Effort) -> Result:
    """The system calls of the workers, while they write.
    A commit is synced before its answer leaves; with SQLITE_SYNCHRONOUS=OFF none may be seen to be."""
    result = Result()
    if not traceable():
        result.figures["synced before the answer"] = "not tried: strace is missing, or may not trace"
        return result
    count = effort.of(WRITES, 3)
    for setting, expected in {"FULL": count, "OFF": 0}.items():
        before = sum(writes(name, setting, count))
        result.figures[f"synced before the answer, {setting}"] = f"{before} of {count}"
        result.expect(
            before == expected, f"{setting}: {before} of {count} commits were synced before the answer"
        )
    return result


def traceable() -> bool:
    """Whether there is an strace, and it may trace."""
    strace = shutil.which("strace")
    return strace is not None and subprocess.run([strace, "true"], capture_output=True).returncode == 0  # noqa: S603


def writes(name: str, setting: str, count: int) -> list[bool]:
    """Of so many, whether each was synced after the request came and before the answer left."""
    with TemporaryDirectory(prefix=f"torture-{name}-") as folder:
        log = Path(folder, "calls.txt")
        with tortured(name, [*STRACE, f"--output={log}"], SQLITE_SYNCHRONOUS=setting) as service:
            for number in range(count):
                ask(service, "POST", "/items", {"name": f"Lamp {number}", "price": 1})
            until(lambda: len(synced_before(log)) == count, "the answers are in the trace")
        return synced_before(log)


def synced_before(log: Path) -> list[bool]:
    """For each answer, whether a sync was done since the request."""
    syncs, synced = list[bool](), False
    for line in log.read_text(errors="replace").splitlines():
        if '"POST /items' in line:
            synced = False
        elif SYNCED.match(line):
            synced = True
        elif '"HTTP/1.1 201' in line:
            syncs.append(synced)
    return syncs
