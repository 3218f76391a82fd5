from math import inf

from torture.writer import Writer, Writers


def writer(**known: object) -> Writers:
    made = Writer(0, "http://127.0.0.1:0", reuse=True)
    for name, value in known.items():
        setattr(made, name, value)
    return Writers([made])


def test_what_was_answered_is_there() -> None:
    writers = writer(may_be={1: ["a"], 2: [None], 3: ["b", "c"]}, unanswered=["d"])
    for rows in ({1: "a", 3: "b"}, {1: "a", 3: "c", 4: "d"}):
        assert writers.disagreements(rows, exact=False) == []


def test_a_lost_write() -> None:
    writers = writer(may_be={1: ["a"], 2: ["b"]})
    assert writers.disagreements({1: "a"}, exact=False) == ["item 2 is gone, not b"]


def test_a_delete_that_was_undone() -> None:
    assert writer(may_be={1: [None]}).disagreements({1: "a"}, exact=False) == ["item 1 is a, not None"]


def test_a_write_that_was_done_twice() -> None:
    writers = writer(may_be={1: ["a"]}, unanswered=["a"])
    assert writers.disagreements({1: "a", 2: "a"}, exact=False) == ["a is there 2 times"]


def test_an_item_that_nobody_wrote() -> None:
    assert writer().disagreements({1: "a"}, exact=False) == ["item 1, a, was never answered"]


def test_when_it_drains_an_unanswered_write_was_not_done() -> None:
    writers = writer(may_be={1: ["a", "b"]}, unanswered=["c"])
    assert writers.disagreements({1: "a"}, exact=True) == []
    assert writers.disagreements({1: "b", 2: "c"}, exact=True) == [
        "item 1 is b, not a",
        "item 2, c, was never answered",
    ]


def test_a_client_is_well_since_the_first_good_answer_that_no_bad_one_followed() -> None:
    ends = [(1.0, True), (2.0, False), (3.0, True), (4.0, True)]
    assert writer(ends=ends).well_since(0.0, 2) == 3.0
    assert writer(ends=ends).well_since(3.5, 1) == 4.0
    assert writer(ends=ends).well_since(0.0, 3) == inf
    assert writer(ends=[*ends, (5.0, False)]).well_since(0.0, 1) == inf
