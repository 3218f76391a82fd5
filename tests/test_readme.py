"""The examples of the READMEs do what they say, and the files that they speak of are there."""

import re
import shlex
from pathlib import Path

import pytest

from harness.server import Server
from harness.service import SERVICES, services
from tests.commands import ROOT, run

READMES = [ROOT / "README.md", *sorted(ROOT.glob("services/*/README.md"))]
EXAMPLE = re.compile(r"^curl .*(?:\\\n.*)*", re.MULTILINE)
FILE = re.compile(r"`([\w./-]+(?:\.(?:py|sql|ini|toml)|/))`")


@pytest.mark.parametrize("server", services(), indirect=True)
def test_the_examples_of_a_readme_succeed(server: Server) -> None:
    """Those of the repository's are tried with the service that it begins with."""
    folders = [ROOT] if server.service == "flask_sqlite" else []
    for folder in [*folders, SERVICES / server.service]:
        examples = EXAMPLE.findall((folder / "README.md").read_text())
        assert examples
        for example in examples:
            assert "http://127.0.0.1:8000" in example
            run(*shlex.split(example.replace("http://127.0.0.1:8000", server.url)), "--fail")


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.parent.name)
def test_the_files_in_the_tables_of_a_readme_exist(readme: Path) -> None:
    rows = [line for line in readme.read_text().splitlines() if line.startswith("| `")]
    for name in FILE.findall("\n".join(rows)):
        assert (readme.parent / name).exists(), name
