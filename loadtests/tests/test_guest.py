"""Servers that are none of services/: held to the contract, measured like the others, left as they were."""

import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from socket import socket

import httpx
import pytest

from harness.command import Exit
from harness.server import Server
from harness.service import LaunchError
from harness.tests.fakes import fake, lines, listening, until
from loadtests import __main__ as commands
from loadtests.measure import guest
from loadtests.measure.plan import Variant
from loadtests.tests.conftest import BLOCK, ROOT, Tree

COMMAND = "DATABASE_URL=sqlite:///guest.db ./server"
MINE = {"name": "mine", "description": None, "price": 1, "quantity": 0}

# Stands for the conformance tests; what it was asked is in the file `judged`.
JUDGE = """
import sys
from pathlib import Path

with Path("judged").open("a") as file:
    print(*sys.argv[1:], file=file)
order = Path("verdict").read_text() if Path("verdict").exists() else ""
if order.startswith("{"):
    report = Path(sys.argv[sys.argv.index("--report") + 1])
    report.mkdir()
    (report / "conformance.json").write_text(order)
    sys.exit(1)
if order:
    print(order, file=sys.stderr)
    sys.exit(2)
"""


@pytest.fixture
def hosting(tree: Tree) -> Tree:
    fake(ROOT / "harness" / "tests" / "fake_gunicorn.py", tree.root / "own" / "server")
    (tree.root / "conformance.py").write_text(JUDGE)
    return tree


@pytest.fixture
def running(hosting: Tree) -> Iterator[Server]:
    """A server that somebody runs, with an item of its own."""
    scratch = hosting.root / "scratch"
    scratch.mkdir()
    settings = {"DATABASE_URL": f"sqlite:///{scratch}/items.db", "HOST": "127.0.0.1"}
    server = Server("own", [str(hosting.root / "own" / "server")], scratch, settings, cwd=scratch)
    server.env = {**settings, "PORT": str(server.port)}
    with closing(server):
        server.start()
        httpx.post(f"{server.url}/items", json=MINE)
        yield server
        server.kill_all()


def test_a_command_is_measured_beside_a_service_and_loses_what_it_got(hosting: Tree) -> None:
    """What it forgot is seen in its list, and the run goes on."""
    order = hosting.root / "own" / "order"
    order.write_text("forget_new")
    hosting.failing("alpha", "--command", COMMAND, "--cwd", "own", "--plan", "tiny")
    order.unlink()
    before = len(hosting.calls)
    hosting.bench("--resume")
    assert hosting.calls[before:] == BLOCK  # nothing of alpha
    mine = [sample for sample in hosting.samples if sample["variant"] == "own"]
    codes = [sample["invalid"] and sample["invalid"]["code"] for sample in mine]
    assert codes == ["unfinished", "rows", "unfinished", None, None, None]
    for samples in (mine[3:], [sample for sample in hosting.samples if sample["variant"] == "alpha"]):
        assert [sample["rows"] for sample in samples] == [3, 7, 5]
        assert samples[0]["memory_mib"] > 1
        assert samples[0]["cpu_ms_per_request"] is not None
    asked = lines(hosting.root / "judged")
    assert ["--until items" in line for line in asked] == [True, True]
    assert not any("--may-delete" in line for line in asked)
    with closing(sqlite3.connect(hosting.root / "own" / "guest.db")) as database:
        assert database.execute("SELECT count(*) FROM things").fetchall() == [(0,)]
    assert f"own is started by `{COMMAND}`." in hosting.page
    until(lambda: not hosting.left_behind, "the servers are gone")


def test_at_a_url_the_items_that_were_there_stay_and_nothing_is_said_of_processes(
    hosting: Tree, running: Server
) -> None:
    hosting.tell_k6(create_item="hang")
    process = hosting.start("bench", "--url", f"{running.url}/", "--plan", "twice", "--may-delete")
    until((hosting.root / "hanging").exists, "k6 is in the middle of its work")
    process.terminate()
    process.communicate(timeout=30)
    assert httpx.get(f"{running.url}/items").json() == [{"id": 1, **MINE}]
    hosting.tell_k6()
    out, _ = hosting.bench("--resume", "--may-delete")
    assert httpx.get(f"{running.url}/items").json() == [{"id": 1, **MINE}]
    assert hosting.codes == ["unfinished", *[None] * 6]
    assert [sample["rows"] for sample in hosting.samples[1:]] == [4, 8, 6] * 2
    for figure in ("cpu_ms_per_request", "memory_mib", "idle_memory_mib", "service_cpu_share"):
        assert {sample[figure] for sample in hosting.samples} == {None}
    assert "Nothing was seen of its processor time and its memory" in hosting.page
    assert "nan" not in hosting.page + out
    assert all("--may-delete" in line for line in lines(hosting.root / "judged"))


