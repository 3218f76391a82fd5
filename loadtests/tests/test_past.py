"""A service beside itself as of a commit."""

import json
import subprocess
from dataclasses import replace

import pytest

from harness.tests.fakes import lines
from loadtests.report import page, stacks, versions
from loadtests.report.results import Results
from loadtests.runner import past, plan
from loadtests.runner.plan import Plan, PlanError, Variant
from loadtests.tests import synthetic
from loadtests.tests.conftest import PLAN, Tree

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def git(tree: Tree, *words: str) -> str:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    ran = subprocess.run(["git", *who, *words], cwd=tree.root, capture_output=True, text=True, check=True)
    return ran.stdout.strip()


@pytest.fixture
def history(tree: Tree) -> Tree:
    """A commit without beta, and one with it, in which alpha has become another."""
    (tree.root / ".gitignore").write_text(".venv\n")
    git(tree, "init", "-q")
    (tree.root / "services" / "alpha" / "order").write_text("of old")
    git(tree, "add", ".gitignore", "services/alpha", "loadtests/servers.toml")
    git(tree, "commit", "-q", "-m", "one")
    (tree.root / "services" / "alpha" / "order").unlink()
    git(tree, "add", "--all", "services")
    git(tree, "commit", "-q", "-m", "two")
    return tree


def test_a_service_is_measured_beside_itself_as_of_a_commit(history: Tree) -> None:
    words = ("alpha", "--plan", "twice", "--against", "HEAD~1")
    status, _, err = history.bench(*words, TMPDIR=str(history.root))
    assert status == 0, err
    commit = git(history, "rev-parse", "HEAD~1")
    then = f"alpha_{commit[:7]}"
    blocks = list(dict.fromkeys((one["round"], one["variant"]) for one in history.samples))
    assert sorted(blocks) == [(1, "alpha"), (1, then), (2, "alpha"), (2, then)]
    assert not [one["invalid"] for one in history.samples if one["invalid"]]
    machine = json.loads((history.run / "machine.json").read_text())
    assert machine["commits"] == {then: commit}
    assert list(machine["packages"]) == ["alpha", then]
    assert list(machine["configuration"]) == [name for _, name in blocks[:2]]
    assert str(history.root) not in json.dumps(machine)
    assert plan.parsed((history.run / "plan.toml").read_text(), "").variants[then].commit == commit
    assert [path for path in history.root.iterdir() if path.name.startswith(("past-", "alpha-"))] == []


def test_the_earlier_one_runs_from_the_folder_of_its_commit(history: Tree) -> None:
    alpha = history.root / "services" / "alpha" / ".venv" / "bin" / "gunicorn"
    alpha.write_text(alpha.read_text().replace("def main() -> None:", f"{TELLING}def main() -> None:"))
    status, _, err = history.bench("alpha", "--plan", "tiny", "--against", "HEAD~1")
    assert status == 0, err
    assert sorted(lines(history.root / "told")) == ["", "of old"]


TELLING = """
with (Path(__file__).resolve().parents[4] / "told").open("a") as file:
    file.write(f"{ORDER}\\n")


"""


def test_its_requirements_are_installed_where_they_are_others(history: Tree) -> None:
    requirements = history.root / "services" / "alpha" / "requirements.txt"
    requirements.write_text("flask==2\n")
    git(history, "commit", "-q", "-m", "flask", str(requirements))
    requirements.write_text("")
    uv = history.root / "bin" / "uv"
    uv.parent.mkdir()
    uv.write_text(f'#!/bin/sh\necho "$@" >> {history.root}/uv\nexit 7\n')
    uv.chmod(0o755)
    path = f"{uv.parent}:/usr/bin:/bin"
    status, out, err = history.bench("alpha", "--plan", "tiny", "--against", "HEAD", PATH=path)
    assert (status, out.split()[:2]) == (1, [])
    assert "Installing alpha of " in err
    assert err.splitlines()[-1] == "Cannot install alpha: uv venv failed with exit status 7"
    assert not (history.root / "results").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["alpha", "--against", "nothing"], (1, "Unknown commit: nothing")),
        (["alpha", "--against", "--all"], (1, "Unknown commit: --all")),
        (["beta", "--against", "HEAD~1"], (1, "There is no beta in the commit {then}")),
        (["gamma", "--against", "HEAD"], (2, "Unknown service: gamma. There are: alpha, beta")),
        (
            ["alpha", "--against", "HEAD", "--docker"],
            (2, "An image is of the service as it is now: there is none to measure --against a commit"),
        ),
        (
            ["--resume", "--against", "HEAD"],
            (2, "A run goes on as it began: with its rounds, its seed, and in containers or not"),
        ),
    ],
)
def test_what_has_no_earlier_self_is_said_in_one_line(
    history: Tree, words: list[str], message: tuple[int, str]
) -> None:
    status, out, err = history.bench("--plan", "tiny", *words)
    then = git(history, "rev-parse", "HEAD~1")[:7]
    assert (status, out, err) == (message[0], "", f"{message[1].format(then=then)}\n")
    assert not (history.root / "results").exists()


def test_a_tree_that_is_no_repository_has_no_earlier_versions(tree: Tree) -> None:
    ceiling = {"GIT_CEILING_DIRECTORIES": str(tree.root.parent)}
    status, _, err = tree.bench("alpha", "--plan", "tiny", "--against", "HEAD", **ceiling)
    assert (status, err) == (1, "There are no earlier versions: the services are in no git repository\n")


