"""A tree of its own for every test: the runner, two small services, and a k6 that does as it is told."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from harness.tests.fakes import add_service, fake, left_behind, lines
from loadtests.runner import plan
from loadtests.runner.plan import Plan

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

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
        return left_behind(self.root)


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
    for package in ("harness", "loadtests"):
        shutil.copytree(ROOT / package, root / package, ignore=ignored)
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
