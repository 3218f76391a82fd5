"""The whole commands, against a k6 and services that are fakes."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from harness.command import Exit
from harness.service import LaunchError, services, stamped
from harness.tests.fakes import lines, until
from loadtests import __main__ as commands
from loadtests import counting
from loadtests.measure import placement, plan, prepare, run
from loadtests.measure.placement import Placement
from loadtests.measure.prepare import Request
from loadtests.tests.conftest import BLOCK, CERTIFICATE, Tree, planted


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Tree, str]]:
    """A run that is over, and what it printed; begun where much is unusual."""
    with planted(tmp_path_factory.mktemp("done")) as tree:
        scratch = tree.root / "a #scratch folder"
        scratch.mkdir()
        env = {"WEB_CONCURRENCY": "64", "SQLITE_SYNCHRONOUS": "OFF", "TMPDIR": str(scratch)}
        proxies = dict.fromkeys(("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"), "http://127.0.0.1:9")
        out, _ = tree.bench("--plan", "twice", **env, **proxies)
        assert list(scratch.iterdir()) == []
        yield tree, out


def test_every_service_is_measured_in_every_round_which_starts_it_anew(done: tuple[Tree, str]) -> None:
    tree, _ = done
    assert lines(tree.root / "calls")[: len(CERTIFICATE)] == CERTIFICATE
    assert tree.calls == BLOCK * 4
    blocks = list(dict.fromkeys((sample["round"], sample["variant"]) for sample in tree.samples))
    assert sorted(blocks) == [(1, "alpha"), (1, "beta"), (2, "alpha"), (2, "beta")]
    assert [number for number, _ in blocks] == [1, 1, 2, 2]
    assert [sample["scenario"] for sample in tree.samples] == BLOCK[2:] * 4


def test_a_run_leaves_its_files_and_no_process(done: tuple[Tree, str]) -> None:
    tree, out = done
    environment = json.loads((tree.root / "services" / "alpha" / "environment.json").read_text())
    assert not {"WEB_CONCURRENCY", "SQLITE_SYNCHRONOUS", "HTTP_PROXY", "all_proxy"} & environment.keys()
    files = {path.name for path in tree.run.iterdir()}
    assert files >= {"machine.json", "plan.toml", "report.html", "report.md", "samples.jsonl.gz"}
    assert files.isdisjoint({"samples.jsonl", "machine.json.part"})
    assert f"The report: results/{tree.run.name}/report.html" in out
    until(lambda: not tree.left_behind, "the services and their deaf workers are gone")


def test_figures_come_from_the_summary_and_the_rows_from_the_database(done: tuple[Tree, str]) -> None:
    hello, create, delete = done[0].samples[:3]
    assert (hello["requests"], hello["requests_per_second"], hello["mean_ms"]) == (5, 10.0, 55.5)
    assert (hello["p50_ms"], hello["p95_ms"], hello["p99_ms"], hello["max_ms"]) == (5, 9.5, 9.9, 10)
    assert (hello["little"], hello["ceiling_share"], hello["order"]) == (1.0, 0.005, 1)
    assert hello["first_half_ms"] is None  # its iterations end it, not its time
    assert hello["memory_kind"] in ("pss", "rss")
    assert hello["memory_mib"] > hello["idle_memory_mib"] * 0.9 > 0
    assert [sample["rows"] for sample in (hello, create, delete)] == [3, 7, 5]
    assert [sample["rows_expected"] for sample in (hello, create, delete)] == [3, 7, 5]


def test_the_machine_and_the_services_are_described_without_a_path(done: tuple[Tree, str]) -> None:
    text = (done[0].run / "machine.json").read_text()
    assert str(done[0].root) not in text
    machine = done[0].machine
    assert machine["k6"] == "v0.0.1"
    assert machine["cores"] >= 1
    assert list(machine["packages"]) == ["alpha", "beta"]
    assert machine["services"]["alpha"]["edition"] == "2.0.0"
    seen = machine["configuration"]["alpha"]
    assert (seen["workers"], seen["worker_class"], seen["journal_mode"]) == (2, "__main__.Worker", "WAL")
    assert seen["python"] == machine["python"]
    yardsticks = json.loads((done[0].run / "yardsticks.json").read_text())
    assert yardsticks == {"ceiling_per_second": {"hello": 2000, "echo": 2000}}


def test_a_complete_run_is_reported_again_the_latest_is_and_two_are_compared(done: tuple[Tree, str]) -> None:
    tree, _ = done
    before = tree.calls
    out, _ = tree.bench("--resume", f"results/{tree.run.name}/")
    assert tree.calls == before
    assert f"results/{tree.run.name}/report.html" in out
    (tree.run / "report.md").unlink()
    assert tree.ended(0, "report")[0] == f"The report: results/{tree.run.name}/report.html\n"
    assert (tree.run / "report.md").exists()
    out, _ = tree.ended(0, "report", tree.run.name, f"results/{tree.run.name}", "--markdown")
    assert "alpha" in out


def test_an_interrupted_run_keeps_its_samples_leaves_nothing_and_goes_on(tree: Tree) -> None:
    tree.tell_k6(create_item="hang")
    process = tree.start("bench", "alpha", "--plan", "tiny")
    until((tree.root / "hanging").exists, "k6 is in the middle of its work")
    _, err = tree.failing("beta", "--plan", "tiny")
    assert err.startswith("Another `just bench` runs here, process")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err.splitlines()[-1] == (
        f"Interrupted. 0 of 1 blocks are kept. To go on: just bench --resume {tree.run.name}"
    )
    until(lambda: not tree.left_behind, "k6, the service and its worker are gone")
    before = len(tree.calls)
    tree.tell_k6()
    tree.bench("alpha", "--resume")
    assert tree.calls[before:] == BLOCK
    assert tree.codes == ["unfinished", None, None, None]


@pytest.mark.parametrize("reached", ["hanging", "services/alpha/environment.json"])
def test_an_impatient_ctrl_c_leaves_no_process_and_no_empty_folder(tree: Tree, reached: str) -> None:
    """In the middle of k6's work, and while a service is still starting."""
    tree.tell_k6(warm_up="hang")
    tree.tell("alpha", "" if reached == "hanging" else "mute")
    process = tree.start("bench", "alpha", "--plan", "tiny")
    until((tree.root / reached).exists, "it has come so far")

    def ended() -> bool:
        process.send_signal(signal.SIGINT)
        return process.poll() is not None

    until(ended, "the command has ended")
    out, err = process.communicate()
    assert process.returncode == 130, out + err
    assert err.splitlines()[-1] == "Interrupted. Nothing was measured."
    until(lambda: not tree.left_behind, "k6, the service and its worker are gone")
    assert tree.runs == []


