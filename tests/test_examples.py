"""Each of examples/ is started as its README says, and keeps every MUST of the contract."""

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from harness.server import Server, free_port
from harness.service import installed
from harness.wire import Client
from tests.commands import ROOT, tool

EXAMPLES = ROOT / "examples"
NODE = pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")
LONGEST = 250  # lines of a server


@contextmanager
def started(example: str, folder: Path) -> Iterator[Server]:
    port, command = free_port(), ["node", "server.js"]
    if example != "node":
        command = [f"{installed(example, root=EXAMPLES)}/bin/uvicorn", "server:app", "--port", str(port)]
    env = {"PORT": str(port), "FILE": f"{folder}/items.jsonl", "DATABASE": f"{folder}/items.db"}
    with closing(Server(example, command, folder, env, port=port, cwd=EXAMPLES / example)) as server:
        server.start()
        yield server


@pytest.mark.parametrize("example", [pytest.param("node", marks=NODE), "starlette"])
def test_an_example_keeps_the_contract(example: str, tmp_path: Path) -> None:
    with started(example, tmp_path) as server:
        output = tool("conformance", "--url", server.url, "--short", "--report", tmp_path / "report")
    assert "under concurrency: pass · fuzz: pass" in output


@NODE
def test_the_file_of_node_outlives_its_process_and_half_a_line(tmp_path: Path) -> None:
    file = tmp_path / "items.jsonl"
    file.write_text(
        '{"id":3,"name":"Lamp","description":null,"price":1,"quantity":0}\n{"deleted":7}\n{"id":8,"na'
    )
    with started("node", tmp_path) as server, Client(server.url) as client:
        assert [item["id"] for item in client.send("GET", "/items").json()] == [3]
        assert client.send("POST", "/items", {"name": "Bulb", "price": 2}).json()["id"] == 8
    assert file.read_text().splitlines()[2].startswith('{"id":8,"name":"Bulb"')


def test_an_example_is_small_and_its_readme_says_to_what_it_conforms() -> None:
    for folder in EXAMPLES.iterdir():
        [server] = folder.glob("server.*")
        assert len(server.read_text().splitlines()) <= LONGEST, server
        claim = "Conforms to Items 2.0.0 on all levels, without deviations."
        assert claim in (folder / "README.md").read_text()
