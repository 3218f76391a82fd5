from collections.abc import Iterator
from itertools import count, repeat
from math import inf

import pytest

from harness.tests.fakes import listening
from torture.service import Result
from torture.tests.answering import answering
from torture.writer import Writer, Writers, writing


def writer(**attributes: object) -> Writers:
    made = Writer(0, "http://127.0.0.1:0")
    for name, value in attributes.items():
        setattr(made, name, value)
    return Writers([made])


SURE = {1: ["a"], 2: [None], 3: ["b", "c"]}


@pytest.mark.parametrize(
    ("may_be", "unanswered", "rows", "exact", "disagreements"),
    [
        (SURE, ["d"], {1: "a", 3: "b"}, False, []),
        (SURE, ["d"], {1: "a", 3: "c", 4: "d"}, False, []),
        ({1: ["a"], 2: ["b"]}, [], {1: "a"}, False, ["item 2 is gone, not b"]),  # a lost write
        ({1: [None]}, [], {1: "a"}, False, ["item 1 is a, not None"]),  # a delete that was undone
        ({1: ["a"]}, ["a"], {1: "a", 2: "a"}, False, ["a is there 2 times"]),
        ({}, [], {1: "a"}, False, ["item 1, a, was never answered"]),
        ({1: ["a", "b"]}, ["c"], {1: "a"}, True, []),  # when it drains, what was not answered was not done
        ({1: ["a", "b"]}, [], {1: "b"}, True, ["item 1 is b, not a"]),
        ({}, ["c"], {2: "c"}, True, ["item 2, c, was never answered"]),
    ],
)
def test_the_database_agrees_with_what_was_answered(
    may_be: object, unanswered: object, rows: dict[int, str], exact: bool, disagreements: list[str]
) -> None:
    writers = writer(may_be=may_be, unanswered=unanswered)
    assert writers.disagreements(rows, exact=exact) == disagreements


def test_a_client_is_well_since_the_first_good_answer_that_no_bad_one_followed() -> None:
    ends = [(1.0, True), (2.0, False), (3.0, True), (4.0, True)]
    assert writer(ends=ends).well_since(0.0, 2) == 3.0
    assert writer(ends=ends).well_since(3.5, 1) == 4.0
    assert writer(ends=ends).well_since(0.0, 3) == inf
    assert writer(ends=[*ends, (5.0, False)]).well_since(0.0, 1) == inf


NO_ITEM, ITEM = repeat(b"[]"), map(b'{"id": %d}'.__mod__, count(1))


@pytest.mark.parametrize(
    ("statuses", "bodies", "faults"),
    [
        ({"POST": 503}, NO_ITEM, set()),
        ({"POST": 500}, NO_ITEM, {"POST was answered 500"}),
        ({"POST": 404}, NO_ITEM, {"POST was answered 404"}),
        ({"POST": 201}, NO_ITEM, {"POST was answered 201 without an item"}),
        ({"POST": 201, "PUT": 503, "DELETE": 204}, ITEM, set()),
        ({"POST": 201, "PUT": 201, "DELETE": 200}, ITEM, {"PUT was answered 201", "DELETE was answered 200"}),
        ({"POST": 201, "PUT": 404, "DELETE": 204}, ITEM, {"PUT was answered 404 where there is an item"}),
    ],
)
def test_what_a_write_may_not_be_answered_is_a_fault(
    statuses: dict[str, int], bodies: Iterator[bytes], faults: set[str]
) -> None:
    result = Result()
    with listening(answering(statuses, bodies)) as url, writing(url) as writers:
        writers.at_work(300)
    writers.judge({}, result)
    assert {fault.rpartition(", ")[0] for fault in result.faults if " answered " in fault} == faults
