"""The whole command, against a k6 and services that are fakes."""

import json
import signal
from collections.abc import Iterator

import pytest

from harness.tests.fakes import until
from loadtests.runner import plan
from loadtests.tests.conftest import Tree, planted

PLANS = ", ".join(sorted([*plan.names(), "tiny", "twice"]))
BLOCK = ["load_items", "warm_up", "hello", "create_item", "delete_item"]


def test_every_round_starts_anew_and_runs_the_scenarios_in_the_plans_order(tree: Tree) -> None:
    status, _, err = tree.bench("alpha", "--plan", "twice")
    assert status == 0, err
    assert tree.calls == BLOCK * 2
    assert [(one["round"], one["scenario"]) for one in tree.samples] == [
        (number, scenario) for number in (1, 2) for scenario in BLOCK[2:]
    ]


def test_every_service_is_measured_in_every_round(tree: Tree) -> None:
    status, _, err = tree.bench("--plan", "twice")
    assert status == 0, err
    blocks = [(one["round"], one["variant"]) for one in tree.samples]
    assert len(blocks) == 12
    assert sorted(set(blocks)) == [(1, "alpha"), (1, "beta"), (2, "alpha"), (2, "beta")]
    assert blocks == sorted(blocks, key=lambda block: (block[0], blocks.index(block)))


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Tree, str]]:
    """A run that is over, and what it printed."""
    with planted(tmp_path_factory.mktemp("done")) as tree:
        scratch = tree.root / "scratch"
        scratch.mkdir()
        env = {"WEB_CONCURRENCY": "64", "SQLITE_SYNCHRONOUS": "OFF", "TMPDIR": str(scratch)}
        status, out, err = tree.bench("alpha", "--plan", "tiny", **env)
        assert status == 0, err
        yield tree, out


def test_a_run_leaves_its_files_and_no_process(done: tuple[Tree, str]) -> None:
    tree, out = done
    assert sorted(path.name for path in tree.run.iterdir()) == [
        "machine.json",
        "picture.svg",
        "plan.toml",
        "report.html",
        "report.md",
        "samples.jsonl",
    ]
    assert f"The report: results/{tree.run.name}/report.html" in out
    until(lambda: not tree.left_behind, "the service and its deaf workers are gone")


def test_figures_come_from_the_summary_and_the_rows_from_the_database(done: tuple[Tree, str]) -> None:
    hello, create, delete = done[0].samples
    assert (hello["requests"], hello["requests_per_second"], hello["mean_ms"]) == (5, 10.0, 55.5)
    assert (hello["p50_ms"], hello["p95_ms"], hello["p99_ms"], hello["max_ms"]) == (5, 9.5, 9.9, 10)
    assert (hello["little"], hello["ceiling_share"], hello["order"]) == (1.0, 0.01, 1)
    assert hello["first_half_ms"] is None  # its iterations end it, not its time
    assert hello["memory_kind"] in ("pss", "rss")
    assert hello["memory_mib"] > hello["idle_memory_mib"] * 0.9 > 0
    assert [one["rows"] for one in (hello, create, delete)] == [3, 7, 5]
    assert [one["rows_expected"] for one in (hello, create, delete)] == [3, 7, 5]


def test_the_machine_is_described_without_its_paths(done: tuple[Tree, str]) -> None:
    text = (done[0].run / "machine.json").read_text()
    assert str(done[0].root) not in text
    machine = json.loads(text)
    assert machine["k6"] == "v0.0.1"
    assert machine["cores"] >= 1
    assert list(machine["packages"]) == ["alpha"]
    assert machine["ceiling_per_second"] == {"hello": 1000, "echo": 100}


def test_what_was_seen_in_the_running_processes_is_recorded(done: tuple[Tree, str]) -> None:
    [seen] = json.loads((done[0].run / "machine.json").read_text())["configuration"].values()
    assert seen["workers"] == 2
    assert seen["worker_class"] == "__main__.Worker"
    assert seen["journal_mode"] == "WAL"


def test_the_callers_settings_do_not_reach_the_service(done: tuple[Tree, str]) -> None:
    environment = json.loads((done[0].root / "services" / "alpha" / "environment.json").read_text())
    assert "WEB_CONCURRENCY" not in environment
    assert "SQLITE_SYNCHRONOUS" not in environment