USAGE: list[tuple[dict[str, Any], str]] = [
    ({"names": ["flask_sql"]}, "Unknown service: flask_sql. Did you mean flask_sqlite or"),
    ({"names": ["twin"], "plan_name": "paper"}, "Unknown variant or group of paper: twin. Did you mean"),
    ({"plan_name": "papr"}, "Unknown plan: papr. Did you mean paper?"),
    ({"names": ["django"], "resume": True}, "Unknown service or run: django. Did you mean django_drf?"),
    ({"resume": True, "seed": 9}, "A run goes on as it began: with its rounds, its seed,"),
    ({"resume": True, "docker": True}, "A run goes on as it began: with its rounds, its seed,"),
    ({"resume": True, "load_from": "ssh://a"}, "A run goes on as it began: with its rounds, its seed,"),
    ({"against": "HEAD", "docker": True}, "An image is of the service as it is now"),
    ({"packages": ["flask==3.0.3"], "docker": True}, "An image is of the service as it is now"),
    ({"packages": ["flask==3.0.3"], "resume": True}, "A run goes on as it began: with its rounds,"),
    ({"packages": ["flask"]}, "--with is a package and its version, such as flask==3.0.3: flask"),
    ({"packages": ["flask>=3"]}, "--with is a package and its version, such as flask==3.0.3: flask>=3"),
    ({"urls": ["ftp://127.0.0.1"]}, "Not the URL of a server, such as http://127.0.0.1:8000: ftp:"),
    ({"commands": ["true"], "folders": [Path("/nowhere")]}, "--cwd is no folder: /nowhere"),
    ({"folders": [Path()]}, "There is one --cwd for all of --command, or one for each of them"),
    ({"urls": ["http://127.0.0.1"], "resume": True}, "A run goes on as it began: with its rounds,"),
    ({"fail_if_slower": "5%"}, "--fail-if-slower compares with --against a commit"),
    ({"commands": [" "]}, "--command is empty"),
    ({"against": "HEAD", "fail_if_slower": "x"}, "--fail-if-slower is a percentage"),
    ({"database": "mysql"}, "A database is sqlite, postgresql, or the URL of a PostgreSQL server"),
    ({"database": "mysql://items:hush@db/x"}, "A database is sqlite, postgresql, or the URL of a"),
    ({"database": "postgresql", "docker": True}, "A container is measured on the file in its volume"),
    ({"load_from": "ssh://a"}, "--load-from needs --listen, the address at which those machines"),
    ({"load_from": "ssh://a", "listen": "0.0.0.0"}, "--load-from needs --listen"),  # noqa: S104 - no
    ({"load_from": "me@a"}, "load_from: a machine is ssh://USER@HOST or ssh://HOST:PORT, and not"),
    ({"load_from": "ssh://-oProxyCommand=x"}, "load_from: a machine is ssh://USER@HOST"),
    ({"load_from": "ssh://a,ssh://a", "listen": "192.0.2.1"}, "--load-from names a machine twice"),
    ({"listen": "load1"}, "listen: Input is not a valid IPv4 address"),
    ({"cores": "all"}, "cores: cores are 0-3 or 0,2,4, as taskset has them, and not all"),
    ({"environment": "lap"}, "Unknown environment: lap. Did you mean lab?"),
    ({"environment": "lab"}, "liste: Extra inputs are not permitted"),
    ({"environment": "broken"}, "environments/broken.toml is not TOML: "),
]
OF_SERVICES = [name for name in plan.names() if [*plan.read(name).groups] == ["services"]]
BY_OTHERS = f"other servers are measured by {', '.join(OF_SERVICES)}"
TWINS = {"plan_name": "paper", "names": ["twins"]}
UNABLE: list[tuple[dict[str, Any], str]] = [
    ({"names": ["flask_sqlite"], "database": "postgresql"}, "flask_sqlite cannot be on postgresql: flask_sq"),
    (
        {"plan_name": "scale", "names": ["django_drf"], "database": "postgresql"},
        "django_drf_150k: on PostgreSQL there are fewer than 10,000 records",
    ),
    ({**TWINS, "database": "postgresql"}, "Only a service, and no container, twin or floor, can be on"),
    ({"plan_name": "replicas", "docker": True}, "Only a service, and no container, twin or floor, can be on"),
    ({"plan_name": "factors", "docker": True}, "Only twins and services as they are have an image: leave"),
    ({**TWINS, "against": "HEAD"}, "Only a service has an earlier self: there is none among twin_fastapi"),
    ({"against": "HEAD", "fail_if_slower": "5%"}, "--fail-if-slower needs intervals: --rounds 3, or more"),
    ({"plan_name": "scale", "packages": ["flask==3"]}, "The page of plan scale compares no versions of a"),
    ({"names": ["flask_orm"], "packages": ["django==5"]}, "django: not among the packages of flask_orm"),
    ({"plan_name": "paper", "commands": ["true"]}, f"paper compares variants of its own: {BY_OTHERS}"),
    ({"names": ["flask_orm"], "listen": "192.0.2.77"}, "This machine has no address 192.0.2.77"),
]


