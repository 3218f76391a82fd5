"""The commands of the tools, as a user first meets them."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
COMMANDS = ("loadtests", "conformance", "conformance.mutants", "torture")


@pytest.mark.parametrize("module", COMMANDS)
def test_both_words_for_help_are_known(module: str) -> None:
    command = [sys.executable, "-m", module, "-h"]
    asked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (asked.returncode, asked.stderr) == (0, "")
    assert "--help" in asked.stdout