def test_the_temporary_folder_is_gone(done: tuple[Tree, str]) -> None:
    assert list((done[0].root / "scratch").iterdir()) == []


def test_a_run_that_is_complete_is_reported_again(done: tuple[Tree, str]) -> None:
    tree, _ = done
    before = tree.calls
    status, out, _ = tree.bench("--resume", tree.run.name)
    assert status == 0
    assert f"results/{tree.run.name}/report.html" in out
    assert tree.calls == before


@pytest.mark.parametrize(
    "told",
    [
        {
            "hello": ("fail_check", "2 failed checks (status is 200: 2)"),
            "create_item": ("lie", "the database holds 3 items where the answers add up to 7"),
            "delete_item": ("few", "k6 made 1 requests of 2"),
        },
        {
            "hello": ("unlawful", "Little's law: throughput * mean time / users is 0.500, not 1"),
            "create_item": ("exit", "k6 ended with exit status 107: GoError: out of luck"),
            "delete_item": ("lie", "the database holds 3 items where the answers add up to 1"),
        },
    ],
)
def test_a_sample_that_cannot_be_believed_is_invalid(tree: Tree, told: dict[str, tuple[str, str]]) -> None:
    tree.tell_k6(**{scenario: order for scenario, (order, _) in told.items()})
    status, out, err = tree.bench("alpha", "--plan", "tiny")
    assert status == 1
    assert {one["scenario"]: one["invalid"] for one in tree.samples} == {
        scenario: reason for scenario, (_, reason) in told.items()
    }
    for scenario, (_, reason) in told.items():
        assert f"invalid: alpha, {scenario}, round 1: {reason}" in out
        assert reason in (tree.run / "report.md").read_text()
    assert "Not complete: alpha in round 1." in err
    assert f"just bench --resume {tree.run.name}" in err


def test_figures_that_nobody_measured_are_null_and_not_zero(tree: Tree) -> None:
    tree.tell_k6(hello="exit")
    tree.bench("alpha", "--plan", "tiny")
    assert tree.samples[0]["requests_per_second"] is None
    assert tree.samples[0]["mean_ms"] is None
    assert tree.samples[0]["rows_expected"] is None


def test_resume_measures_a_block_again_as_a_whole_and_nothing_else(tree: Tree) -> None:
    tree.tell_k6(create_item="fail_check")
    tree.bench("alpha", "--plan", "tiny")
    before = len(tree.calls)
    tree.tell_k6()
    status, out, err = tree.bench("--resume")
    assert status == 0, err
    assert tree.calls[before:] == BLOCK
    assert [one["invalid"] for one in tree.samples] == [
        "its block was not finished, and was measured again",
        "2 failed checks (status is 201: 2)",
        "its block was not finished, and was measured again",
        *[""] * 3,
    ]
    assert "invalid: alpha, create_item, round 1: 2 failed checks" in out  # what was refused is still told


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_keeps_its_samples_leaves_nothing_and_goes_on(
    tree: Tree, number: signal.Signals, status: int
) -> None:
    tree.tell_k6(create_item="hang")
    process = tree.start("alpha", "--plan", "twice")
    until((tree.root / "hanging").exists, "k6 is in the middle of its work")
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert process.returncode == status
    assert err.splitlines()[-1] == (
        f"Interrupted. 0 of 2 blocks are kept. To go on: just bench --resume {tree.run.name}"
    )
    assert [one["scenario"] for one in tree.samples] == ["hello"]
    until(lambda: not tree.left_behind, "k6, the service and its worker are gone")

    before = len(tree.calls)
    tree.tell_k6()
    assert tree.bench("alpha", "--resume")[0] == 0
    assert tree.calls[before:] == BLOCK * 2
    valid = [(one["round"], one["scenario"]) for one in tree.samples if not one["invalid"]]
    assert len(set(valid)) == len(valid) == len(tree.samples) - 1 == 6


