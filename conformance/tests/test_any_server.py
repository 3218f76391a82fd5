"""Whatever answers is judged, without a traceback, in bounded time: no HTTP, no JSON, nothing, half of it."""

import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingTCPServer
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from conformance import hostile, judge
from conformance.__main__ import app
from conformance.case import Case, Complaint, Subject, load
from conformance.cases.concurrency import created
from conformance.mutants.faults import FAULTS
from conformance.reference.server import serving
from conformance.reference.service import Reference
from conformance.tests.guarded import Guarded, elsewhere
from conformance.tests.half_done import HalfDone
from harness.tests.fakes import listening
from harness.wire import Request

ROOT = Path(__file__).parents[2]
Reply = Callable[[socket.socket], None]


def says(text: bytes) -> Reply:
    return lambda connection: connection.sendall(text)


def hangs(connection: socket.socket) -> None:
    while connection.recv(65_536):
        pass


def drips(connection: socket.socket) -> None:
    """A byte before each of the reader's limits is over, and never the last."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    connection.settimeout(0.05)
    while True:
        with suppress(TimeoutError):
            connection.recv(65_536)
        connection.sendall(b"x")


def server(reply: Reply) -> AbstractContextManager[str]:
    """Reads a request's head and replies."""

    def answer(connection: socket.socket) -> None:
        connection.recv(65_536)
        reply(connection)

    return listening(answer)


def conform(url: str, folder: Path, *options: str, status: int = 0) -> Result:
    result = CliRunner().invoke(app, ["--url", url, "--report", str(folder), *options])
    assert result.exit_code == status, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Case, "limit", 0.5)
    monkeypatch.setattr(judge, "AGAIN", 0.1)
    monkeypatch.setattr(judge, "PATIENCE", 0.5)


def judged(folder: Path) -> dict[str, Any]:
    """What the report says of the one server."""
    [judgement] = json.loads((folder / "conformance.json").read_text())["services"].values()
    return dict(judgement)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (says(b"SSH-2.0-OpenSSH_9.6\r\n"), "GET /hello: the connection was closed"),
        (says(b"\x00\xff" * 100_000), "GET /hello: what came is no HTTP"),
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"), "GET /hello: what came is no HTTP"),
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n<a>"), "GET /hello: 200;"),
        (says(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"), "GET /healthz: 404;"),
        (says(b"HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n"), "302 to /login"),
        (hangs, "GET /hello: no answer within"),
        (drips, "GET /hello: no answer within"),
    ],
)
def test_what_is_not_this_api_is_told_in_one_line(reply: Reply, message: str, tmp_path: Path) -> None:
    with server(reply) as url:
        output = conform(url, tmp_path, status=2).stderr
    assert (message in output, output.count("\n")) == (True, 1)


JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n"
NO_ITEMS = JSON + b"Content-Length: 2\r\n\r\n[]"
GREETING = JSON + b'Content-Length: 28\r\n\r\n{"message": "Hello, World!"}'


def after_the_first(reply: Reply) -> Reply:
    """The first requests find an API with an empty list."""
    left = iter([says(NO_ITEMS)] * 3)
    return lambda connection: next(left, reply)(connection)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("reply", "cause"),
    [
        (says(b"garbage\r\n\r\n"), "no HTTP answer"),
        (says(b""), "closed without an answer"),
        (hangs, judge.SILENCE),
        (drips, judge.SILENCE),
        (says(b'HTTP/1.1 201 Created\r\nContent-Length: 11\r\n\r\n{"id": NaN}'), "no 200 for GET /hello"),
        (says(b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * 99_999), "an answer that cannot be read"),
        (says(b"HTTP/1.1 301 Moved\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"), "no 200 for GET /hello"),
    ],
)
def test_a_server_of_any_kind_is_judged(reply: Reply, cause: str, tmp_path: Path) -> None:
    with server(after_the_first(reply)) as url:
        conform(url, tmp_path, status=1)
    assert cause in [finding["cause"] for finding in judged(tmp_path)["findings"]]
    assert judged(tmp_path)["levels"] == {"basics": "fail"}


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    "listed",
    [
        says(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"),
        says(JSON + b'Content-Length: 13\r\n\r\n{"items": []}'),
        says(JSON + b'Content-Length: 12\r\n\r\n[{"id": []}]'),
        says(JSON + b"Content-Length: 99999\r\n\r\n" + b"[" * 99_999),
        says(b"garbage\r\n\r\n"),
        hangs,
    ],
)
def test_a_server_without_a_list_that_can_be_read_is_judged(listed: Reply, tmp_path: Path) -> None:
    def answer(connection: socket.socket) -> None:
        (says(GREETING) if b"/hello" in connection.recv(65_536) else listed)(connection)

    with listening(answer) as url:
        conform(url, tmp_path, "--only", "hello greets")


