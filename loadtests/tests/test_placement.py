"""Where a run takes place, as a file and as options say it; test_main.py has the options that are refused."""

import os
from pathlib import Path

import pytest

from loadtests.measure import placement
from loadtests.measure.placement import HERE, Placement
from loadtests.measure.plan import PlanError

LAB = 'listen = "192.0.2.1"\nload_from = ["ssh://me@load1", "ssh://load2:2222"]\ncores = "0"\n'


def test_a_file_is_the_same_as_the_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placement, "ENVIRONMENTS", tmp_path)
    (tmp_path / "lab.toml").write_text(LAB)
    options = {"listen": "192.0.2.1", "load_from": "ssh://me@load1,ssh://load2:2222", "cores": "0"}
    lab = placement.chosen("lab", {"listen": None, "load_from": None, "cores": None})
    assert lab == placement.chosen(None, options)
    assert (lab.address, lab.load_from[1]) == ("192.0.2.1", "ssh://load2:2222")
    assert placement.chosen("lab", {"listen": "192.0.2.9"}).address == "192.0.2.9"  # before the file
    assert Placement.model_validate(lab.model_dump(mode="json")) == lab  # as a run keeps it


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
