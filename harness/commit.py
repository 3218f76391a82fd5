"""Services as they were at a commit: their folders out of git."""

import shutil
import subprocess
from pathlib import Path

from harness.service import ROOT, LaunchError

SHORT = 7  # digits of a hash, in names


def full(commit: str) -> str:
    found = git("rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}")
    if found is None or commit.startswith("-"):
        raise LaunchError(f"Unknown commit: {commit}")
    return found.decode().strip()


def git(*words: str) -> bytes | None:
    """What it says; None where there is no such thing."""
    if (program := shutil.which("git")) is None:
        raise LaunchError("There is no git, which knows the earlier versions: install it")
    ran = subprocess.run([program, *words], cwd=ROOT, capture_output=True, check=False)  # noqa: S603 - our own words
    if b"not a git repository" in ran.stderr:
        raise LaunchError("There are no earlier versions: the services are in no git repository")
    return None if ran.returncode else ran.stdout


def unpack(commit: str, service: str, target: Path) -> None:
    """The service's folder, to where it is in the working tree."""
    if git("cat-file", "-e", f"{commit}:./services/{service}/gunicorn.conf.py") is None:
        raise LaunchError(f"There is no {service} in the commit {commit[:SHORT]}")
    packed = git("archive", "--format=tar", commit, f"services/{service}") or b""
    # Python's own tarfile has filters from 3.11.4 on; Debian 12 has 3.11.2.
    target.mkdir(parents=True, exist_ok=True)
    subprocess.run(["tar", "--extract", "--directory", str(target)], input=packed, check=True)  # noqa: S603, S607 - git's own archive
