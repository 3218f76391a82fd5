"""The search of a server's settings: its pure parts, and the whole command against fakes."""

import json
import signal
import subprocess
import sys
from itertools import pairwise, product
from math import isnan, nan
from pathlib import Path

import psutil
import pytest

from harness import k6
from harness.server import launched
from harness.tests.fakes import lines, until
from loadtests.report import roles
from loadtests.runner import configuration, plan, record
from loadtests.tests.conftest import Tree
from loadtests.tests.test_scripts import run
from loadtests.tune import figures, halving, ladder, others, rank, report, result
from loadtests.tune.candidates import DEFAULT, Candidate, candidates, copied
from loadtests.tune.halving import Rung
from loadtests.tune.ladder import Tried
from loadtests.tune.result import Goal, Probe, Search, Tune

FAST = Candidate(workers=4)
CHEAP = Candidate(workers=1, threads=1)
MACHINE = {
    "cpu": "Z80",
    "cores": 2,
    "memory_gib": 1,
    "system": "Linux",
    "kernel": "6",
    "python": "3.11.7",
    "k6": "v1",
    "load_before": [0.1, 0, 0],
}


def probe(number: int, candidate: Candidate, goal: Goal, rate: float, **given: object) -> Probe:
    told = {"requests": 100, "p99_ms": 10, "cpu_ms_per_request": 1, "service_cpu_share": 0.5}
    named = {"round": number, "candidate": candidate.name, "goal": goal, "rate": rate}
    return Probe.model_validate({"seconds": 2, "started": "then", "k6_cpu_share": 0.2} | named | told | given)


def block(number: int, candidate: Candidate, rate: float, ms: float, **given: object) -> list[Probe]:
    """The rate passed, and the next one did not."""
    return [
        probe(number, candidate, "cost", 100, cpu_ms_per_request=ms),
        probe(number, candidate, "rate", rate, **given),
        probe(number, candidate, "rate", rate * 1.1, p99_ms=80, **given),
    ]


def tuned(service: str = "flask_sqlite", rounds: int = 5) -> Tune:
    every = (DEFAULT, FAST, CHEAP)
    names = [one.name for one in every]
    return Tune(
        service=service,
        seed=1,
        minutes=12,
        cost_rate=100,
        default=DEFAULT.name,
        candidates={one.name: one for one in every},
        of=3,
        rungs=[
            result.Rung(candidates=names, rounds=[1], seconds=2),
            result.Rung(candidates=names, rounds=list(range(2, 2 + rounds)), seconds=2, last=True),
        ],
    )


def probes(rounds: int = 5) -> list[Probe]:
    """FAST is twice as fast and dearer, CHEAP half as dear and slower; their first round was otherwise."""
    found = [*block(1, DEFAULT, 900, 9), *block(1, FAST, 100, 9), *block(1, CHEAP, 900, 9)]
    for number in range(2, 2 + rounds):
        shaken = 1 + number / 100
        found += block(number, DEFAULT, 200 * shaken, 2)
        found += block(number, FAST, 400 * shaken, 2.2 * shaken, service_cpu_share=0.75)
        found += block(number, CHEAP, 150 * shaken, 1 * shaken)
    return found


def test_the_candidates_of_flask_are_the_product_without_what_cannot_differ() -> None:
    every = candidates("flask_sqlite")
    own = {(one.workers, one.threads) for one in every if one.worker_class == "own" and one.keepalive == 75}
    assert own == set(product((1, 2, 4), (1, 2, 8)))
    sync = [(one.workers, one.threads, one.keepalive) for one in every if one.worker_class == "sync"]
    assert sync == [(1, 1, 75), (2, 1, 75), (4, 1, 75)]
    assert {one.workers for one in every if one.keepalive == 2} == {2}
    assert len(every) == len(set(every)) == 15


def test_the_threads_of_an_asgi_worker_are_varied_for_the_application_has_pools() -> None:
    every = candidates("fastapi_orm")
    asgi = {(one.workers, one.threads) for one in every if one.worker_class == "asgi" and one.keepalive == 75}
    assert asgi == set(product((1, 2, 4), (1, 2, 8)))
    assert len(every) == 24


