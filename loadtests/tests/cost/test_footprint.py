"""What a server takes besides its requests, of a service that is started."""

from pathlib import Path

import pytest

from harness.service import installed
from loadtests.analysis import cost as page
from loadtests.cost import count, footprint
from loadtests.cost.footprint import Footprint
from loadtests.cost.instrument import CountError


def test_a_worker_that_shares_with_its_master_takes_less(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(footprint, "STARTS", 1)
    installed("flask_sqlite")
    with count.dataset("flask_sqlite") as data:
        taken = footprint.measured(count.Variant("services", "flask_sqlite", "flask_sqlite"), data)
    assert taken.first_answer > 0
    assert taken.installed > 1
    assert 1 < taken.preloaded < taken.worker


def test_what_was_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "footprint.json"
    assert (footprint.read(path), page.footprint({})) == ({}, [])
    taken = {
        "flask_orm": Footprint(first_answer=0.5, worker=40, preloaded=20, installed=10),
        "flask_sqlite": Footprint(first_answer=0.25, worker=30, preloaded=15, installed=5, image=31),
    }
    footprint.write(taken, path)
    assert footprint.read(path) == taken
    path.write_text("[]")
    with pytest.raises(CountError, match="just cost --footprint --publish"):
        footprint.read(path)
