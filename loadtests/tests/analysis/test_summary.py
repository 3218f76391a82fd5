from dataclasses import dataclass

from harness.document import Heading, Table, Text, plain
from loadtests.analysis import summary
from loadtests.measure.sample import Reason, Sample
from loadtests.tests.analysis import synthetic

REFUSED = Reason(code="requests", numbers={"made": 1, "of": 100})


@dataclass
class Shown:
    headings: list[str]
    rows: list[list[str]]
    notes: list[str]


def shown(samples: list[Sample]) -> Shown:
    blocks = list(summary.blocks(samples))
    return Shown(
        [block.text for block in blocks if isinstance(block, Heading)],
        [[*map(plain, row)] for block in blocks if isinstance(block, Table) for row in block.rows],
        [plain(block.content) for block in blocks if isinstance(block, Text) and block.kind == "notice"],
    )


def sample(number: int = 1, **figures: object) -> Sample:
    return synthetic.sample(number, 1, "flask_orm", "flask_orm", "get_item", 1).model_copy(update=figures)


def test_rounds_come_together_in_one_row() -> None:
    one = sample(
        1, requests_per_second=10.0, mean_ms=1.0, max_ms=9.0, memory_mib=60.0, cpu_ms_per_request=0.2
    )
    two = sample(
        2, requests_per_second=30.0, mean_ms=2.0, max_ms=5.0, memory_mib=70.0, cpu_ms_per_request=0.4
    )
    [row] = shown([one, two]).rows
    assert row[:4] == ["get_item", "2,000", "20", "1.50"]
    assert row[-5:] == ["9.00", "0", "0.30", "70", "20%"]


def test_an_invalid_sample_is_told_and_not_averaged() -> None:
    refused = sample(2, invalid=REFUSED, requests_per_second=1e6, max_ms=1e6)
    page = shown([sample(requests_per_second=10.0), refused])
    assert [row[:3] for row in page.rows] == [["get_item", "1,000", "10"]]
    assert page.notes == ["flask_orm, get_item, round 2: k6 made 1 requests of 100"]


def test_with_no_valid_sample_there_are_no_figures() -> None:
    [row] = shown([sample(invalid=REFUSED, requests=0)]).rows
    assert set(row[1:]) == {"-"}


def test_variants_keep_the_order_in_which_they_were_measured_first() -> None:
    samples = [sample(number, variant=name) for number in (1, 2) for name in "ba"]
    assert shown(samples).headings == ["b", "a"]


def test_each_rate_has_a_row() -> None:
    assert [row[0] for row in shown([sample(rate=rate) for rate in (100.0, 200.0)]).rows] == [
        "get_item 100/s",
        "get_item 200/s",
    ]
