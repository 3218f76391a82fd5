"""Services and programs that do as a test tells them."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import create_connection, socket
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread

import psutil
import pytest

from harness.process import lives
from harness.service import stamped

HERE = Path(__file__).parent

DECLARED = """
[project]
name = "fake"
version = "2.0.0"

[tool.service]
framework = "none"
access = "sqlite3"
databases = ["sqlite"]
interface = "wsgi"
application = "app.main:app"
"""
# It notes its arguments in `calls` and its input in `told`, makes an empty folder for an environment, and
# resolves whatever it is asked for to the text of `answer`. While there is a file `refuses`, it fails.
UV = """#!/bin/sh
cd "{folder}" && echo "$@" >> calls && [ ! -e refuses ] || exit 2
case "$1 $2" in
venv*) for last; do :; done; exec mkdir -p "$last" ;;
"pip sync") exit ;;
esac
cat > told
[ "$2" = compile ] || exit 0
while [ "$1" != --output-file ]; do shift; done
cp "$2" preferred
cp answer "$2" && exit
echo "error: No solution found when resolving dependencies
  cause: Because flask==99 depends on werkzeug>=99
      and you require werkzeug==1, nothing goes together." >&2
exit 1
"""


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def alive(pid: int) -> bool:
    with suppress(psutil.NoSuchProcess):
        return lives(psutil.Process(pid))
    return False


def left_behind(root: Path) -> list[int]:
    """The processes that the fakes in a folder noted, as far as they are still there."""
    noted = {int(pid) for path in root.rglob("pids") for pid in lines(path)}
    return sorted(pid for pid in noted if alive(pid))


def until(true: Callable[[], object], event: str, deadline: float = 30) -> None:
    end = time.monotonic() + deadline
    while not true():
        assert time.monotonic() < end, f"waited in vain until {event}"
        time.sleep(0.01)


def listens(port: int, host: str = "127.0.0.1") -> bool:
    with suppress(OSError):
        create_connection((host, port), timeout=1).close()
        return True
    return False


def program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def fake(source: Path, target: Path) -> None:
    program(target, f"#!{sys.executable}\n{source.read_text()}")


def fake_uv(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(folder / "bin" / "uv", UV.format(folder=folder))
    monkeypatch.setenv("PATH", f"{folder}/bin:/usr/bin:/bin")


def add_service(root: Path, name: str) -> None:
    folder = root / name
    fake(HERE / "fake_gunicorn.py", folder / ".venv" / "bin" / "gunicorn")
    (folder / "gunicorn.conf.py").touch()
    (folder / "requirements.txt").touch()
    (folder / "pyproject.toml").write_text(DECLARED)
    (folder / ".venv" / "installed").write_text(stamped(folder / "requirements.txt"))


@contextmanager
def listening(answer: Callable[[socket], None]) -> Iterator[str]:
    """The URL of a server that does this with each of its connections."""

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                answer(self.request)

    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
