"""Machines that are none: network namespaces of this one, each with an sshd and the k6 of the tools.

python -m loadtests.tests.namespaces COMMAND...

runs the command with two of them: LOAD_FROM has their URLs, LISTEN the address at which they reach this
machine, and SSH_CONFIG names the configuration with which ssh reaches them. It needs root.

They share the processors of this machine, and their network is its memory: this shows that a load from
elsewhere works, and measures nothing.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from harness.process import started, tail
from harness.tests.fakes import listens, until

PROGRAMS = Path(sys.executable).parent  # k6 is there
SSHD = """
ListenAddress {far}
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
  UserKnownHostsFile {folder}/known_hosts
"""


@dataclass(frozen=True)
class Namespace:
    name: str
    near: str  # the address of this machine
    far: str

    @property
    def url(self) -> str:
        return f"ssh://root@{self.far}"

    def processes(self, name: str) -> list[psutil.Process]:
        processes = []
        for pid in output("ip", "netns", "pids", self.name).split():
            with suppress(psutil.NoSuchProcess):
                process = psutil.Process(int(pid))
                processes += [process] if process.name() == name else []
        return processes


@dataclass(frozen=True)
class Lab:
    namespaces: Sequence[Namespace]
    folder: Path

    @property
    def env(self) -> dict[str, str]:
        urls = ",".join(namespace.url for namespace in self.namespaces)
        listen, config = self.namespaces[0].near, str(self.folder / "ssh_config")
        return {"LOAD_FROM": urls, "LISTEN": listen, "SSH_CONFIG": config}


def able() -> bool:
    programs = all(map(shutil.which, ("ip", "unshare", "sshd", "ssh", "ssh-keygen")))
    return programs and subprocess.run(["unshare", "--net", "true"], check=False).returncode == 0


def output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@contextmanager
def lab(programs: Path = PROGRAMS) -> Iterator[Lab]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="namespaces-")))
        (folder / "programs").symlink_to(programs)
        for name in ("host", "user"):
            output("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name))
        namespaces = [stack.enter_context(namespace(folder, place)) for place in range(2)]
        key = (folder / "host.pub").read_text()
        (folder / "known_hosts").write_text("".join(f"{namespace.far} {key}" for namespace in namespaces))
        (folder / "ssh_config").write_text(SSH.format(folder=folder))
        yield Lab(namespaces, folder)


@contextmanager
def namespace(folder: Path, place: int) -> Iterator[Namespace]:
    name, subnet = f"load-{os.getpid()}-{place}", f"198.19.{os.getpid() % 256}"  # of the block for such tests
    made = Namespace(name, f"{subnet}.{4 * place + 1}", f"{subnet}.{4 * place + 2}")
    output("ip", "netns", "add", name)
    try:
        output("ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name)
        output("ip", "address", "add", f"{made.near}/30", "dev", name)
        output("ip", "link", "set", name, "up")
        output("ip", "-n", name, "address", "add", f"{made.far}/30", "dev", "eth0")
        output("ip", "-n", name, "link", "set", "eth0", "up")
        output("ip", "-n", name, "link", "set", "lo", "up")
        output("ip", "-n", name, "route", "add", "default", "via", made.near)
        with listening(folder, made):
            yield made
    finally:
        for pid in output("ip", "netns", "pids", name).split():
            with suppress(psutil.NoSuchProcess):
                psutil.Process(int(pid)).kill()
        output("ip", "netns", "delete", name)


@contextmanager
def listening(folder: Path, namespace: Namespace) -> Iterator[None]:
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd's own, where no init makes it
    config, log = folder / f"{namespace.name}.conf", folder / f"{namespace.name}.log"
    config.write_text(SSHD.format(far=namespace.far, folder=folder))
    sshd = shutil.which("sshd") or "sshd"  # which has to be named by its whole path
    command = ["ip", "netns", "exec", namespace.name, sshd, "-D", "-e", "-f", str(config)]
    with started(command, log) as process:

        def answers() -> bool:
            assert process.poll() is None, f"sshd has ended in {namespace.name}:\n{tail(log)}"
            return listens(22, namespace.far)

        until(answers, "sshd listens")
        yield


if __name__ == "__main__":
    with lab() as ready:
        sys.exit(subprocess.run(sys.argv[1:], env=os.environ | ready.env, check=False).returncode)