@pytest.mark.parametrize("service", ["fastapi_orm", "django_drf"])
def test_the_default_is_a_candidate_and_names_are_different(service: str) -> None:
    every = candidates(service)
    assert DEFAULT in every
    assert len({one.name for one in every}) == len(every)


def test_the_environment_is_to_be_copied() -> None:
    assert copied(DEFAULT.env) == "WEB_CONCURRENCY=2 THREADS=2"
    sync = Candidate(4, 1, "sync")
    assert copied(sync.env) == (
        'WEB_CONCURRENCY=4 THREADS=1 GUNICORN_CMD_ARGS="--worker-class sync --threads 1"'
    )
    assert copied(Candidate(1, 8, "asgi", 2).env).endswith(
        'GUNICORN_CMD_ARGS="--worker-class asgi --keep-alive 2"'
    )


def test_what_runs_has_to_be_what_the_candidate_says() -> None:
    variant = Candidate(4, 1, "sync", 75).variant("flask_sqlite")
    told = configuration.planned(variant, "here")
    runs = {**told, "keepalive": 75}
    assert configuration.disagreement(runs, told) == ""
    gthread = runs | {"worker_class": "gunicorn.workers.gthread.ThreadWorker"}
    assert "worker_class is gunicorn.workers.gthread" in configuration.disagreement(gthread, told)
    assert "keepalive is 2 where" in configuration.disagreement(runs | {"keepalive": 2}, told)


@pytest.mark.parametrize("service", ["fastapi_orm", "django_drf"])
def test_the_services_keep_alive_is_the_defaults(service: str) -> None:
    conf = Path(__file__).parents[2] / "services" / service / "gunicorn.conf.py"
    assert f"\nkeepalive = {DEFAULT.keepalive} " in conf.read_text()


def climbed(limit: float, start: float, step: float) -> list[Tried]:
    """What is tried of a server that sustains so many."""
    tried: list[Tried] = []
    while rate := ladder.next_rate(start, step, tried):
        tried.append(Tried(rate, rate <= limit))
    return tried


def test_a_search_climbs_and_then_halves() -> None:
    tried = climbed(limit=260, start=200, step=1.5)
    assert tried == [Tried(200, True), Tried(300, False), Tried(245, True)]
    assert ladder.found(tried) == (245, 300)


def test_a_search_that_begins_too_high_goes_down_until_something_passes() -> None:
    tried = climbed(limit=60, start=200, step=1.5)
    assert [each.passed for each in tried] == [False, False, False, True]
    assert ladder.found(tried).passed == 59


def test_a_search_ends_even_if_all_passes_or_all_fails() -> None:
    assert len(climbed(limit=1e9, start=200, step=1.5)) == ladder.PROBES + ladder.MORE
    failed = climbed(limit=0, start=200, step=1.5)
    assert len(failed) == ladder.PROBES + ladder.MORE
    assert isnan(ladder.found(failed).passed)
    assert climbed(limit=0, start=6, step=1.5) == [Tried(6, False)]


def test_a_pass_above_a_failure_was_luck() -> None:
    assert ladder.found([Tried(100, True), Tried(200, False), Tried(300, True)]) == (100, 200)


def test_a_search_begins_where_the_ones_before_ended() -> None:
    assert ladder.start([], []) == ladder.START
    assert ladder.start([], [100, 300, 200]) == 200
    assert ladder.start([100, 400], [1]) == pytest.approx(200)
    assert ladder.step(0) > ladder.step(1) > ladder.step(2) == ladder.step(9) > 1


def test_the_rungs_halve_until_a_few_get_rounds_enough() -> None:
    assert halving.rungs(15) == [Rung(15, 1), Rung(8, 1), Rung(4, 1), Rung(2, 5)]
    assert halving.rungs(24) == [Rung(24, 1), Rung(12, 1), Rung(6, 1), Rung(2, 5)]
    assert halving.rungs(3)[-1] == Rung(2, 5)


def test_the_better_half_of_each_goal_goes_on_and_always_the_default() -> None:
    names = ["a", "b", "c", "d", "e"]
    rates = {"a": 5.0, "b": 4.0, "c": 3.0, "d": 2.0}
    costs = {"a": -1.0, "b": -4.0, "c": -3.0, "d": -2.0}
    assert halving.kept(names, [rates, costs], 2, "e") == ["a", "b", "d", "e"]
    assert halving.kept(names, [rates, costs], 1, "a") == ["a"]