def test_without_git_it_says_what_to_do(tree: Tree) -> None:
    status, _, err = tree.bench("alpha", "--plan", "tiny", "--against", "HEAD", PATH="")
    assert (status, err) == (1, "There is no git, which knows the earlier versions: install it\n")


def test_a_plan_names_a_commit_and_a_run_its_hash(history: Tree) -> None:
    text = PLAN + '\n[variants]\nold = { service = "alpha", commit = "HEAD" }\n'
    (history.root / "loadtests" / "plans" / "old.toml").write_text(text.replace("rounds = 2", "rounds = 1"))
    history.tell_k6(hello="fail_check")
    history.bench("--plan", "old")
    head = git(history, "rev-parse", "HEAD")
    assert f'commit = "{head}"' in (history.run / "plan.toml").read_text()
    git(history, "commit", "-q", "--allow-empty", "-m", "three")
    history.tell_k6()
    status, _, err = history.bench("--resume")
    assert status == 0, err


def test_what_was_said_of_the_services_then_is_held_against_them(history: Tree) -> None:
    servers = history.root / "loadtests" / "servers.toml"
    git(history, "rm", "-q", "--cached", str(servers))
    git(history, "commit", "-q", "-m", "three")
    servers.write_text('[alpha]\nworker_class = "of today"\n')
    git(history, "add", str(servers))
    for commit, wrong in (("HEAD", 2), ("HEAD~1", 1)):  # of three, of which nobody said a thing, and of two
        history.bench("alpha", "--plan", "tiny", "--against", commit)
        refused = {one["variant"] for one in history.samples if "the plan says of today" in one["invalid"]}
        assert len(refused) == wrong
        for path in history.run.iterdir():
            path.unlink()
        history.run.rmdir()


def test_only_a_service_has_an_earlier_self(tiny: Plan) -> None:
    twin = {"twin": Variant(service="alpha", twin=True)}
    both = tiny.model_copy(update={"variants": {**tiny.variants, **twin}})
    names = list(past.against(both, COMMIT).variants)
    assert names == ["alpha", "alpha_0123456", "beta", "beta_0123456", "gamma", "gamma_0123456", "twin"]
    with pytest.raises(PlanError, match="there is none among twin"):
        past.against(tiny.model_copy(update={"variants": twin}), COMMIT)


@pytest.mark.parametrize("kind", ["twin", "docker"])
def test_a_commit_is_of_the_service_itself(kind: str) -> None:
    with pytest.raises(ValueError, match=f"{kind} and commit exclude each other"):
        Variant.model_validate({"service": "alpha", "commit": COMMIT, kind: True})


def test_what_has_a_commit_is_in_no_image(tiny: Plan) -> None:
    with pytest.raises(PlanError, match="leave out alpha_0123456, beta_0123456, gamma_0123456"):
        plan.in_containers(past.against(tiny, COMMIT))


def since(factor: float) -> Results:
    """A run of flask_sqlite beside itself as it was, so many times as fast as it had been."""
    results = synthetic.results(twins=False)
    chosen = plan.on(results.plan, ["flask_orm", "flask_sqlite", "flask_sqlite_again"])
    chosen = chosen.model_copy(
        update={
            "variants": {
                **chosen.variants,
                "flask_sqlite_0123456": Variant(service="flask_sqlite", commit=COMMIT),
            }
        }
    )
    then = [
        each.model_copy(
            update={
                "variant": "flask_sqlite_0123456",
                "mean_ms": each.mean_ms * factor,
                "cpu_ms_per_request": each.cpu_ms_per_request * factor,
            }
        )
        for each in results.samples
        if each.variant == "flask_sqlite"
    ]
    kept = [each for each in results.samples if each.variant in chosen.variants]
    return replace(results, plan=chosen, samples=(*kept, *then))


def test_what_became_of_a_service_is_told_by_both_measures() -> None:
    found = [one for one in versions.versions(since(2)) if one.scenario == "get_item"]
    assert [(one.measure, one.times, one.verdict) for one in found] == [
        ("ms", "2.00 (2.00 to 2.00)", "better"),
        ("cpu ms", "2.00 (2.00 to 2.00)", "better"),
    ]
    assert {(one.variant, one.commit) for one in found} == {("flask_sqlite", "0123456")}


def test_a_change_below_the_noise_floor_is_none() -> None:
    assert {one.verdict for one in versions.versions(since(1.001))} == {"not told apart"}
    worse = [one.verdict for one in versions.versions(since(0.5)) if one.scenario == "get_item"]
    assert worse == ["worse", "worse"]


def test_the_earlier_one_stands_for_no_application_of_the_study() -> None:
    results = since(2)
    names = ["flask_sqlite_0123456", "flask_sqlite"]
    swapped = {name: results.plan.variants[name] for name in names}
    results = replace(results, plan=results.plan.model_copy(update={"variants": swapped}))
    assert stacks.stand_ins(results, ["flask_sqlite"]) == {"flask_sqlite": "flask_sqlite"}


def test_both_reports_have_both_versions() -> None:
    shown = page.everything(since(2))
    row = "| get_item | flask_sqlite | 0123456 | cpu ms |"
    assert row in page.markdown(shown)
    html = page.html(shown)
    assert '<h2 id="versions">' in html
    assert "Hollow: the earlier version." in html
    assert "at 0123456</text>" in shown["figures"]["picture"]
    alone = page.everything(synthetic.results(twins=False))
    assert "Since the commit" not in page.html(alone) + page.markdown(alone)
