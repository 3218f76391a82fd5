"""Servers that are none of services/: held to the contract, measured like the others, left as they were."""

import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest

from harness.command import Exit
from harness.server import Server
from harness.tests.fakes import fake, lines, until
from loadtests import __main__ as commands
from loadtests.measure import guest, plan
from loadtests.tests.conftest import ROOT, Tree

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
    words = ["alpha", "--command", COMMAND, "--cwd", "own", "--plan", "tiny"]
    status, _, err = hosting.bench(*words)
    assert status == 0, err
    samples = {(one["variant"], one["scenario"]): one for one in hosting.samples}
    for name in ("alpha", "own"):
        rows = [samples[name, one]["rows"] for one in ("hello", "create_item", "delete_item")]
        assert rows == [3, 7, 5]
        assert samples[name, "hello"]["memory_mib"] > 1
        assert samples[name, "hello"]["cpu_ms_per_request"] is not None
    [asked] = lines(hosting.root / "judged")
    assert "--until items" in asked
    assert "--may-delete" not in asked
    with closing(sqlite3.connect(hosting.root / "own" / "guest.db")) as database:
        assert database.execute("SELECT count(*) FROM things").fetchall() == [(0,)]
    assert f"own is started by `{COMMAND}`." in (hosting.run / "report.md").read_text()
    until(lambda: not hosting.left_behind, "the servers are gone")


def test_what_a_command_forgot_is_seen_in_its_list_and_the_run_goes_on(hosting: Tree) -> None:
    (hosting.root / "own" / "order").write_text("forget_new")
    assert hosting.bench("--command", COMMAND, "--cwd", "own", "--plan", "tiny")[0] == 1
    (hosting.root / "own" / "order").unlink()
    status, _, err = hosting.bench("--resume")
    assert status == 0, err
    assert hosting.codes == ["unfinished", "rows", "unfinished", None, None, None]
    assert len(lines(hosting.root / "judged")) == 2


def test_at_a_url_the_items_that_were_there_stay_and_nothing_is_said_of_processes(
    hosting: Tree, running: Server
) -> None:
    status, out, err = hosting.bench("--url", f"{running.url}/", "--plan", "twice", "--may-delete")
    assert status == 0, err
    assert httpx.get(f"{running.url}/items").json() == [{"id": 1, **MINE}]
    assert [one["rows"] for one in hosting.samples] == [4, 8, 6] * 2
    for figure in ("cpu_ms_per_request", "memory_mib", "idle_memory_mib", "service_cpu_share"):
        assert {one[figure] for one in hosting.samples} == {None}
    page = (hosting.run / "report.md").read_text()
    assert "Nothing was seen of its processor time and its memory" in page
    assert "nan" not in page + out
    assert "--may-delete" in lines(hosting.root / "judged")[0]


def test_an_interrupted_run_leaves_the_items_that_were_there(hosting: Tree, running: Server) -> None:
    hosting.tell_k6(create_item="hang")
    process = hosting.start("bench", "--url", running.url, "--plan", "tiny", "--may-delete")
    until((hosting.root / "hanging").exists, "k6 is in the middle of its work")
    process.terminate()
    process.communicate(timeout=30)
    assert httpx.get(f"{running.url}/items").json() == [{"id": 1, **MINE}]


FINDINGS = [
    {"cause": "no 204 for DELETE", "grade": "fail"},
    {"cause": "a title", "grade": "unmet SHOULD"},
    {"cause": "Location", "grade": "fail"},
]
REPORT = {
    "services": {"x": {"levels": {"basics": "pass", "items": "fail"}, "findings": FINDINGS, "stopped": ""}}
}


@pytest.mark.parametrize(
    ("verdict", "command", "status", "told"),
    [
        (
            json.dumps(REPORT),
            COMMAND,
            1,
            "own is not measured, for it breaks the contract at the level items: "
            "no 204 for DELETE, and 1 more.",
        ),
        ("http://x has items.", COMMAND, 2, "http://x has items."),
        ("", "./nothing", 1, "own stopped with exit status 127.\n  /bin/sh: "),
        ("", "exit 3", 1, "own stopped with exit status 3.\n  (its log is empty)"),
    ],
)
def test_what_cannot_be_measured_is_told_in_a_line(
    hosting: Tree, verdict: str, command: str, status: int, told: str
) -> None:
    (hosting.root / "verdict").write_text(verdict)
    code, _, err = hosting.bench("--command", command, "--cwd", "own", "--plan", "tiny")
    assert (code, told in err, hosting.runs) == (status, True, []), err
    until(lambda: not hosting.left_behind, "the server is gone")


def test_a_plan_of_other_variants_takes_no_guest(hosting: Tree) -> None:
    text = (hosting.root / "loadtests" / "plans" / "tiny.toml").read_text()
    hosting.plant(
        "grouped", text + '[groups]\nmine = "Mine"\n[variants]\na = {service = "alpha", group = "mine"}\n'
    )
    status, _, err = hosting.bench("--command", COMMAND, "--cwd", "own", "--plan", "grouped")
    assert (status, err) == (
        1,
        "grouped compares variants of its own: other servers are measured by tiny, twice\n",
    )


def test_names_are_those_of_folders_and_urls_and_each_is_another() -> None:
    made = guest.guests(["npm start", "node x"], [Path("/tmp")], ["http://h:80/v1"], ["tmp"])  # noqa: S108
    assert list(made) == ["tmp-2", "tmp-3", "h:80/v1"]
    assert [each.kinds for each in made.values()] == [["command"], ["command"], ["url"]]
    assert list(guest.guests(["npm start"], [], [], [])) == ["npm"]


def test_a_plan_with_guests_is_read_as_it_was_written(tiny: plan.Plan) -> None:
    hosts = plan.with_variants(tiny, guest.guests(["""sh -c 'echo "$PORT"'"""], [], ["https://h/v1"], []))
    assert plan.parsed(plan.as_toml(hosts), "tiny") == hosts


@pytest.mark.parametrize("scenario", ["delete_item", "replace_item", "mixed"])
def test_a_scenario_that_changes_what_is_there_is_run_where_that_may_be(
    scenario: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Exit):
        commands.k6(scenario, url="http://127.0.0.1:8000")
    assert "--may-delete says that it may" in capsys.readouterr().err


def test_k6_gets_the_url_and_the_words(hosting: Tree) -> None:
    hosting.k6.write_text(f"#!{sys.executable}\nimport sys\nprint(*sys.argv[1:])\n")
    words = ["get_item", "--url", "http://h:1/v1/", "--", "-e", "RATE=5"]
    status, out, err = hosting.command("k6", *words)
    assert (status, out.split()[:6]) == (
        0,
        ["run", "--no-usage-report", "-e", "BASE_URL=http://h:1/v1", "-e", "RATE=5"],
    ), err


class Closing(BaseHTTPRequestHandler):
    """Of HTTP/1.0: each answer ends its connection, without a header that says so."""

    def do_GET(self) -> None:
        items = b'[{"id": 1}]' if "after" not in self.path else b"[]"
        self.send_response(200)
        self.send_header("Content-Length", str(len(items)))
        self.end_headers()
        self.wfile.write(items)

    def log_message(self, *_: object) -> None:
        pass


def test_a_guest_may_end_each_connection(tmp_path: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Closing) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        own = guest.Guest("own", [], tmp_path, port=server.server_port)
        assert [item["id"] for item in own.items()] == [1]
        server.shutdown()
