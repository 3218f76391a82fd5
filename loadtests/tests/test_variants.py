"""A service beside itself as of a commit, and on other packages."""

import json
import subprocess
from datetime import UTC, date, datetime
from importlib import metadata

import pytest

from harness import environment, service
from harness.service import LaunchError, stamped
from harness.tests.fakes import lines
from loadtests.measure import plan, variants
from loadtests.measure.block import made_for
from loadtests.measure.plan import Plan, Variant
from loadtests.tests.conftest import Tree

COMMIT = "0123456789abcdef0123456789abcdef01234567"
TWIN = Variant(service="alpha", application="twin")


def git(tree: Tree, *command: str) -> str:
    user = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    ran = subprocess.run(["git", *user, *command], cwd=tree.root, capture_output=True, text=True, check=True)
    return ran.stdout.strip()


@pytest.fixture
def history(tree: Tree) -> Tree:
    """A commit without beta, of the first edition, and one with it, in which alpha has become another."""
    (tree.root / ".gitignore").write_text(".venv\n")
    git(tree, "init", "-q")
    alpha = tree.root / "services" / "alpha"
    declared = (alpha / "pyproject.toml").read_text()
    (alpha / "order").write_text("of old")
    (alpha / "pyproject.toml").write_text('[project]\nname = "alpha"\nversion = "1.0.0"\n')
    git(tree, "add", ".gitignore", "services/alpha")
    git(tree, "commit", "-q", "-m", "one")
    (alpha / "order").unlink()
    (alpha / "pyproject.toml").write_text(declared)
    git(tree, "add", "--all", "services")
    git(tree, "commit", "-q", "-m", "two")
    return tree


TELLING = """
with (Path(__file__).resolve().parents[4] / "told").open("a") as file:
    file.write(f"{order()}\\n")


"""


def test_a_service_is_measured_beside_itself_as_of_a_commit(history: Tree) -> None:
    gunicorn = history.root / "services" / "alpha" / ".venv" / "bin" / "gunicorn"
    gunicorn.write_text(gunicorn.read_text().replace("def main() -> None:", f"{TELLING}def main() -> None:"))
    options = ("alpha", "--plan", "tiny", "--rounds", "3", "--against", "HEAD~1", "--fail-if-slower", "50%")
    history.bench(*options, TMPDIR=str(history.root))
    earlier = git(history, "rev-parse", "HEAD~1")
    then = f"alpha_{earlier[:7]}"
    assert {sample["variant"] for sample in history.samples} == {"alpha", then}
    assert history.codes == [None] * 18
    assert sorted(lines(history.root / "told")) == [""] * 3 + ["of old"] * 3
    editions = {name: service["edition"] for name, service in history.machine["services"].items()}
    assert editions == {"alpha": "2.0.0", then: "1.0.0"}
    assert list(history.machine["packages"]) == ["alpha", then]
    assert str(history.root) not in json.dumps(history.machine)
    assert history.plan.variants[then].commit == earlier
    assert [path for path in history.root.iterdir() if path.name.startswith(("bench-", "alpha-"))] == []


def test_its_requirements_are_installed_where_they_are_others(history: Tree) -> None:
    requirements = history.root / "services" / "alpha" / "requirements.txt"
    requirements.write_text("flask==2\n")
    git(history, "commit", "-q", "-m", "flask", str(requirements))
    requirements.write_text("")
    path = history.program("uv", "#!/bin/sh\nexit 7\n")
    out, err = history.failing("alpha", "--plan", "tiny", "--against", "HEAD", PATH=path)
    assert (out, history.runs) == ("", [])
    assert "Installing alpha of " in err
    assert err.splitlines()[-1] == "Cannot install alpha: uv venv failed with exit status 7"


UV = """#!/bin/sh
for last; do :; done
case "$1 $2" in
  venv*) mkdir -p "$last/bin"; cp services/alpha/.venv/bin/gunicorn "$last/bin" ;;
  "pip compile") while [ "$1" != --output-file ]; do shift; done; cat > "$2" ;;
esac
"""


