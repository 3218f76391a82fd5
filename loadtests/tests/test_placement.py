"""Where a run takes place, as a file and as words say it."""

import os
from pathlib import Path

import pytest

from harness.command import Exit
from loadtests.measure import placement
from loadtests.measure.placement import HERE, Placement
from loadtests.measure.plan import PlanError

LAB = 'listen = "192.0.2.1"\nload_from = ["ssh://me@load1", "ssh://load2:2222"]\ncores = "0"\n'


@pytest.fixture
def environments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(placement, "ENVIRONMENTS", tmp_path)
    (tmp_path / "lab.toml").write_text(LAB)
    return tmp_path


@pytest.mark.usefixtures("environments")
def test_a_file_is_the_same_as_the_words() -> None:
    words = {"listen": "192.0.2.1", "load_from": "ssh://me@load1,ssh://load2:2222", "cores": "0"}
    lab = placement.chosen("lab", {"listen": None, "load_from": None, "cores": None})
    assert lab == placement.chosen(None, words)
    assert (lab.address, lab.load_from[1]) == ("192.0.2.1", "ssh://load2:2222")
    assert placement.chosen("lab", {"listen": "192.0.2.9"}).address == "192.0.2.9"  # before the file
    assert Placement.model_validate(lab.model_dump(mode="json")) == lab  # as a run keeps it


def test_without_either_a_run_takes_place_here() -> None:
    assert placement.chosen(None, {"listen": None}) == HERE
    assert HERE.address == "127.0.0.1"


@pytest.mark.parametrize(
    ("environment", "words", "message"),
    [
        (None, {"load_from": "ssh://me@load1"}, "--load-from needs --listen, the address at which those"),
        (None, {"load_from": "ssh://a", "listen": "0.0.0.0"}, "--load-from needs --listen"),  # noqa: S104 - no
        (None, {"load_from": "me@a"}, "load_from: a machine is ssh://USER@HOST or ssh://HOST:PORT, and not"),
        (None, {"load_from": "ssh://-oProxyCommand=x"}, "load_from: a machine is ssh://USER@HOST"),
        (None, {"load_from": "ssh://a,ssh://a", "listen": "192.0.2.1"}, "--load-from names a machine twice"),
        (None, {"listen": "load1"}, "listen: Input is not a valid IPv4 address"),
        (None, {"cores": "all"}, "cores: cores are 0-3 or 0,2,4, as taskset has them, and not all"),
        ("lap", {}, "Unknown environment: lap. Did you mean lab?"),
        ("typo", {}, "liste: Extra inputs are not permitted"),
        ("broken", {}, "environments/broken.toml is not TOML: "),
    ],
)
def test_what_is_no_place_is_told_in_a_line(
    environments: Path,
    capsys: pytest.CaptureFixture[str],
    environment: str | None,
    words: dict[str, str | None],
    message: str,
) -> None:
    (environments / "typo.toml").write_text('liste = "192.0.2.1"')
    (environments / "broken.toml").write_text("listen")
    with pytest.raises(Exit) as refused:
        placement.chosen(environment, words)
    told = capsys.readouterr().err
    assert (refused.value.exit_code, told[: len(message)], len(told.splitlines())) == (2, message, 1)


def test_a_run_keeps_to_its_cores() -> None:
    before = os.sched_getaffinity(0)
    first = min(before)
    try:
        Placement(cores=f"{first}").take_cores()
        assert os.sched_getaffinity(0) == {first}
        with pytest.raises(PlanError, match=f"The cores 0-4095 are not among ours: {first}$"):
            Placement(cores="0-4095").take_cores()
        HERE.take_cores()
        assert os.sched_getaffinity(0) == {first}
    finally:
        os.sched_setaffinity(0, before)