def test_a_server_with_items_is_left_alone_unless_it_may_be_changed(tmp_path: Path) -> None:
    item = {"id": 7, "name": "Lamp", "description": None, "price": 1, "quantity": 0}
    reference = Reference([item])
    options = ["--only", "an item with defaults"]
    with serving(reference) as url:
        assert "--may-delete" in conform(url, tmp_path, *options, status=2).stderr
        assert reference.last_id == 7
        conform(url, tmp_path, "--may-delete", *options)
    assert (reference.items, reference.last_id) == ({7: item}, 8)


def test_what_a_case_leaves_behind_is_gone_after_the_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def breaks_off(subject: Subject) -> Iterator[Complaint]:
        yield Complaint(f"the item {created(subject.url, {'name': 'Lamp', 'price': 1})} stays")
        raise KeyError("id")

    monkeypatch.setattr("conformance.__main__.load", lambda: [Case("breaks off", ("hello",), breaks_off)])
    reference = Reference()
    with serving(reference) as url:
        conform(url, tmp_path, status=1)
    assert (reference.items, reference.last_id) == ({}, 1)


def test_a_case_that_cannot_create_an_item_says_what_came() -> None:
    with serving(Reference()) as url, pytest.raises(ValueError, match="POST /items: 422, not 201"):
        created(url, {})


class Descending(Reference):
    def __init__(self) -> None:
        super().__init__()
        self.last_id = 10**6

    def next_id(self) -> int:
        return self.last_id - 1


