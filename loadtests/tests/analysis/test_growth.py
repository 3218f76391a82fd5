from math import nan

from harness.document import Bullets, plain
from loadtests.analysis.results import Results
from loadtests.analysis.sections import growth
from loadtests.tests.analysis import synthetic
from loadtests.tests.analysis.test_replicas import replicated


def bullets(results: Results) -> list[str]:
    [block] = [block for block in growth.section(results) if isinstance(block, Bullets)]
    return [*map(plain, block.items)]


def test_a_thousand_times_as_much_is_a_thousand_times_of_each_part() -> None:
    rows, _ = synthetic.tables(growth.section(replicated()))
    many = [row for row in rows if row[:2] == ["flask_orm", "get_item"]]
    assert many == [  # 490 requests of 1.6, 0.1 and 0.3 ms
        ["flask_orm", "get_item", "1", "490", "1", "2", "0.78", "0.05", "0.15"],
        ["flask_orm", "get_item", "10", "4,900", "10", "20", "7.84", "0.49", "1.47"],
        ["flask_orm", "get_item", "100", "49,000", "100", "200 by PgBouncer", "78.4", "4.90", "14.7"],
        ["flask_orm", "get_item", "1,000", "490,000", "1,000", "2,000 by PgBouncer", "784", "49.0", "147"],
    ]


def test_a_price_is_a_formula() -> None:
    [lead] = synthetic.texts(growth.section(replicated()), "lead")
    assert lead.startswith(
        "At P for a core-hour, a million requests cost: get_item of flask_orm 0.56 \u00d7 P, "
    )
    assert synthetic.texts(growth.section(replicated(rounds=1)), "lead") == []
    cost = bullets(replicated())[-1]
    assert "get_item of flask_orm takes 2.00 ms of a processor" in cost
    assert "2,000 core-seconds; at P for a core-hour that is 2,000 \u00d7 P / 3,600 = 0.56 \u00d7 P." in cost
    _, prices = synthetic.tables(growth.section(replicated(figures={"cpu_ms_per_request": 3.2})))
    assert prices[0] == ["flask_orm", "get_item", "3,600", "1.00 \u00d7 P"]


def test_connections_are_what_all_threads_open_and_commits_what_was_sustained() -> None:
    connections, commits, _ = bullets(replicated())
    assert "a replica opens up to 2, one for each thread" in connections
    assert "takes 97 as it is shipped, which 48 replicas fill" in connections
    assert "sustained here is 610 a second (flask_orm_4), when the machine was nearest" in commits


def test_what_a_given_postgresql_used_is_not_known_and_nothing_follows() -> None:
    assert growth.section(replicated(figures={"database_cpu_ms_per_request": nan})) == []