@pytest.mark.parametrize(
    ("options", "message", "status"), [*((*case, 2) for case in USAGE), *((*case, 1) for case in UNABLE)]
)
def test_what_cannot_be_measured_is_told_in_a_line(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    options: dict[str, Any],
    message: str,
    status: int,
) -> None:
    monkeypatch.setattr(prepare, "installed", lambda *_: {})
    monkeypatch.setattr(run, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(placement, "ENVIRONMENTS", tmp_path)
    (tmp_path / "lab.toml").write_text('liste = "192.0.2.1"')
    (tmp_path / "broken.toml").write_text("listen")
    with pytest.raises(Exit) as refused:
        commands.bench(**options)
    output = capsys.readouterr()
    assert (refused.value.exit_code, output.out, output.err[: len(message)]) == (status, "", message)
    assert len(output.err.splitlines()) == 1
    assert not [*tmp_path.glob("results/*/")]


@pytest.mark.parametrize(
    ("order", "env", "message"),
    [
        ("", {"K6": "true"}, "true is not a k6 that works: "),
        ("few", {}, "alpha did not take the dataset: 2 of 3 requests were made."),
        ("stop", {}, "alpha stopped with exit status 3.\n  line one of the log\n  DATABASE_URL: no"),
    ],
)
def test_a_run_that_cannot_begin_says_why_and_leaves_nothing(
    tree: Tree, order: str, env: dict[str, str], message: str
) -> None:
    tree.tell("alpha", order)
    tree.tell_k6(load_items=order)
    _, err = tree.failing("alpha", "--plan", "tiny", **env)
    assert (message in err, "Traceback" in err) == (True, False), err
    until(lambda: not tree.left_behind, "the service is gone")
    assert tree.runs == []


def test_a_package_that_is_not_the_pinned_one_is_refused(tree: Tree) -> None:
    """Its name may be written otherwise, and one for another system is not there at all."""
    alpha = tree.root / "services" / "alpha"
    elsewhere = "tzdata==2026.6 ; sys_platform == 'win32'\n"
    (alpha / "requirements.txt").write_text(f"flask-x==3.1.1 \\\n    --hash=sha256:00\n{elsewhere}")
    (alpha / ".venv" / "installed").write_text(stamped(alpha / "requirements.txt"))
    package = alpha / ".venv" / "lib" / "python3.11" / "site-packages" / "Flask_X-3.0.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text("Name: Flask_X\nVersion: 3.0\n")
    message = "alpha runs with flask-x 3.0 instead of 3.1.1. Remove services/alpha/.venv: it is made again"
    assert tree.failing("alpha", "--plan", "tiny") == ("", f"{message}\n")


@pytest.mark.parametrize("command", ["bench", "report"])
def test_results_that_cannot_be_written_are_a_line(done: tuple[Tree, str], tree: Tree, command: str) -> None:
    if command == "bench":
        (tree.root / "results").touch()
        _, err = tree.failing("alpha", "--plan", "tiny")
    else:
        (tree.root / "results").symlink_to(done[0].root / "results")
        page = done[0].run / "report.html.part"
        page.symlink_to("/dev/full")
        _, err = tree.ended(1, "report")
        page.unlink()
    assert re.match(
        "Cannot write .*: (File exists. Make it a folder|No space left on device. Make room)", err
    )
    assert len(err.splitlines()) == 1


def test_what_is_counted_is_installed_first(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    installed = Mock(side_effect=LaunchError("There is no uv"))
    monkeypatch.setattr(counting, "installed", installed)
    with pytest.raises(Exit):
        commands.cost(["flask_sqlite"])
    assert (installed.call_args.args[0], capsys.readouterr().err) == ("flask_sqlite", "There is no uv\n")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"packages": ["flask==3.0.3"], "check": True}, "--with counts services on SQLite: nothing is"),
        ({"study": True, "names": ["flask_orm"]}, "--study counts the five twins on SQLite: --publish"),
        ({"history": ["flask"], "publish": True}, "--history counts packages on SQLite: no SERVICE"),
        ({"history": ["flask"], "database": "postgresql"}, "--history counts packages on SQLite: no SERV"),
        ({"footprint": True, "check": True}, "--footprint is of services as they come: their names or"),
        ({"names": ["flask_orm"], "publish": True}, "--publish needs a count of all services, and no --ch"),
        ({"threshold": 5.0}, "--threshold says how much a cell may grow: --check goes with it"),
    ],
)
def test_what_does_not_go_together_is_not_counted(
    capsys: pytest.CaptureFixture[str], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(Exit) as refused:
        commands.cost(**options)
    assert (refused.value.exit_code, capsys.readouterr().err[: len(message)]) == (2, message)


@pytest.mark.parametrize(("command", "option"), [("bench", "-h"), ("cost", "--help")])
def test_help_is_there_at_once(command: str, option: str) -> None:
    """Without what takes long to import."""
    arguments = [sys.executable, "-X", "importtime", "-m", "loadtests", command, option]
    completed = subprocess.run(
        arguments, capture_output=True, text=True, check=True, env=os.environ | {"COLUMNS": "80"}
    )
    assert f"Usage: just {command}" in completed.stdout
    imported = set(re.findall(r"\| +(\w+)\n", completed.stderr))
    assert "typer" in imported
    assert not imported & {"pydantic", "numpy", "scipy", "matplotlib"}


EXAMPLES = re.findall(r"^  just bench(?: (\S.*?))?(?: {2,}.*)?$", commands.HELP, re.MULTILINE)
ARGUMENTS = {*EXAMPLES, *(f"--plan {name}" for name in plan.names())}


@pytest.mark.parametrize("arguments", sorted(example for example in ARGUMENTS if "--resume" not in example))
def test_an_example_of_the_help_names_what_there_is_and_every_plan_can_be_measured(arguments: str) -> None:
    from typer.main import get_command

    bench = get_command(commands.app).commands["bench"]  # type: ignore[attr-defined]
    with bench.make_context("bench", shlex.split(arguments)) as context:
        options = context.params
    more = {key: options[key] for key in ("rounds", "seed", "docker", "database")}
    more |= {"packages": commands.pinned(options["packages"])}
    Placement.model_validate({key: options[key] for key in ("load_from", "listen", "cores") if options[key]})
    chosen = prepare.plan_for(Request(options["names"] or [], options["plan_name"], **more))
    assert {variant.service for variant in chosen.variants.values()} <= {*services()}
    assert all(variant.docker == options["docker"] for variant in chosen.variants.values())


def test_services_that_speak_postgresql_are_measured_on_it() -> None:
    chosen = prepare.plan_for(Request(database="postgresql://items:hush@db/items"))
    databases = {variant.service: variant.database for variant in chosen.variants.values()}
    assert databases == dict.fromkeys(("django_drf", "fastapi_orm", "flask_orm"), plan.GIVEN)
    assert "hush" not in plan.as_toml(chosen)


def test_every_scenario_of_the_help_is_there() -> None:
    named = set(re.findall(r"^ +just k6 (\w+) ", commands.k6.__doc__ or "", re.MULTILINE))
    assert named
    assert named <= set(commands.SCENARIOS.split(", "))
