"""Each of examples/ is started as its README says, and keeps every MUST of the contract."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from harness.server import Server, free_port
from harness.service import installed
from harness.wire import Client

EXAMPLES = Path(__file__).parents[1] / "examples"
NODE = pytest.param(
    "node", marks=pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")
)
LONGEST = 250  # lines of a server


def command(example: str, port: int) -> list[str]:
    if example == "node":
        return ["node", "server.js"]
    return [f"{installed(example, root=EXAMPLES)}/bin/uvicorn", "server:app", "--port", str(port)]


@pytest.fixture
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    port = free_port()
    env = {"PORT": str(port), "FILE": f"{tmp_path}/items.jsonl", "DATABASE": f"{tmp_path}/items.db"}
    cwd = EXAMPLES / request.param
    with closing(
        Server(request.param, command(request.param, port), tmp_path, env, port=port, cwd=cwd)
    ) as server:
        server.start()
        yield server


@pytest.mark.parametrize("server", [NODE, "starlette"], indirect=True)
def test_an_example_keeps_the_contract(server: Server, tmp_path: Path) -> None:
    words = ["--url", server.url, "--short", "--report", str(tmp_path / "report")]
    ran = subprocess.run(
        [sys.executable, "-m", "conformance", *words],
        cwd=EXAMPLES.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "under concurrency: pass · fuzz: pass" in ran.stdout


@pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")
def test_the_file_of_node_outlives_its_process_and_half_a_line(tmp_path: Path) -> None:
    file = tmp_path / "items.jsonl"
    file.write_text(
        '{"id":3,"name":"Lamp","description":null,"price":1,"quantity":0}\n{"deleted":7}\n{"id":8,"na'
    )
    env = {"PORT": str(free_port()), "FILE": str(file)}
    with closing(
        Server("node", ["node", "server.js"], tmp_path, env, port=int(env["PORT"]), cwd=EXAMPLES / "node")
    ) as server:
        server.start()
        with Client(server.url) as client:
            assert [item["id"] for item in client.send("GET", "/items").json()] == [3]
            assert client.send("POST", "/items", {"name": "Bulb", "price": 2}).json()["id"] == 8
    assert file.read_text().splitlines()[2].startswith('{"id":8,"name":"Bulb"')


def test_an_example_is_small() -> None:
    for server in EXAMPLES.glob("*/server.*"):
        assert len(server.read_text().splitlines()) <= LONGEST, server


def test_the_readme_of_an_example_says_to_what_it_conforms() -> None:
    for folder in EXAMPLES.iterdir():
        assert (
            "Conforms to Items 2.0.0 on all levels, without deviations." in (folder / "README.md").read_text()
        )
