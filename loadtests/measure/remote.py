"""k6 on other machines: a script goes there by ssh as an archive, and its summary comes back.

Nothing is installed there but k6, and nothing stays there. Clocks of two machines are never compared.
"""

import os
import shlex
import subprocess
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from math import nan
from pathlib import Path
from statistics import fmean

from harness import k6
from harness.k6 import PERCENTS, K6Error, Outcome
from harness.process import started, tail
from loadtests.measure import quantiles

LOST = 255  # the exit status of ssh where the connection cannot be made, or ends
DEADLINE = 60  # seconds for a machine to say which k6 it has
OPTIONS = ("BatchMode=yes", "ConnectTimeout=5", "ServerAliveInterval=5")
# Nothing of the machine's own: neither the k6 configuration of that user, nor the variables of that shell.
RUN = ("env", "XDG_CONFIG_HOME=/nonexistent", "k6", "run", *k6.ALONE, "--include-system-env-vars=false")


def ssh(host: str, command: Sequence[str]) -> list[str]:
    """SSH_CONFIG in the environment names another file than the user's own configuration."""
    config = os.environ.get("SSH_CONFIG")
    options = [argument for option in OPTIONS for argument in ("-o", option)]
    return ["ssh", *(["-F", config] if config else []), "-T", *options, host, shlex.join(command)]


def check(host: str, version: str) -> None:
    """Raises K6Error where it does not answer, or has no k6 of this version."""
    try:
        ran = subprocess.run(  # noqa: S603 - ssh
            ssh(host, ["k6", "version"]),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=DEADLINE,
        )
    except FileNotFoundError as error:
        raise K6Error("There is no ssh: apt-get install openssh-client") from error
    except subprocess.TimeoutExpired as error:
        raise K6Error(f"{host} does not say in {DEADLINE} s which k6 it has") from error
    output, line = ran.stdout.split(), ran.stderr.strip().rpartition("\n")[2]
    if ran.returncode == LOST:
        raise K6Error(f"{host} does not answer: {line}")
    if ran.returncode or output[:1] != ["k6"]:
        raise K6Error(f"{host} has no k6 that works: {line or 'it says nothing'}. Install k6 {version} there")
    if output[1] != version:
        raise K6Error(f"{host} has k6 {output[1]}, and this machine has {version}: install the same there")


@dataclass(frozen=True)
class Part:
    """Of a load that several machines share: what one of them does."""

    host: str
    segment: Sequence[str]  # its share, as options of k6
    output: Path
    log: Path

    def started(self, archive: Path) -> AbstractContextManager[subprocess.Popen[bytes]]:
        # Not --quiet: k6 prints its progress once a second, and so ends where nobody is left to read it.
        command = ssh(self.host, [*RUN, *self.segment, "--summary-export", "stdout", "-"])
        agent = {name: os.environ[name] for name in ("SSH_AUTH_SOCK", "KRB5CCNAME") if name in os.environ}
        return started(command, self.log, agent, read=archive, write=self.output)

    def outcome(self, status: int, scenario: str) -> Outcome | str:
        if status == LOST:
            return f"the connection to {self.host} was lost: {tail(self.log, 1).strip()}"
        read = k6.read(self.output, status, scenario, self.log)
        return f"{self.host}: {read}" if isinstance(read, str) else read


def parts(hosts: Sequence[str], folder: Path) -> list[Part]:
    """Equal ones: k6 knows the share by its ends, and by those of all."""
    number = len(hosts)
    ends = ["0", *(f"{end}/{number}" for end in range(1, number)), "1"]
    made = []
    for place, host in enumerate(hosts):
        share = ["--execution-segment", f"{ends[place]}:{ends[place + 1]}"]
        share += ["--execution-segment-sequence", ",".join(ends)]
        made.append(Part(host, share, folder / f"k6-{place}.out", folder / f"k6-{place}.log"))
    return made


def merged(outcomes: Sequence[Outcome | str]) -> Outcome | str:
    """The parts of a load as one: counts are added up, distributions are mixed by their counts.

    When it began, and where in its time each answer came, is of one clock, and so is left to the parts.
    """
    complete = [outcome for outcome in outcomes if isinstance(outcome, Outcome)]
    if len(complete) < len(outcomes):
        return next(outcome for outcome in outcomes if isinstance(outcome, str))
    busy = [outcome for outcome in complete if outcome.requests]
    if not busy:
        return replace(complete[0], began=nan, parts=tuple(complete))
    weights = [outcome.requests for outcome in busy]
    points = quantiles.distribution([(outcome.requests, outcome.quantiles_ms) for outcome in busy])
    return Outcome(
        requests=sum(weights),
        seconds=max(outcome.seconds for outcome in busy),
        mean_ms=fmean((outcome.mean_ms for outcome in busy), weights),
        max_ms=max(outcome.max_ms for outcome in busy),
        quantiles_ms=tuple(quantiles.at(points, percent) for percent in PERCENTS),
        halves_ms=(
            fmean((outcome.halves_ms[0] for outcome in busy), weights),
            fmean((outcome.halves_ms[1] for outcome in busy), weights),
        ),
        dropped=sum(outcome.dropped for outcome in complete),
        connect_ms=max(outcome.connect_ms for outcome in busy),
        passed=sum((Counter(outcome.passed) for outcome in complete), Counter()),
        failed=sum((Counter(outcome.failed) for outcome in complete), Counter()),
        parts=tuple(complete),
    )
