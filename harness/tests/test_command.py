"""What all commands have in common. (Ctrl-C and unknown names: loadtests/tests/test_main.py.)"""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from harness.command import instead

ROOT = Path(__file__).parents[2]

PROGRAM = """
import sys, time
from harness.command import Command, fail, interruptible

app = Command("just try")

@app.function("Try it.")
def main(name: str) -> None:
    if name == "fail":
        fail("It is [bold] wrong.\\n", 3)
    with interruptible(lambda: "Nothing is left."):
        print("waiting", flush=True)
        time.sleep(60)

app.run()
"""


def test_a_failure_is_said_as_it_is() -> None:
    command = [sys.executable, "-c", PROGRAM, "fail"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (3, "", "It is [bold] wrong.\n")


@pytest.mark.parametrize(
    ("name", "real", "hint"),
    [
        ("flask_sql", ["flask_sqlite", "flask_orm", "django_drf"], "Did you mean flask_sqlite or flask_orm?"),
        ("sing", [], "There are: none"),
        ("x", [str(n) for n in range(20)], "There are: 0, 1, 2, 3, 4, 5, 6, 7, ..."),
    ],
)
def test_a_name_that_is_unknown_is_met_with_a_few_that_are_not(name: str, real: list[str], hint: str) -> None:
    assert instead(name, real) == hint


def test_a_command_that_is_to_end_says_what_is_left() -> None:
    command = [sys.executable, "-c", PROGRAM, "wait"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        process.terminate()
        _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (128 + signal.SIGTERM, "Interrupted. Nothing is left.\n")
