"""What holds between the services, which share no code: the same versions, and copies that are copies."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.environment import locked
from harness.service import SERVICES, services
from tests.commands import ROOT, run

# A name says what a thing is: `row`, `interval`, `variant`, `answer`. These could be anything.
EMPTY_NAMES = {"found", "one", "each", "shown", "wanted", "told", "said", "words", "matters"}
EMPTY_NAMES |= {"base", "utils", "manager"}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_a_dependency_of_several_services_has_one_version(name: str) -> None:
    versions: dict[str, set[str]] = {}
    for service in services():
        for package, version in locked(SERVICES / service / name).items():
            versions.setdefault(package, set()).add(version)
    assert not {package: pins for package, pins in versions.items() if len(pins) > 1}


@pytest.mark.parametrize("service", services())
def test_what_is_installed_to_test_a_service_is_what_it_runs_with(service: str) -> None:
    dev = locked(SERVICES / service / "requirements-dev.txt")
    assert locked(SERVICES / service / "requirements.txt").items() <= dev.items()


def test_no_requirements_name_an_index_and_no_lock_file_is_committed() -> None:
    locks = {"uv.lock", "poetry.lock", "package-lock.json", "yarn.lock", "pnpm-lock.yaml", "Pipfile.lock"}
    for path in map(Path, run("git", "ls-files").splitlines()):
        assert path.name not in locks, path
        if path.name.startswith("requirements"):
            assert "://" not in (ROOT / path).read_text(), path


def names_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Each place where a variable, a parameter, a function or a class gets its name, with its line."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                yield node.lineno, name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield node.lineno, name


def test_a_name_says_what_it_is_of() -> None:
    assert [
        f"{path}:{line}: {name}"
        for path in run("git", "ls-files", "*.py").splitlines()
        for line, name in names_in(ast.parse((ROOT / path).read_text()))
        if name in EMPTY_NAMES
    ] == []


def test_an_empty_name_is_seen_wherever_it_is_given() -> None:
    loop = "def told(one):\n    for each in one:\n        with each as found: pass\n"
    names = [name for _, name in names_in(ast.parse(f"{loop}class base:\n    said: int = 1\n"))]
    assert sorted(names) == ["base", "each", "found", "one", "said", "told"]