def test_the_order_of_a_round_follows_from_the_seed() -> None:
    names = [one.name for one in candidates("flask_orm")]
    assert halving.order(names, 1, 1) == halving.order(names[::-1], 1, 1)
    assert sorted(halving.order(names, 1, 2)) == sorted(names)
    assert len({tuple(halving.order(names, seed, number)) for seed in (1, 2) for number in (1, 2)}) == 4


def test_the_probes_fill_the_time_that_is_left() -> None:
    every = halving.blocks(halving.rungs(15), 15)
    seconds = halving.probe_seconds(12 * 60, every)
    assert every * halving.block_seconds(seconds) == pytest.approx(12 * 60, rel=0.05)
    assert halving.probe_seconds(1, every) == halving.SHORTEST
    assert halving.probe_seconds(1e6, every) == halving.LONGEST


def test_time_is_for_all_or_some_are_drawn() -> None:
    every = candidates("flask_sqlite")
    assert halving.drawn(every, 12, 1, DEFAULT) == every
    assert halving.drawn(candidates("fastapi_orm"), 12, 1, DEFAULT) == candidates("fastapi_orm")
    few = halving.drawn(every, 6, 1, DEFAULT)
    assert halving.FEWEST < len(few) < len(every)
    assert DEFAULT in few
    assert few == [one for one in every if one in few]
    assert few == halving.drawn(every, 6, 1, DEFAULT)
    least = [halving.drawn(every, 0.1, seed, DEFAULT) for seed in (1, 2)]
    assert [len(one) for one in least] == [halving.FEWEST] * 2
    assert least[0] != least[1]


@pytest.mark.parametrize(
    ("given", "passed"),
    [
        ({}, True),
        ({"p99_ms": 50}, True),
        ({"p99_ms": 50.1}, False),
        ({"dropped": 1}, False),
        ({"failed_checks": 1}, False),
        ({"requests": 0}, False),
    ],
)
def test_a_probe_passes_if_nothing_failed_nothing_was_dropped_and_all_was_quick(
    given: dict[str, object], passed: bool
) -> None:
    assert probe(1, DEFAULT, "rate", 100, **given).passed is passed


def test_a_round_where_nothing_passed_has_no_rate() -> None:
    failed = [probe(1, DEFAULT, "rate", 100, dropped=1), probe(2, DEFAULT, "rate", 80)]
    assert figures.series(failed, DEFAULT.name, "rate") == {2: 80}
    invalid = [probe(1, DEFAULT, "cost", 100, invalid="it is another")]
    assert figures.series(invalid, DEFAULT.name, "cost") == {}


def test_the_winners_are_of_the_last_rung_alone() -> None:
    fast, cheap = (figures.winner(tuned(), probes(), goal) for goal in figures.GOALS)
    assert (fast.name, cheap.name) == (FAST.name, CHEAP.name)
    assert fast.ratio.value == pytest.approx(2)
    assert cheap.ratio.value == pytest.approx(0.52, abs=0.01)
    assert fast.ratio.known
    assert cheap.ratio.known


def test_who_is_not_better_beyond_doubt_does_not_win() -> None:
    noisy = [
        one
        for number, rate in enumerate([100, 400, 150, 300, 210], start=2)
        for one in (*block(number, DEFAULT, 200, 1), *block(number, FAST, rate, 1))
    ]
    won = figures.winner(tuned(), noisy, "rate")
    assert (won.name, won.best) == (DEFAULT.name, FAST.name)
    assert won.ratio.low < 1 < won.ratio.high


def test_a_worse_one_beyond_doubt_does_not_win() -> None:
    worse = [
        one
        for number in range(2, 7)
        for one in (*block(number, DEFAULT, 200, 1), *block(number, FAST, 100 + number, 2))
    ]
    assert [figures.winner(tuned(), worse, goal).name for goal in figures.GOALS] == [DEFAULT.name] * 2


def test_too_few_rounds_have_no_winner() -> None:
    won = figures.winner(tuned(rounds=4), probes(rounds=4), "rate")
    assert won.name == DEFAULT.name
    assert not won.ratio.known
    few = report.rendered(tuned(rounds=4), probes(rounds=4), MACHINE, "it")
    assert "(too few rounds for an interval)" in few
    assert "**Not complete**" in few


