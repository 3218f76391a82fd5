"""Machines that are none: two addresses of this one, at which an sshd has the k6 of the tools.

python -m loadtests.tests.machines COMMAND...

runs the command with them: LOAD_FROM has their URLs, LISTEN the address at which they reach this machine, and
SSH_CONFIG names the configuration with which ssh reaches them.

They share the processors of this machine, and their network is its memory: this shows that a load from
elsewhere works, and measures nothing.
"""

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from harness.process import started
from harness.server import free_port
from harness.tests.fakes import listens, until

PROGRAMS = Path(sys.executable).parent  # k6 is there
LISTEN, *FAR = "127.0.0.2", "127.0.0.3", "127.0.0.4"
SSHD = """
ListenAddress {0}
ListenAddress {1}
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
SetEnv PATH={folder}/programs:/usr/bin:/bin
"""
SSH = """
Host *
  IdentityFile {folder}/user
  IdentitiesOnly yes
  HostKeyAlias machine
  UserKnownHostsFile {folder}/known_hosts
"""


@dataclass(frozen=True)
class Lab:
    env: dict[str, str]
    sshd: int

    def processes(self, name: str) -> list[psutil.Process]:
        """Of what was started by ssh; none where one of them ends meanwhile."""
        with suppress(psutil.NoSuchProcess):
            children = psutil.Process(self.sshd).children(recursive=True)
            return [each for each in children if each.name() == name]
        return []


def able() -> bool:
    return all(map(shutil.which, ("sshd", "ssh", "ssh-keygen")))


@contextmanager
def lab(programs: Path = PROGRAMS) -> Iterator[Lab]:
    with TemporaryDirectory(prefix="machines-") as name:
        folder, port = Path(name), free_port(host=FAR[0])
        (folder / "programs").symlink_to(programs)
        for key in ("host", "user"):
            words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / key)]
            subprocess.run(words, check=True)
        (folder / "known_hosts").write_text(f"machine {(folder / 'host.pub').read_text()}")
        (folder / "ssh_config").write_text(SSH.format(folder=folder))
        (folder / "sshd_config").write_text(SSHD.format(*FAR, folder=folder))
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # root's sshd needs it, where no init makes it
        sshd = shutil.which("sshd") or "sshd"  # which has to be named by its whole path
        command = [sshd, "-D", "-e", "-p", str(port), "-f", str(folder / "sshd_config")]
        with started(command, folder / "log") as process:
            until(lambda: all(listens(port, host) for host in FAR), "sshd listens")
            user = pwd.getpwuid(os.geteuid()).pw_name
            urls = ",".join(f"ssh://{user}@{host}:{port}" for host in FAR)
            env = {"LOAD_FROM": urls, "LISTEN": LISTEN, "SSH_CONFIG": str(folder / "ssh_config")}
            yield Lab(env, process.pid)


if __name__ == "__main__":
    with lab() as ready:
        sys.exit(subprocess.run(sys.argv[1:], env=os.environ | ready.env, check=False).returncode)
