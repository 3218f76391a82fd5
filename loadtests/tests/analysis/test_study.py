"""The study's claims on both versions of the twins; the counts are those of the repository."""

from collections.abc import Callable
from datetime import date

from harness.document import Bullets, Table, plain
from loadtests.analysis import paper
from loadtests.analysis.results import Results
from loadtests.analysis.sections import study, versions
from loadtests.cost import costs
from loadtests.measure.sample import Cell
from loadtests.tests.analysis import synthetic

OLD = {"group": "study", "packages": {"gunicorn": "23.0.0"}, "as_of": date(2025, 5, 11)}


def both(factor: Callable[[Cell], float] = lambda _: 1.0) -> Results:
    """Services, twins, and the twins on the study's versions, which take `factor` as long as those."""
    plan = synthetic.plan(control=False)
    old = {
        f"study_{name}": plan.variants[f"twin_{name}"].model_copy(update=OLD) for name in synthetic.SERVICES
    }
    groups = {**plan.groups, "study": "The study's versions"}
    chosen = plan.model_copy(update={"groups": groups, "variants": {**plan.variants, **old}})
    return synthetic.run("both", chosen, lambda one: factor(one) if one.variant in old else 1.0)


def slow_list(cell: Cell) -> float:
    return 4.0 if (cell.variant, cell.scenario) == ("study_flask_sqlite", "list_items") else 1.0


def claims(results: Results) -> Table:
    return next(one for one in study.section(results) if isinstance(one, Table))


def test_each_claim_has_its_outcome_on_both_versions_and_whether_they_agree() -> None:
    same, table = claims(both()), claims(both(slow_list))
    assert list(table.head)[1:8] == ["on its versions", "by", "here", "on today's", "by", "here", "agree"]
    assert len(table.rows) == len(paper.read().claims)
    assert {plain(row[7]) for row in same.rows} == {"yes"}
    differing = [row for row in table.rows if plain(row[7]) == "no"]
    says = [plain(row[-1]) for row in differing]
    assert any("The best performance was achieved by Flask with SQLite" in one for one in says)
    for row in differing:
        assert (plain(row[1]).partition(":")[0], plain(row[4]).partition(":")[0]) in {
            ("contradicted", "reproduced"),
            ("reproduced", "contradicted"),
            ("contradicted", "undecided"),
            ("undecided", "reproduced"),
        }


def test_the_conclusion_begins_with_what_the_releases_changed() -> None:
    blocks = study.section(both(slow_list))
    [lead] = synthetic.texts(blocks, "lead")
    before, after = costs.read(costs.STUDY), costs.read()
    differ = sum(plain(row[7]) == "no" for row in claims(both(slow_list)).rows)
    assert differ
    assert lead.startswith("From the study's versions to today's the instructions of a request")
    assert f"; {36 - differ} of the 36 claims come out the same on both. On today's versions: Of the" in lead
    counted = synthetic.tables(blocks)[1]
    ratio = after.of("twins", "flask_orm", "hello") / before.of("twins", "flask_orm", "hello")
    assert next(row for row in counted if row[0] == "flask_orm")[1] == f"{ratio:.2f}"
    differences, _ = [block for block in blocks if isinstance(block, Bullets)]
    assert list(differences.items) == list(paper.read().differences)


def test_without_the_studys_versions_nothing_is_said_of_them() -> None:
    blocks = study.section(synthetic.results())
    assert list(claims(synthetic.results()).head)[1:4] == ["outcome", "by", "here"]
    assert synthetic.headings(blocks) == ["The published study", "What its text gets wrong or leaves out"]
    assert versions.section(synthetic.results()) == []


def test_what_ran_on_other_packages_is_compared_with_the_same_on_its_own() -> None:
    [table] = synthetic.tables(versions.section(both(lambda _: 1.5)))
    assert [row[:3] for row in table] == [
        [f"twin_{name}", f"study_{name}", "1.50 (1.50 to 1.50)"] for name in synthetic.SERVICES
    ]
    [table] = synthetic.tables(versions.section(both()))
    assert {*table[0][2:]} == {"not told apart"}


def test_the_count_of_the_study_is_of_the_versions_in_its_table() -> None:
    table = paper.read().versions
    count = costs.read(costs.STUDY)
    assert {*count.packages} == {*paper.read().applications} == {*count.costs["twins"]}
    for packages in count.packages.values():
        found = {name.lower().replace("_", "-"): version for name, version in packages.items()}
        own = {name: version for name, version in table.items() if name in found}
        assert {name: found[name] for name in own if name != "djangorestframework"} == {
            name: version for name, version in own.items() if name != "djangorestframework"
        }
