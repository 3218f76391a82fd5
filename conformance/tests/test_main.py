"""The command's answers to what a user may get wrong: one line, and an exit status."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from conformance.__main__ import HELP, app


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nonsense"], "Unknown service: nonsense. There are: django_drf, "),
        (["flask_orm", "django_drf", "--url", "http://127.0.0.1:1"], "The server at a URL is judged as one"),
        (["--publish", "--short"], "--publish needs a full run"),
        (["--publish", "--only", "hello"], "--publish needs a full run"),
        (["--publish", "--database", "postgresql"], "--publish needs a full run"),
        (["--database", "mysql://127.0.0.1"], "A database is sqlite, postgresql, or the URL of a server"),
        (["--database", "sqlite:///items.db"], "A database is sqlite, postgresql, or the URL of a server"),
        (["flask_sqlite", "--database", "postgresql"], "Unknown service on postgresql: flask_sqlite."),
        (["--url", "http://127.0.0.1:1", "--database", "postgresql"], "The server at a URL has its database"),
        (["--url", "http://127.0.0.1:1", "--only", "hallo"], "No case has hallo in its name"),
        (["--url", "127.0.0.1:8000"], "Not the URL of a server"),
        (["--url", "http://[::1:8000"], "Not the URL of a server"),
        (["--url", "http://127.0.0.1:8000/items?x"], "Not the URL of a server"),
        (["--header", "Authorization: x"], "A header is of a server at a URL"),
        (["--url", "http://127.0.0.1:1", "--header", "x"], "A header is of a server at a URL"),
        (["--allow", "no-stoer=why"], "Unknown rule: no-stoer. Did you mean no-store"),
        (["--allow", "no-store"], "A deviation has a reason"),
        (["--url", "http://127.0.0.1:port"], "No HTTP server answers at http://127.0.0.1:port"),
        (["--url", "http://127.0.0.1:1"], "No HTTP server answers at http://127.0.0.1:1"),
    ],
)
def test_bad_usage_is_told_in_one_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith(message)
    assert result.stderr.count("\n") == 1


EXAMPLES = re.findall(r"^  just conform (.*?)(?:  .*)?$", HELP, re.MULTILINE)


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_of_the_help_are_valid(
    example: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("at_url", "of_services"):
        monkeypatch.setattr(f"conformance.__main__.{name}", lambda *_, **__: (_ for _ in ()))
    result = CliRunner().invoke(app, [*shlex.split(example), "--report", str(tmp_path)])
    assert result.exit_code == 0, result.output
