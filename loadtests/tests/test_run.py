"""The folder of a run, and what of it remains to be measured."""

import gzip
import json
from math import nan
from pathlib import Path

import pytest

from loadtests import __main__ as commands
from loadtests.measure import plan, run
from loadtests.measure.plan import Plan, cells
from loadtests.measure.run import Run, RunError
from loadtests.measure.sample import Cell, Reason, Sample
from loadtests.tests.conftest import TWICE

DECLARED = {"edition": "2.0.0", "framework": "flask", "access": "orm", "databases": [], "interface": "wsgi"}
CHECKS = Reason(code="checks", numbers={"status is 200": 2})


@pytest.fixture
def begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(run, "RESULTS", tmp_path)
    return run.begun(plan.on(plan.parsed(TWICE, "tiny"), ["alpha"]), {"services": {"alpha": DECLARED}})


def sample(cell: Cell, invalid: Reason | None = None, **figures: object) -> Sample:
    where = cell._replace(rate=cell.rate or nan)._asdict()
    made = Sample(**where, service=cell.variant, started="", users=1, invalid=invalid)
    return made.model_copy(update=figures)


def test_a_run_is_found_by_its_name_and_by_its_path_and_what_is_none_is_said_so(begun: Run) -> None:
    assert run.read(begun.name) == begun
    assert run.read(f"results/{begun.name}/") == begun
    assert begun.services["alpha"].framework == "flask"
    with pytest.raises(RunError, match=f"nothing is not a run. The newest ones: {begun.name}"):
        run.read("nothing")
    (begun.folder / "samples.jsonl").write_text(json.dumps({"round": 1}) + "\n")
    with pytest.raises(RunError, match=r"samples\.jsonl holds a line that is no sample"):
        _ = run.read(begun.name).samples


def test_a_figure_has_four_digits_and_one_that_nobody_measured_is_null(begun: Run) -> None:
    begun.add(sample(begun.remaining[0], mean_ms=12.34567, quantiles_ms=(0.000123456, 98765.4)))
    written = json.loads((begun.folder / "samples.jsonl").read_text())
    assert (written["mean_ms"], written["quantiles_ms"]) == (12.35, [0.0001235, 98770.0])
    assert written["max_ms"] is None
    assert Reason(code="little", numbers={"value": 0.123456}).numbers == {"value": 0.1235}


def test_the_samples_of_a_run_that_is_over_are_packed_to_the_same_bytes(begun: Run) -> None:
    for cell in begun.remaining:
        begun.add(sample(cell))
    samples, written = begun.samples, (begun.folder / "samples.jsonl").read_bytes()
    begun.pack()
    packed = begun.folder / "samples.jsonl.gz"
    assert packed.read_bytes() == gzip.compress(written, mtime=0)
    assert not (begun.folder / "samples.jsonl").exists()
    assert begun.samples == samples
    before = packed.read_bytes()
    begun.reopen()
    begun.pack()
    assert packed.read_bytes() == before


def test_a_line_that_was_cut_off_is_measured_again(begun: Run) -> None:
    first, second = begun.remaining[:2]
    begun.add(sample(first))
    with (begun.folder / "samples.jsonl").open("a") as file:
        file.write(sample(second).model_dump_json()[:40])
    assert commands.kept(begun).startswith("0 of 2 blocks are kept. To go on: just bench --resume")
    again = run.read(begun.name)
    assert [sample.cell for sample in again.samples] == [first]
    again.reopen()
    again.add(sample(second))
    assert [sample.cell for sample in again.samples] == [first, second]


def test_the_latest_runs(begun: Run) -> None:
    with pytest.raises(RunError, match="No run is finished"):
        run.latest()
    for cell in begun.remaining:
        begun.add(sample(cell))
    assert run.latest() == begun
    with pytest.raises(RunError, match="no unfinished run"):
        run.latest_unfinished([], None)
    unfinished = run.begun(begun.plan.model_copy(update={"name": "again"}), {})
    assert run.latest() == begun
    assert run.latest_unfinished([], None) == unfinished
    assert run.latest_unfinished(["alpha"], "again") == unfinished
    for services, name in ((["beta"], None), ([], "paper")):
        with pytest.raises(RunError):
            run.latest_unfinished(services, name)


def test_a_block_remains_as_a_whole_until_each_of_its_cells_has_a_valid_sample(tiny: Plan) -> None:
    every = list(cells(tiny))
    samples = [*map(sample, every[:3]), sample(every[3]), sample(every[4], CHECKS)]
    assert run.remaining(tiny, samples) == every[3:]
    again = [*samples, sample(every[4])]
    assert run.remaining(tiny, again) == every[3:]
    assert run.remaining(tiny, [*again, sample(every[5])]) == every[6:]


def test_rates_beyond_one_that_was_too_high_do_not_remain() -> None:
    text = TWICE.replace("iterations = 5", "seconds = 1, rates = [50, 100, 150]")
    rising = plan.on(plan.parsed(text, "tiny"), ["alpha"])
    every = list(cells(rising))
    assert [cell.rate for cell in every[:4]] == [50, 100, 150, 0]
    first, second = sample(every[0]), sample(every[1], p99_ms=51.0)
    following = [sample(cell) for cell in every[3:5]]
    assert run.remaining(rising, [first, *following]) == every
    assert run.remaining(rising, [first, second, *following]) == every[5:]
    assert not run.passed(every[7], [first, second])  # of another round
