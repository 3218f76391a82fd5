from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from harness.document import markdown
from harness.service import declared, services
from torture import hostile, overload, page
from torture.experiments import EXPERIMENTS
from torture.page import Record, newer
from torture.postgresql import ON_POSTGRESQL
from torture.service import TIMES, Effort, Result
from torture.synced import synced_before


def test_the_page_is_that_of_what_was_kept() -> None:
    assert page.PAGE.read_text() == markdown(page.page(page.kept()))


def test_the_long_form_of_every_experiment_is_kept_of_every_service() -> None:
    kept = {name: [*records] for name, records in page.kept().items()}
    on_postgresql = [name for name in services() if "postgresql" in declared(name).databases]
    expected = {name: sorted(EXPERIMENTS) for name in services()}
    expected |= {f"{name} on PostgreSQL": sorted(ON_POSTGRESQL) for name in on_postgresql}
    assert {name: sorted(records) for name, records in kept.items()} == expected


def test_a_fault_is_on_the_page() -> None:
    result = Result(Counter(kills=1000), faults=["item 7 is gone, not a"])
    text = markdown(page.page({"alpha": {"crash": Record.of("2.0.0", result, 3.0)}}))
    assert "| kills | 1,000 |" in text
    assert "- alpha: item 7 is gone, not a" in text


def test_what_is_new_takes_the_place_of_what_was() -> None:
    old, new = (Record.of("2.0.0", Result(Counter(kills=kills)), 1.0) for kills in (1, 2))
    records = newer({"beta": {"disk": new}, "alpha": {"disk": old, "gone": old}}, "alpha", "crash", new)
    assert records == {"alpha": {"crash": new, "disk": old}, "beta": {"disk": new}}
    assert [*records] == ["alpha", "beta"]
    assert [*records["alpha"]] == ["crash", "disk"]


@pytest.mark.parametrize("module", [hostile, overload])
def test_the_words_about_memory_have_the_figures(module: ModuleType) -> None:
    description = page.EVERY[module.__name__.rpartition(".")[2]].__doc__ or ""
    assert f"{module.GROWTH:.0f} MiB" in description
    assert f"{TIMES} times in a row" in description


@pytest.mark.parametrize(("share", "count"), [(0.0, 4), (0.1, 10), (1.0, 100), (2.0, 200)])
def test_the_counts_grow_with_the_minutes(share: float, count: int) -> None:
    assert Effort(share).of(100, least=4) == count


def test_a_commit_that_was_synced_too_late(tmp_path: Path) -> None:
    log = tmp_path / "calls.txt"
    log.write_text(
        '7 recvfrom(9, "POST /items HTTP"..., 8192, 0, NULL, NULL) = 150\n'
        "7 fdatasync(5 <unfinished ...>\n"
        "7 <... fdatasync resumed>) = 0\n"
        '7 sendto(9, "HTTP/1.1 201 Cre"..., 200, 0, NULL, 0) = 200\n'
        '7 recvfrom(9, "POST /items HTTP"..., 8192, 0, NULL, NULL) = 150\n'
        '7 sendto(9, "HTTP/1.1 201 Cre"..., 200, 0, NULL, 0) = 200\n'
        "7 fdatasync(5) = 0\n"
        '8 recvfrom(9, "POST /items HTTP"..., 8192, 0, NULL, NULL) = 150\n'
        "8 fdatasync(5) = -1 EIO\n"
        '8 sendto(9, "HTTP/1.1 201 Cre"..., 200, 0, NULL, 0) = 200\n'
    )
    assert synced_before(log) == [True, False, False]