FINDINGS = [
    {"cause": "no 204 for DELETE", "grade": "fail"},
    {"cause": "a title", "grade": "unmet SHOULD"},
    {"cause": "Location", "grade": "fail"},
]
REPORT = {
    "services": {"x": {"levels": {"basics": "pass", "items": "fail"}, "findings": FINDINGS, "stopped": ""}}
}
BROKEN = (
    "own is not measured, for it breaks the contract at the level items: no 204 for DELETE, and 1 more. "
    "To see it all: just conform --url"
)


@pytest.mark.parametrize(
    ("verdict", "command", "status", "message"),
    [
        (json.dumps(REPORT), COMMAND, 1, BROKEN),
        ("http://x has items.", COMMAND, 2, "http://x has items."),
        ("", "exit 3", 1, "own stopped with exit status 3.\n  (its log is empty)"),
    ],
)
def test_what_cannot_be_measured_is_told_in_a_line(
    hosting: Tree, verdict: str, command: str, status: int, message: str
) -> None:
    (hosting.root / "verdict").write_text(verdict)
    _, err = hosting.ended(status, "bench", "--command", command, "--cwd", "own", "--plan", "tiny")
    assert (message in err, hosting.runs) == (True, []), err
    until(lambda: not hosting.left_behind, "the server is gone")


def test_names_are_those_of_folders_and_urls_and_each_is_another() -> None:
    made = guest.guests(["npm start", "node x"], [Path("/tmp")], ["http://h:80/v1"], ["tmp"])  # noqa: S108
    assert list(made) == ["tmp-2", "tmp-3", "h:80/v1"]
    assert [variant.kinds for variant in made.values()] == [["command"], ["command"], ["url"]]
    assert list(guest.guests(["npm start"], [], [], [])) == ["npm"]


@pytest.mark.parametrize("scenario", ["delete_item", "replace_item", "mixed"])
def test_a_scenario_that_changes_what_is_there_is_run_where_that_may_be(
    scenario: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Exit):
        commands.k6(scenario, url="http://127.0.0.1:8000")
    assert "--may-delete says that it may" in capsys.readouterr().err


def test_k6_gets_the_url_and_the_words(tree: Tree) -> None:
    tree.k6.write_text(f"#!{sys.executable}\nimport sys\nprint(*sys.argv[1:])\n")
    out, _ = tree.ended(0, "k6", "get_item", "--url", "http://h:1/v1/", "--", "-e", "RATE=5")
    assert out.startswith("run --no-usage-report -e BASE_URL=http://h:1/v1 -e RATE=5 ")


def test_a_guest_may_end_each_connection_without_a_word(tmp_path: Path) -> None:
    def answer(connection: socket) -> None:
        items = b"[]" if b"after" in connection.recv(1000) else b'[{"id": 1}]'
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(items), items))

    with listening(answer) as url, closing(guest.Remote("own", url, tmp_path)) as own:
        assert own.ids(10) == [1]


def test_a_list_that_is_no_json_is_told_in_a_line(tmp_path: Path) -> None:
    def answer(connection: socket) -> None:
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nitems")

    with (
        listening(answer) as url,
        closing(guest.Remote("own", url, tmp_path)) as own,
        pytest.raises(LaunchError, match="own: GET /items: "),
    ):
        own.count()


def test_a_run_whose_server_has_lost_its_folder_does_not_go_on(tmp_path: Path) -> None:
    gone = Variant(service="own", command="true", cwd=str(tmp_path / "gone"))
    with pytest.raises(LaunchError, match=r"there is no folder .*gone any more"), guest.started(gone):
        pass
