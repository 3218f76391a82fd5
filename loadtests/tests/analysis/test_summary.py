from loadtests.analysis import summary
from loadtests.measure.sample import Cell, Reason, Sample
from loadtests.tests.analysis import synthetic

REFUSED = Reason(code="requests", numbers={"made": 1, "of": 100})


def rows(*samples: Sample) -> list[list[str]]:
    return [row for table in synthetic.tables(summary.blocks(samples)) for row in table]


def sample(number: int = 1, **figures: object) -> Sample:
    made = synthetic.sample(Cell(number, "flask_orm", "get_item"), "flask_orm", "get_item")
    return made.model_copy(update=figures)


def test_rounds_come_together_in_one_row() -> None:
    one, two = (
        sample(number, requests_per_second=rate, mean_ms=ms, max_ms=most, memory_mib=mib)
        for number, rate, ms, most, mib in ((1, 10.0, 1.0, 9.0, 60.0), (2, 30.0, 2.0, 5.0, 70.0))
    )
    [row] = rows(one, two)
    assert row[:4] == ["get_item", "2,000", "20", "1.50"]
    assert row[7:] == ["9.00", "0", "1.08", "70", "20%"]


def test_an_invalid_sample_is_told_and_not_averaged() -> None:
    samples = [sample(requests_per_second=10.0), sample(2, invalid=REFUSED, requests_per_second=1e6)]
    assert [row[:3] for row in rows(*samples)] == [["get_item", "1,000", "10"]]
    assert synthetic.texts(summary.blocks(samples), "notice") == [
        "flask_orm, get_item, round 2: 1 of 100 requests were made"
    ]
    [row] = rows(sample(invalid=REFUSED, requests=0))
    assert set(row[1:]) == {"-"}


def test_variants_and_rates_keep_the_order_in_which_they_were_measured() -> None:
    samples = [sample(1, variant=name, rate=rate) for name in "ba" for rate in (100.0, 200.0)]
    assert synthetic.headings(summary.blocks(samples)) == ["b", "a"]
    assert [row[0] for row in rows(*samples)] == ["get_item 100/s", "get_item 200/s"] * 2