def test_a_rate_that_the_machine_ended_is_at_least_so_high() -> None:
    assert figures.winner(tuned(), probes(), "rate").bound  # 0.75 + 0.2 of the cores
    assert not figures.bound(probes(), CHEAP.name)
    assert figures.bound([probe(1, DEFAULT, "rate", 100)], DEFAULT.name)  # nothing failed
    assert not figures.winner(tuned(), probes(), "cost").bound


def test_the_report_has_the_winners_and_all_candidates() -> None:
    text = report.rendered(tuned(), probes(), MACHINE, "then-tune-flask_sqlite")
    assert f"{FAST.name}: 2.00 (2.00 to 2.00) times the rate of the default setting. At least that" in text
    assert f"```sh\n{copied(FAST.env)}\n```" in text
    assert f"```sh\n{copied(CHEAP.env)}\n```" in text
    table = [line for line in text.splitlines() if "-own-75s" in line and line.startswith("|")]
    assert [line.split(" | ")[0].strip("| ") for line in table] == [
        FAST.name,
        f"{DEFAULT.name} (default)",
        CHEAP.name,
    ]
    assert "| ≥ " in table[0]
    assert "≥" not in table[2]
    assert "Not complete" not in text
    assert "drawn by the seed" not in text


def test_the_report_says_where_others_used_the_machine() -> None:
    busy = [one.model_copy(update={"others_cpu_share": 0.3}) for one in probes()]
    quiet = [one.model_copy(update={"others_cpu_share": 0.01}) for one in probes()]
    assert "used 30% of the cores" in "".join(report.lines(tuned(), busy))
    assert "used 30% of the cores" in report.rendered(tuned(), busy, MACHINE, "it")
    assert "quiet machine" not in report.rendered(tuned(), quiet, MACHINE, "it")


def test_what_others_used_is_neither_idle_nor_ours() -> None:
    begin = psutil.cpu_times()
    fields = dict.fromkeys(begin._fields, 0.0)
    before = type(begin)(**fields)
    after = type(begin)(**fields | {"user": 5.0, "system": 1.0, "idle": 4.0})
    assert others.share(before, after, mine=4.0) == pytest.approx(0.2)
    assert others.share(before, after, mine=7.0) == 0
    assert isnan(others.share(before, before, mine=1.0))


def test_the_report_of_what_was_interrupted_says_so() -> None:
    begun = tuned().model_copy(update={"rungs": tuned().rungs[:1], "of": 15})
    invalid = probe(1, CHEAP, "cost", 100, invalid="threads is 2 where the plan says 1")
    text = report.rendered(begun, [*block(1, DEFAULT, 200, 1), invalid], MACHINE, "it")
    assert "**Not complete**" in text
    assert "time for 3 of the 15 candidates" in text
    assert f"- {CHEAP.name}: threads is 2" in text
    assert f"```sh\n{copied(DEFAULT.env)}\n```" in text


def written(results: Path, service: str, given: list[Probe]) -> Search:
    search = result.begun(tuned(service), MACHINE, results)
    for one in given:
        search.add(one)
    return search


def test_a_search_is_read_as_it_was_written_and_is_no_run(tmp_path: Path) -> None:
    search = written(tmp_path, "flask_sqlite", [probe(1, DEFAULT, "rate", 5, p99_ms=nan)])
    again = result.read(search.folder)
    assert again.tune == search.tune
    assert again.tune.candidates[FAST.name].env == FAST.env
    assert isnan(again.probes[0].p99_ms)
    assert record.names(tmp_path) == []


def test_the_newest_finished_search_of_a_service_counts(tmp_path: Path) -> None:
    older = written(tmp_path, "flask_orm", probes())
    written(tmp_path, "flask_orm", probes(rounds=4))
    written(tmp_path, "flask_sqlite", probes())
    assert (found := result.newest("flask_orm", tmp_path)) is not None
    assert found.folder == older.folder
    assert result.newest("django_drf", tmp_path) is None


