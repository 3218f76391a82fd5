"""The command's answers to what a user may get wrong: one line, and an exit status."""

import pytest
from typer.testing import CliRunner

from conformance.__main__ import app


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nonsense"], "Unknown service: nonsense. There are: django_drf, "),
        (["flask_sqlite", "--url", "http://127.0.0.1:1"], "Either services or --url"),
        (["--random", "--seed", "1"], "Either --random or --seed"),
        (["--publish", "--short"], "--publish needs a full run"),
        (["--url", "127.0.0.1:8000"], "Not the URL of a server"),
        (["--url", "http://127.0.0.1:8000/items"], "Not the URL of a server"),
        (["--url", "http://127.0.0.1:port"], "No HTTP server answers at http://127.0.0.1:port"),
        (["--url", "http://127.0.0.1:1"], "No HTTP server answers at http://127.0.0.1:1"),
    ],
)
def test_bad_usage_is_told_in_one_line(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        result = CliRunner().invoke(app, words)
    assert result.exit_code == 2
    assert result.stderr.startswith(told)
    assert result.stderr.count("\n") == 1


def test_help_names_the_exit_statuses_and_what_happens_to_items() -> None:
    told = CliRunner().invoke(app, ["--help"]).stdout
    assert "Exit status" in told
    assert "created and deleted" in told
