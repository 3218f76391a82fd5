"""The commands of the tools, as a user first meets them."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
COMMANDS = ("loadtests", "conformance", "conformance.mutants", "torture")


@pytest.mark.parametrize("module", COMMANDS)
def test_both_words_for_help_say_the_same(module: str) -> None:
    short, long = (
        subprocess.run(
            [sys.executable, "-m", module, word], cwd=ROOT, capture_output=True, text=True, check=False
        )
        for word in ("-h", "--help")
    )
    assert (short.returncode, short.stderr) == (0, "")
    assert short.stdout == long.stdout != ""