def test_the_plan_peak_has_each_service_at_its_best_for_the_rate(tmp_path: Path) -> None:
    neither = [one for n in range(2, 7) for one in (*block(n, DEFAULT, 200, 2), *block(n, FAST, 200, 2))]
    searches = {
        "django_drf": written(tmp_path, "django_drf", probes()),
        "flask_orm": written(tmp_path, "flask_orm", neither),
    }
    peak = plan.parsed(plan.as_toml(rank.peak(searches)), "peak")
    assert list(peak.variants) == ["django_drf_best", "flask_orm_best"]
    assert peak.variants["django_drf_best"].env == FAST.env
    assert peak.variants["django_drf_best"].expects == {"keepalive": "75"}
    assert peak.variants["flask_orm_best"].env == DEFAULT.env  # nothing beat it
    assert all(one.tuned for one in peak.variants.values())
    assert (peak.name, peak.rounds) == ("peak", 5)


def test_the_ladders_of_the_plan_peak_rise_by_a_quarter_to_a_half(tmp_path: Path) -> None:
    peak = rank.peak({"flask_orm": written(tmp_path, "flask_orm", probes())})
    assert list(peak.scenarios) == ["get_item", "create_item"]
    for one in peak.scenarios.values():
        assert all(1.25 <= higher / lower <= 1.5 for lower, higher in pairwise(one.rates))


def test_the_plan_corrected_has_each_stack_in_three_roles(tmp_path: Path) -> None:
    searches = {name: written(tmp_path, name, probes()) for name in ("django_drf", "flask_orm")}
    corrected = plan.parsed(plan.as_toml(rank.corrected(searches)), "corrected")
    assert list(corrected.variants) == [
        *("django_drf_best", "django_drf_same_durability", "twin_django_drf"),
        *("flask_orm_best", "flask_orm_same_durability", "twin_flask_orm"),
    ]
    assert [roles.role(one) for one in corrected.variants.values()] == [
        *("best", "same durability", "twin")
    ] * 2
    best, same, twin = (corrected.variants[name] for name in list(corrected.variants)[3:])
    assert (best.env, best.tuned) == (FAST.env, True)
    assert (twin.twin, twin.env) == (True, {})
    told = [configuration.planned(one, "here") for one in (same, twin)]
    assert {one["journal_mode"] for one in told} == {"DELETE"}
    assert {(one["workers"], one["threads"], one["synchronous"]) for one in told} == {("2", "2", "FULL")}


def test_the_plan_corrected_is_the_standard_one_but_for_its_rounds_and_the_clock(tmp_path: Path) -> None:
    corrected = rank.corrected({"flask_orm": written(tmp_path, "flask_orm", probes())})
    standard = plan.read("standard")
    assert (corrected.pauses, corrected.warm_up) == (standard.pauses, standard.warm_up)
    assert corrected.rounds == 5
    assert {name: (one.users, one.iterations) for name, one in corrected.scenarios.items()} == {
        name: (one.users, one.iterations) for name, one in standard.scenarios.items()
    }
    assert [one.seconds for one in corrected.scenarios.values()] == [2, 2, None, None, None, None, None]


def test_a_service_without_a_search_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(rank.MissingError, match=r"^No finished search of django_drf: just tune django_drf$"):
        rank.complete({"django_drf": None, "flask_orm": written(tmp_path, "flask_orm", probes())})


def test_the_mixed_script_is_fourteen_reads_of_twenty_requests(tree: Tree) -> None:
    with launched("alpha", root=tree.root / "services") as server:
        run(server, "load_items", ITERATIONS=30)
        status, summary = run(server, "mixed", VUS=1, ITERATIONS=40)
    outcome = k6.outcome(summary, "mixed")
    assert (status, outcome.failed, outcome.requests) == (0, {}, 40)
    assert outcome.passed == {
        "status is 200": 34,
        "body is the item": 28,
        "body is the page after the id": 4,
        "body is the replaced item": 2,
        "status is 201": 4,
        "body is the new item": 4,
        "status is 204": 2,
        "body is empty": 2,
    }


def test_the_mixed_script_sees_what_is_wrong(tree: Tree) -> None:
    tree.tell("alpha", "reversed")
    with launched("alpha", root=tree.root / "services") as server:
        run(server, "load_items", ITERATIONS=30)
        status, summary = run(server, "mixed", VUS=2, ITERATIONS=40)
    assert status == k6.THRESHOLDS_CROSSED
    assert list(k6.outcome(summary, "mixed").failed) == ["body is the page after the id"]


