import json
from pathlib import Path

import pytest

from loadtests.runner import plan, record
from loadtests.runner.record import RecordError, Run
from loadtests.runner.sample import Cell, Sample
from loadtests.tests.conftest import PLAN


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return record.begun(plan.on(plan.parsed(PLAN, "tiny"), ["alpha"]), {"cores": 2}, tmp_path)


def sample(cell: Cell) -> Sample:
    return Sample(**cell._asdict(), service=cell.variant, started="", users=1)


def test_a_run_is_found_as_it_was_begun(run: Run, tmp_path: Path) -> None:
    assert record.found(run.name, tmp_path) == run
    assert run.machine == {"cores": 2}


def test_a_sample_is_one_line_written_at_once(run: Run) -> None:
    first, second = run.remaining[:2]
    run.add(sample(first))
    assert (run.folder / "samples.jsonl").read_text().count("\n") == 1
    run.add(sample(second))
    assert [one.cell for one in run.samples] == [first, second]


def test_a_line_that_was_cut_off_is_measured_again(run: Run, tmp_path: Path) -> None:
    first, second = run.remaining[:2]
    run.add(sample(first))
    with (run.folder / "samples.jsonl").open("a") as file:
        file.write(sample(second).model_dump_json()[:40])
    again = record.found(run.name, tmp_path)
    assert [one.cell for one in again.samples] == [first]
    again.add(sample(second))
    assert [one.cell for one in again.samples] == [first, second]


def test_a_line_that_is_no_sample_is_said_so(run: Run, tmp_path: Path) -> None:
    (run.folder / "samples.jsonl").write_text(json.dumps({"round": 1}) + "\n")
    with pytest.raises(RecordError, match=r"samples\.jsonl holds a line that is no sample"):
        record.found(run.name, tmp_path)


def test_two_runs_of_one_second_have_two_folders(run: Run, tmp_path: Path) -> None:
    second = [record.begun(run.plan, {}, tmp_path) for _ in range(20)]
    assert len({one.name for one in [run, *second]}) == 21


def test_the_latest_unfinished_run_is_of_the_services_and_the_plan_asked_for(
    run: Run, tmp_path: Path
) -> None:
    for cell in run.remaining:
        run.add(sample(cell))
    with pytest.raises(RecordError, match="no unfinished run"):
        record.latest_unfinished([], None, tmp_path)
    open_run = record.begun(run.plan, {}, tmp_path)
    assert record.latest_unfinished([], None, tmp_path) == open_run
    assert record.latest_unfinished(["alpha"], "tiny", tmp_path) == open_run
    with pytest.raises(RecordError):
        record.latest_unfinished(["beta"], None, tmp_path)
    with pytest.raises(RecordError):
        record.latest_unfinished([], "paper", tmp_path)