@contextmanager
def one_answer_a_connection(family: int, host: str, reference: Reference) -> Iterator[str]:
    """HTTP/1.0, as http.server has it."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = tuple(map(": ".join, self.headers.items()))
            answer = reference.answer(Request(self.command, self.path, headers, body, "length"))
            self.send_response_only(answer.status)
            for header in answer.headers:
                self.send_header(*header)
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 - as http.server calls them

    class Server(ThreadingTCPServer):
        address_family, request_queue_size, daemon_threads = family, 128, True

    with Server((host, 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://{f'[{host}]' if ':' in host else host}:{server.server_address[1]}"
        server.shutdown()


def has_ipv6() -> bool:
    with suppress(OSError), socket.create_server(("::1", 0), family=socket.AF_INET6):
        return True
    return False


LATE = "a body that comes when the answer has begun: length"
KEPT = "a refusal that does not say close keeps the connection: 1000"
LISTS = ["a page", "a list has every item", "a replaced item keeps its place", "a generated client: pages"]


@pytest.mark.parametrize(
    ("family", "host", "names"),
    [
        (socket.AF_INET, "127.0.0.1", [*LISTS, LATE, KEPT]),
        pytest.param(
            *(socket.AF_INET6, "::1", [LATE]),
            marks=pytest.mark.skipif(not has_ipv6(), reason="there is no IPv6"),
        ),
    ],
)
def test_a_right_server_is_not_blamed_for_its_ids_its_address_or_its_connections(
    family: int, host: str, names: list[str]
) -> None:
    reference = Descending()
    with one_answer_a_connection(family, host, reference) as url:
        cases = [case for case in load() if case.name in names]
        outcomes = [outcome for case in cases for outcome in judge.outcomes(case, Subject(url))]
        assert [outcome.message for outcome in outcomes if not outcome.passed] == []
        assert (len(cases), reference.items) == (len(names), {})


def test_a_nan_that_is_accepted_poisons_no_other_case(tmp_path: Path) -> None:
    with serving(HalfDone()) as url:
        conform(url, tmp_path, "--all", "--only", "NaN and Infinity in an item", status=1)
        conform(url, tmp_path, "--only", "hello greets")  # for the list is empty


ALLOWED = ["--allow=no-store=later", "--allow=declared=later", "--allow=error-problem=later"]


def test_a_half_done_server_gets_few_findings_and_commands_that_show_them(tmp_path: Path) -> None:
    with serving(HalfDone()) as url:
        for options in ([], ALLOWED[:2], ALLOWED):
            result = conform(url, tmp_path, *options, status=1)
            findings = judged(tmp_path)["findings"]
            assert 1 <= len(findings) <= 12
            assert all("curl" in finding["curl"] for finding in findings)
            assert "Next: the level" in result.stdout
        assert judged(tmp_path)["reached"] == ["reachable", "basics", "items"]
        if not shutil.which("curl"):
            return
        of_statuses = [finding for finding in findings if finding["expected"].isdecimal()]
        assert len({finding["came"][:3] for finding in of_statuses}) > 1
        for finding in of_statuses:
            command = ["bash", "-c", finding["curl"]]
            ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
            assert ran.stdout.split(" ")[1] == finding["came"][:3]


def test_what_was_found_outlives_an_interruption(tmp_path: Path) -> None:
    begun = threading.Event()

    def reply(connection: socket.socket) -> None:
        if not begun.is_set():  # else closed: the items are asked for once more at the end
            begun.set()
            hangs(connection)

    with server(after_the_first(reply)) as url:
        command = [sys.executable, "-m", "conformance", f"--url={url}", f"--report={tmp_path}"]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert begun.wait(60)
            os.kill(process.pid, signal.SIGINT)
            text, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Not judged to the end: interrupted" in text
    assert judged(tmp_path)["stopped"] == "interrupted"


KEY = ["--header", Guarded.key]
# One case of each way to send a request. Schemathesis: test_fuzz.py.
SENDERS = ["an item with defaults", "an item's life", "the connection", "act on: Auth", "random sequences"]


def test_a_server_is_behind_a_path_and_a_key_whatever_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(hostile, "EXAMPLES_SHORT", 5)
    elsewhere(monkeypatch)
    with serving(Guarded(Reference())) as url:
        conform(url, tmp_path, *KEY, status=2)
        conform(f"{url}/v1", tmp_path, status=2)
        for only in SENDERS:
            result = conform(f"{url}/v1/", tmp_path, *KEY, "--only", only, "--short")
            assert "all as expected" in result.stdout


def test_a_key_is_in_no_report_and_a_deviation_that_is_declared_is(tmp_path: Path) -> None:
    reference = Reference()
    FAULTS["nothing is said of caching"](reference)
    options = [*KEY, "--only", "healthz is ok"]
    deviations = {"no-store": "a CDN adds it", "declared": "the same"}
    with serving(Guarded(reference)) as url:
        result = conform(f"{url}/v1", tmp_path, *options, status=1)
        assert '-H "$HEADER1" "$URL"/healthz' in result.stdout
        assert "Bearer key" not in result.stdout + (tmp_path / "conformance.json").read_text()
        options += [f"--allow={rule}={reason}" for rule, reason in deviations.items()]
        conform(f"{url}/v1", tmp_path, *options)
    assert json.loads((tmp_path / "conformance.json").read_text())["deviations"] == deviations


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")
def test_a_certificate_of_ones_own_is_trusted_where_it_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=x"
    command += f" -addext subjectAltName=IP:127.0.0.1 -keyout {key} -out {certificate}"
    subprocess.run(command.split(), check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)

    def answer(connection: socket.socket) -> None:
        with tls.wrap_socket(connection, server_side=True) as wrapped:
            wrapped.sendall(GREETING if b"/hello" in wrapped.recv(65_536) else NO_ITEMS)

    options = ["--only", "hello greets"]
    with listening(answer) as url:
        url = url.replace("http:", "https:")
        assert "SSL_CERT_FILE" in conform(url, tmp_path, *options, status=2).stderr
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        conform(url, tmp_path, *options)
