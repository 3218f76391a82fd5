"""The examples of the READMEs do what they say, and the files that they speak of are there."""

import re
import shlex
from pathlib import Path

import pytest

from harness.server import launched
from harness.service import installed, services
from tests.commands import ROOT, run

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
                    assert "http://127.0.0.1:8000" in example
                    run(*shlex.split(example.replace("http://127.0.0.1:8000", server.url)), "--fail")


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.parent.name)
def test_the_files_in_the_tables_of_a_readme_exist(readme: Path) -> None:
    rows = [line for line in readme.read_text().splitlines() if line.startswith("| `")]
    for name in FILE.findall("\n".join(rows)):
        assert (readme.parent / name).exists(), name
