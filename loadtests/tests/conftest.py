"""A tree of its own for every test: the runner, two small services, and a k6 that does as it is told."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import psutil
import pytest

from loadtests.runner import plan
from loadtests.runner.plan import Plan

HERE = Path(__file__).parent

THREE = ("alpha", "beta", "gamma")
PLAN = """
about = "Small enough for a test."
rounds = 2
seed = 3
records = 3

[pauses]
after_start = 0
after_load = 0
after_warm_up = 0
between_scenarios = 0

[warm_up]
users = 1
seconds = 1
lists = 1

[scenarios]
hello = { users = 1, iterations = 5 }
create_item = { users = 1, iterations = 4 }
delete_item = { users = 1, iterations = 2 }
"""


@dataclass
class Tree:
    root: Path
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def k6(self) -> Path:
        return self.root / "k6"

    def tell_k6(self, **orders: str) -> None:
        """What to do wrong where: fail_check, exit, few, hang, unlawful, drop or lie (write nothing)."""
        (self.root / "orders.json").write_text(json.dumps(orders))

    def tell(self, service: str, word: str) -> None:
        (self.root / "services" / service / "order").write_text(word)

    def start(self, *words: str, **env: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "loadtests.runner", *words],
            cwd=self.root,
            env=os.environ | {"K6": str(self.k6)} | env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.running.append(process)
        return process

    def bench(self, *words: str, **env: str) -> tuple[int, str, str]:
        process = self.start(*words, **env)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err

    @property
    def calls(self) -> list[str]:
        return lines(self.root / "calls")

    @property
    def run(self) -> Path:
        [folder] = (self.root / "results").iterdir()
        return folder

    @property
    def samples(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in lines(self.run / "samples.jsonl")]

    @property
    def left_behind(self) -> list[int]:
        """The processes that the fakes noted, as far as they are still there."""
        noted = {int(pid) for path in self.root.rglob("pids") for pid in lines(path)}
        return sorted(pid for pid in noted if alive(pid))


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def until(true: Callable[[], object], what: str) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end, f"waited in vain until {what}"
        time.sleep(0.01)


def fake(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(f"#!{sys.executable}\n{source.read_text()}")
    target.chmod(0o755)


def add_service(root: Path, name: str) -> None:
    folder = root / name
    fake(HERE / "fake_gunicorn.py", folder / ".venv" / "bin" / "gunicorn")
    (folder / "gunicorn.conf.py").touch()
    (folder / "requirements.txt").touch()
    (folder / ".venv" / "installed").write_text(sha256(b"").hexdigest())


@pytest.fixture
def tiny() -> Plan:
    return plan.on(plan.parsed(PLAN, "tiny"), THREE)


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Tree]:
    with planted(tmp_path) as tree:
        yield tree


@contextmanager
def planted(root: Path) -> Iterator[Tree]:
    ignored = shutil.ignore_patterns("tests")  # but with what Python has compiled
    shutil.copytree(HERE.parent, root / "loadtests", ignore=ignored)
    plans = root / "loadtests" / "plans"
    (plans / "tiny.toml").write_text(PLAN.replace("rounds = 2", "rounds = 1"))
    (plans / "twice.toml").write_text(PLAN)
    for name in ("alpha", "beta"):
        add_service(root / "services", name)
    fake(HERE / "fake_k6.py", root / "k6")
    ceiling = root / "loadtests" / "runner" / "ceiling.py"
    ceiling.write_text(f"{ceiling.read_text()}\n\nmeasured = lambda _: {{'hello': 1000.0, 'echo': 100.0}}\n")
    commit = root / "loadtests" / "runner" / "commit.py"
    commit.write_text(f"{commit.read_text()}\n\nSECONDS = 0.01\n")
    tree = Tree(root)
    try:
        yield tree
    finally:
        for process in tree.running:
            process.kill()
            process.communicate()
        for pid in tree.left_behind:
            psutil.Process(pid).kill()
