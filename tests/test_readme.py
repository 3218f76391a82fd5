"""The examples of the READMEs do what they say, and the files that they speak of are there."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from harness.server import launched
from harness.service import installed, services

ROOT = Path(__file__).parents[1]
READMES = [path for path in [ROOT / "README.md", *sorted(ROOT.glob("services/*/README.md"))] if path.exists()]
EXAMPLE = re.compile(r"^curl .*(?:\\\n.*)*", re.MULTILINE)
FILE = re.compile(r"`([\w./-]+(?:\.(?:py|sql|ini|toml)|/))`")


def examples(readme: Path) -> list[str]:
    return EXAMPLE.findall(readme.read_text())


@pytest.mark.parametrize("service", services())
def test_the_examples_of_a_readme_succeed(service: str) -> None:
    """Those of the repository's are tried with the service that it begins with."""
    installed(service)
    with launched(service) as server:
        for readme in READMES:
            if readme.parent.name == service or (readme.parent == ROOT and service == "flask_sqlite"):
                assert examples(readme)
                for example in examples(readme):
                    succeed(example, server.url)


def succeed(example: str, url: str) -> None:
    assert "http://127.0.0.1:8000" in example
    command = shlex.split(example.replace("http://127.0.0.1:8000", url))
    ran = subprocess.run([*command, "--fail"], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, f"{example}\n{ran.stdout}{ran.stderr}"


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.parent.name)
def test_the_files_in_the_tables_of_a_readme_exist(readme: Path) -> None:
    rows = [line for line in readme.read_text().splitlines() if line.startswith("| `")]
    for name in FILE.findall("\n".join(rows)):
        assert (readme.parent / name).exists(), name