def test_a_service_is_measured_beside_itself_on_other_packages_if_it_has_them(tree: Tree) -> None:
    """The fake runs on the tools' packages, whatever uv says."""
    rich, typer = map(metadata.version, ("rich", "typer"))
    alpha = tree.root / "services" / "alpha"
    (alpha / "requirements.txt").write_text("rich==0.1\ntyper==0.1\n")
    (alpha / ".venv" / "installed").write_text(stamped(alpha / "requirements.txt"))
    arguments = ("alpha", "--plan", "tiny", "--with", f"rich=={rich}", "--with", "typer==1.0")
    tree.failing(*arguments, PATH=tree.program("uv", UV))
    pinned, today = tree.plan.variants["alpha_with"], datetime.now(UTC).date()
    assert (pinned.packages, pinned.as_of) == ({"rich": rich, "typer": "1.0"}, today)
    version = f"alpha with rich {rich}, typer 1.0, as of {today}"
    assert list(tree.machine["services"]) == ["alpha", version]
    assert tree.machine["configuration"]["alpha_with"]["rich"] == rich
    reasons = {sample["variant"]: sample["invalid"] for sample in tree.samples}
    wrong = {"code": "facts", "numbers": {"typer": f"{typer} / 1.0"}}
    assert reasons == {"alpha": None, "alpha_with": wrong}


def test_only_what_has_an_earlier_self_or_the_packages_is_beside_itself(
    tiny: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    pins = {"flask": "3.0.3"}
    monkeypatch.setattr(environment, "had", lambda _, pins: {"alpha": pins, "beta": {}, "gamma": {}})
    floor, again = Variant(service="alpha", application="floor"), Variant(service="alpha", control_of="alpha")
    more = plan.with_variants(tiny, {**tiny.variants, "twin": TWIN, "floor": floor, "again": again})
    both = variants.beside(more, pins).variants
    assert list(both) == ["alpha", "alpha_with", "beta", "gamma", "twin", "twin_with", "floor", "again"]
    assert both["twin_with"] == TWIN.model_copy(update={"packages": pins})
    assert list(variants.against(more, COMMIT).variants) == [
        *("alpha", "alpha_0123456", "beta", "beta_0123456", "gamma", "gamma_0123456"),
        *("twin", "floor", "again"),  # of an A/A control one earlier self is enough
    ]


def test_a_twin_on_other_packages_begins_with_its_services_empty_database(tiny: Plan) -> None:
    twin = TWIN.model_copy(update={"packages": {"flask": "3.0.3"}, "as_of": date(2025, 5, 11)})
    version = "alpha with flask 3.0.3, as of 2025-05-11"
    assert made_for(tiny, twin) == (version, 0, "sqlite")
    assert made_for(tiny, TWIN) is None
    copied = tiny.model_copy(update={"dataset": "copied"})
    assert made_for(copied, twin) == (version, tiny.records, "sqlite")
    assert made_for(copied, TWIN) == ("alpha", tiny.records, "sqlite")


def test_what_has_no_earlier_self_is_said_in_one_line(history: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "ROOT", history.root)
    then = service.full("HEAD~1")
    with pytest.raises(LaunchError, match=f"There is no beta in the commit {then[:7]}"):
        service.unpack(then, "beta", history.root)
    for commit in ("nothing", "--all"):
        with pytest.raises(LaunchError, match=f"Unknown commit: {commit}"):
            service.full(commit)
    for name, value, message in (
        ("GIT_DIR", "/nowhere", "There are no earlier versions: the services are in no git repository"),
        ("PATH", "", "There is no git, which knows the earlier versions: install it"),
    ):
        monkeypatch.setenv(name, value)
        with pytest.raises(LaunchError, match=message):
            service.full("HEAD")


def test_a_plan_names_a_commit_and_a_run_its_hash(tiny: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a name means may change before the run goes on."""
    monkeypatch.setattr(variants, "full", lambda commit: {"HEAD": COMMIT}[commit])
    named = plan.with_variants(tiny, {"old": Variant(service="alpha", commit="HEAD")})
    assert variants.pinned(named).variants["old"].commit == COMMIT