def test_an_impatient_ctrl_c_does_not_stop_the_cleaning_up(tree: Tree) -> None:
    tree.tell_k6(hello="hang")
    process = tree.start("alpha", "--plan", "tiny")
    until((tree.root / "hanging").exists, "k6 is in the middle of its work")

    def ended() -> bool:
        process.send_signal(signal.SIGINT)
        return process.poll() is not None

    until(ended, "the runner has ended")
    out, err = process.communicate()
    assert process.returncode == 130, out + err
    assert err.splitlines()[-1].startswith("Interrupted. 0 of 1 blocks are kept.")
    until(lambda: not tree.left_behind, "k6, the service and its worker are gone")


def test_ctrl_c_while_a_service_is_still_starting_leaves_nothing(tree: Tree) -> None:
    tree.tell("alpha", "mute")
    process = tree.start("alpha", "--plan", "tiny")
    until((tree.root / "services" / "alpha" / "environment.json").exists, "the service has a process")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in err
    until(lambda: not tree.left_behind, "the service is gone")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["gamma"], "Unknown service: gamma. There are: alpha, beta"),
        (["--plan", "huge"], f"Unknown plan: huge. There are: {PLANS}"),
        (["--resume", "gamma"], "Unknown service or run: gamma. There are: alpha, beta"),
    ],
)
def test_an_unknown_name_gets_the_real_ones(tree: Tree, words: list[str], message: str) -> None:
    status, out, err = tree.bench(*words)
    assert (status, out, err.strip()) == (2, "", message)
    assert not (tree.root / "results").exists()


def test_a_plan_that_is_wrong_says_where(tree: Tree) -> None:
    tiny = tree.root / "loadtests" / "plans" / "tiny.toml"
    tiny.write_text(tiny.read_text().replace("rounds = 1", "rounds = 0"))
    status, _, err = tree.bench("alpha", "--plan", "tiny")
    assert status == 1
    assert err.startswith("The plan tiny cannot be used: rounds: ")
    assert len(err.splitlines()) == 1


def test_nothing_to_resume(tree: Tree) -> None:
    status, _, err = tree.bench("--resume")
    assert (status, err.strip()) == (1, "There is no unfinished run to resume.")


def test_k6_names_no_program(tree: Tree) -> None:
    status, _, err = tree.bench("alpha", "--plan", "tiny", K6="/no/k6")
    assert status == 1
    assert err.startswith("K6 names no program: /no/k6. ")
    assert len(err.splitlines()) == 1


def test_k6_names_something_else(tree: Tree) -> None:
    status, _, err = tree.bench("alpha", "--plan", "tiny", K6="true")
    assert status == 1
    assert "is not a k6 that works" in err
    assert len(err.splitlines()) == 1


def test_a_service_that_does_not_come_up_shows_the_end_of_its_log(tree: Tree) -> None:
    tree.tell("alpha", "stop")
    status, _, err = tree.bench("alpha", "--plan", "tiny")
    assert status == 1
    assert "alpha stopped with exit status 3.\n  line one of the log\n  DATABASE_URL: no such thing\n" in err
    assert "Traceback" not in err


def test_a_dataset_that_does_not_arrive_is_said_so(tree: Tree) -> None:
    tree.tell_k6(load_items="few")
    status, _, err = tree.bench("alpha", "--plan", "tiny")
    assert status == 1
    assert "alpha did not take the dataset: k6 made 2 requests of 3." in err
    until(lambda: not tree.left_behind, "the service is gone")


def test_a_full_disk_is_one_line(tree: Tree) -> None:
    writing = tree.root / "loadtests" / "runner" / "record.py"
    full = "def full(*_: object) -> None:\n    raise OSError(28, 'No space left on device')\n"
    writing.write_text(f"{writing.read_text()}\n\n{full}\n\nRun.add = full\n")
    status, _, err = tree.bench("alpha", "--plan", "tiny")
    assert status == 1
    assert err.splitlines()[-1] == (
        "Cannot write the results: No space left on device. Make room. "
        f"0 of 1 blocks are kept. To go on: just bench --resume {tree.run.name}"
    )
    until(lambda: not tree.left_behind, "the service is gone")


def test_help_has_examples(tree: Tree) -> None:
    status, out, _ = tree.bench("--help")
    assert status == 0
    assert "just bench --resume" in out
    assert "k6 run -e BASE_URL=" in out
