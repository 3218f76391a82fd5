"""A load from elsewhere: by an ssh that is a fake, and by sshd and k6 in network namespaces."""

import signal
from collections.abc import Iterator
from dataclasses import replace
from math import isnan, nan
from pathlib import Path

import pytest

from harness.k6 import PERCENTS, K6Error, Outcome
from harness.tests.fakes import lines, program, until
from loadtests.measure import prepare, remote
from loadtests.measure.placement import Placement
from loadtests.tests import namespaces
from loadtests.tests.conftest import K6, LAWFUL, PLAN, Tree
from loadtests.tests.namespaces import Lab

TWO = f"""{PLAN.replace("users = 1", "users = 2")}
hello_wrk = {{ operation = "hello", generator = "wrk", users = 2, seconds = 1 }}
"""
LAB = 'listen = "127.0.0.1"\nload_from = ["ssh://me@one", "ssh://me@two"]'
# An ssh to this very machine; what it is named decides what is there
FAKE = """#!/bin/sh
for word; do host=$command command=$word; done
echo "$host" >> {root}/hosts
case $host in
  *nowhere) echo 'ssh: connect to host nowhere port 22: No route to host' >&2; exit 255 ;;
  *bare) echo 'sh: 1: k6: not found' >&2; exit 127 ;;
  *old) echo 'k6 v9.9.9 (fake)'; exit ;;
esac
exec sh -c "$command"
"""


@pytest.fixture
def path(tree: Tree) -> str:
    """On which an ssh is found that is a fake, and at the other end of it the fake k6."""
    return tree.program("ssh", FAKE.format(root=tree.root))


def test_two_machines_share_the_load_and_the_runner_stays_with_the_service(tree: Tree, path: str) -> None:
    """A connection that ends is a reason, and the run goes on from the same machines."""
    tree.plant("two", TWO)
    (tree.root / "environments").mkdir()
    (tree.root / "environments" / "lab.toml").write_text(LAB)
    tree.tell_k6(create_item="lose")
    tree.failing("alpha", "--plan", "two", "--environment", "lab", PATH=path)
    assert lines(tree.root / "hosts")[:2] == ["ssh://me@one", "ssh://me@two"]  # which k6 they have
    assert tree.codes == [None, "k6", None]
    says = "the connection to ssh://me@one was lost: Connection closed by remote host."
    assert tree.samples[1]["invalid"]["numbers"] == {"says": says}
    asked, called = len(lines(tree.root / "hosts")), len(tree.calls)
    tree.tell_k6()
    out, _ = tree.bench("--resume", PATH=path)
    assert set(lines(tree.root / "hosts")[asked:]) == {"ssh://me@one", "ssh://me@two"}
    assert tree.calls[called:].count("create_item") == 2
    assert tree.calls[called:].count("load_items") == 1  # from here: it is not measured
    hello, create, delete = tree.samples[3:]
    assert [sample["invalid"] for sample in (hello, create, delete)] == [None] * 3
    assert [sample["requests"] for sample in (hello, create, delete)] == [5, 4, 2]
    assert [sample["rows"] for sample in (hello, create, delete)] == [3, 7, 5]
    assert (hello["mean_ms"], hello["p50_ms"], hello["connect_ms"]) == (55.5, 5, 0.25)
    assert (create["seconds"], create["requests_per_second"], delete["failed_checks"]) == (0.5, 8, 0)
    assert create["k6_cpu_share"] is None  # nobody saw it
    assert create["service_cpu_share"] >= 0
    for sentence in (
        "The load came by ssh from ssh://me@one and ssh://me@two, to the service at 127.0.0.1.",
        "by the shortest TCP connection in each scenario: 0.25 to 0.25 ms.",
        "Left out, as wrk is on no other machine: hello_wrk.",
    ):
        assert sentence in tree.page
    assert "nan" not in out


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("nowhere", "ssh://nowhere does not answer: ssh: connect to host nowhere port 22: No route to host"),
        ("bare", "ssh://bare has no k6 that works: sh: 1: k6: not found. Install k6 v0.0.1 there"),
        ("old", "ssh://old has k6 v9.9.9, and this machine has v0.0.1: install the same there"),
    ],
)
def test_a_machine_that_cannot_be_used_is_a_line(
    path: str, monkeypatch: pytest.MonkeyPatch, where: str, message: str
) -> None:
    monkeypatch.setenv("PATH", path)
    options = {"listen": "127.0.0.1", "load_from": f"ssh://one,ssh://{where}"}
    with pytest.raises(K6Error, match=message):
        prepare.take(Placement.model_validate(options), "v0.0.1")


def test_no_ssh_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(K6Error, match="There is no ssh: apt-get install openssh-client"):
        remote.check("ssh://one", "v1")