def tune(tree: Tree, *words: str) -> tuple[int, str, str]:
    process = subprocess.run(
        [sys.executable, "-W", "error", "-m", "loadtests.tune", *words],
        cwd=tree.root,
        env={"K6": str(tree.k6), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return process.returncode, process.stdout, process.stderr


def test_the_whole_command(tree: Tree) -> None:
    searching = tree.root / "loadtests" / "tune" / "search.py"
    searching.write_text(searching.read_text().replace("RECORDS = 1500", "RECORDS = 20"))
    measuring = tree.root / "loadtests" / "tune" / "measure.py"
    measuring.write_text(measuring.read_text().replace("CALM = 0.2", "CALM = 0"))
    status, out, err = tune(tree, "alpha", "--minutes", "0.1", "--seed", "4")
    assert status == 0, err
    assert sorted(path.name for path in tree.run.iterdir()) == [
        "machine.json",
        "probes.jsonl",
        "report.md",
        "tune.json",
    ]
    written = json.loads((tree.run / "tune.json").read_text())
    assert [len(rung["rounds"]) for rung in written["rungs"]] == [1, 5]
    assert "WEB_CONCURRENCY=" in out
    assert f"The report: results/{tree.run.name}/report.md" in err
    found = [Probe.model_validate_json(line) for line in lines(tree.run / "probes.jsonl")]
    measured = {one.round for one in found if one.candidate == DEFAULT.name and not one.invalid}
    assert measured == set(range(1, 7))
    # the fake answers slowly beyond 100 a second
    assert max(one.rate for one in found if one.goal == "rate" and one.passed) <= 100
    assert not tree.left_behind


def test_ctrl_c_keeps_what_was_measured(tree: Tree) -> None:
    searching = tree.root / "loadtests" / "tune" / "search.py"
    searching.write_text(searching.read_text().replace("RECORDS = 1500", "RECORDS = 20"))
    process = subprocess.Popen(
        [sys.executable, "-m", "loadtests.tune", "alpha"],
        cwd=tree.root,
        env={"K6": str(tree.k6), "PATH": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    tree.running.append(process)
    until(lambda: any(lines(path) for path in tree.root.glob("results/*/probes.jsonl")), "a probe is kept")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert f"probes and a report are kept in results/{tree.run.name}; the next search begins anew." in err
    assert "Traceback" not in err
    assert "**Not complete**" in (tree.run / "report.md").read_text()
    until(lambda: not tree.left_behind, "the service is gone")


def test_a_default_that_is_not_what_runs_is_not_complete(tree: Tree) -> None:
    searching = tree.root / "loadtests" / "tune" / "search.py"
    searching.write_text(searching.read_text().replace("RECORDS = 1500", "RECORDS = 20"))
    tree.tell("alpha", "one_worker")
    status, _, err = tune(tree, "alpha", "--minutes", "0.1", "--seed", "4")
    assert status == 1
    assert "Not complete: the default setting" in err
    assert f"{DEFAULT.name}: workers is 1 where the plan says 2" in (tree.run / "report.md").read_text()


def test_a_word_that_names_nothing_is_one_line(tree: Tree) -> None:
    assert tune(tree, "gamma")[::2] == (2, "Unknown service: gamma. There are: alpha, beta\n")
    assert tune(tree)[::2] == (2, "Name a service, or --rank: alpha, beta\n")
    status, _, err = tune(tree, "--rank")
    assert (status, err) == (1, "No finished search of alpha, beta: just tune alpha\n")


def test_the_newest_searches_become_two_plans(tree: Tree) -> None:
    for service in ("alpha", "beta"):
        written(tree.root / "results", service, probes())
    status, _, err = tune(tree, "--rank")
    assert (status, err.count(" is written. To measure it: just bench --plan ")) == (0, 2)
    plans = tree.root / "loadtests" / "plans"
    for name, variants in (("peak", 2), ("corrected", 6)):
        assert f"loadtests/plans/{name}.toml is written. To measure it: just bench --plan {name}\n" in err
        assert len(plan.parsed((plans / f"{name}.toml").read_text(), name).variants) == variants