def test_ssh_asks_nothing_and_takes_another_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_CONFIG", "/etc/lab")
    command = remote.ssh("ssh://one", ["k6", "run", "--address", ""])
    assert command[:3] == ["ssh", "-F", "/etc/lab"]
    assert command[-2:] == ["ssh://one", "k6 run --address ''"]
    assert "BatchMode=yes" in command


PART = replace(LAWFUL, requests=100, mean_ms=50, max_ms=100, connect_ms=0.2, dropped=1, halves_ms=(40, 60))


def test_parts_are_added_up_and_their_distributions_are_mixed_by_their_counts() -> None:
    fast = replace(PART, passed={"status is 200": 100})
    slow = replace(
        PART,
        requests=300,
        seconds=2,
        mean_ms=150,
        max_ms=200,
        quantiles_ms=tuple(100 + percent for percent in PERCENTS),
        connect_ms=0.9,
        passed={"status is 200": 298},
        failed={"status is 200": 2},
    )
    whole = remote.merged([fast, slow])
    assert isinstance(whole, Outcome)
    assert (whole.requests, whole.dropped, whole.answers(200)) == (400, 2, 398)
    assert (whole.seconds, whole.mean_ms, whole.max_ms, whole.connect_ms) == (2, 125, 200, 0.9)
    assert whole.failed == {"status is 200": 2}
    # a quarter evenly from 0 to 100, and the rest from 100 to 200
    latency = dict(zip(PERCENTS, whole.quantiles_ms, strict=True))
    assert [latency[percent] for percent in (0, 25, 50, 100)] == pytest.approx([0, 100, 100 + 100 / 3, 200])
    assert isnan(whole.began)  # each of its own clock
    assert whole.halves_ms == (40, 60)


def test_a_part_that_did_nothing_is_no_part_of_a_mean_and_one_that_failed_is_the_reason() -> None:
    none = replace(PART, requests=0, seconds=nan, mean_ms=0, quantiles_ms=(0.0,) * len(PERCENTS), passed={})
    whole = remote.merged([none, PART])
    assert isinstance(whole, Outcome)
    assert (whole.requests, whole.seconds, whole.mean_ms) == (100, 1, 50)
    assert list(whole.iterations)[:2] == [1, 3]  # the second is still the second
    assert isinstance(nothing := remote.merged([none, none]), Outcome)
    assert nothing.requests == 0
    assert remote.merged([PART, "out of luck"]) == "out of luck"


# Odd numbers, and one user alone; enough requests for Little's law, since k6 counts milliseconds
REAL = f"""{PLAN.partition("[scenarios]")[0].replace("records = 3", "records = 100")}
[scenarios]
create_item = {{ users = 3, iterations = 301 }}
hello = {{ users = 5, seconds = 3 }}
replace_item = {{ users = 6, seconds = 1, rates = [40] }}
delete_item = {{ users = 1, iterations = 100 }}
"""


# At no more than so many requests a second: what more it can do is not worth the time
SLOW_K6 = f'#!/bin/sh\nK6_RPS=200 exec {K6} "$@"\n'


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    if not namespaces.able():
        pytest.skip("needs root, iproute2 and sshd")
    program(tmp_path / "programs" / "k6", SLOW_K6)
    with namespaces.lab(tmp_path / "programs") as ready:
        yield ready


def test_a_run_over_a_real_ssh_of_which_a_session_is_killed(tree: Tree, lab: Lab) -> None:
    tree.plant("real", REAL)
    env = lab.env | {"K6": str(K6)}
    options = ("--listen", env["LISTEN"], "--load-from", env["LOAD_FROM"])
    process = tree.start("bench", "alpha", "--plan", "real", *options, **env)
    until(lambda: tree.runs and lines(tree.run / "samples.jsonl"), "the first scenario is measured", 120)
    far = lab.namespaces[1]
    until(lambda: far.processes("k6"), "k6 runs there")
    [generator] = far.processes("k6")
    session = generator.parent()
    assert session is not None
    assert session.name() == "sshd"
    session.send_signal(signal.SIGKILL)
    until(lambda: not far.processes("k6"), "k6 has ended with its session")
    _, err = process.communicate(timeout=120)
    assert process.returncode == 1, err
    assert tree.codes == [None, "k6", None, None]
    assert f"the connection to {far.url} was lost" in tree.samples[1]["invalid"]["numbers"]["says"]
    assert f"just bench --resume {tree.run.name}" in err
    tree.bench("--resume", **env)
    create, hello, replaced, deleted = tree.samples[4:]
    assert [create["requests"], deleted["requests"]] == [301, 100]
    assert hello["requests"] > 5
    assert replaced["requests"] + replaced["dropped"] == pytest.approx(40, abs=4)
    assert [create["rows"], deleted["rows"]] == [401, 301]
    assert all(0 < sample["connect_ms"] < 1000 for sample in tree.samples[4:])
    placement = {"listen": env["LISTEN"], "load_from": env["LOAD_FROM"].split(",")}
    assert tree.machine["placement"] == placement
