"""What the study says, and what of it holds here."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from loadtests.choosing.runs import Runs, Source
from loadtests.choosing.said import NAMES, Section, Table, only, suffixed
from loadtests.report import claims
from loadtests.report import paper as papers
from loadtests.report.claims import Verdict
from loadtests.report.evidence import Contrast, Measured, published
from loadtests.report.paper import Paper
from loadtests.report.stacks import plain
from loadtests.report.words import factor, listed, stated

CONCLUSION = "5"
STUDY = "The published study"
CORRECTED = "As published and corrected"


def section(runs: Runs) -> Section | None:
    study = papers.read()
    tables = [orders(runs, study)]
    sentences: Sequence[str] = []
    if runs.paper:
        verdicts = claims.judged(study, runs.paper.results)
        sentences = [counted(runs.paper, verdicts)]
        tables.append(concluded(runs.paper, verdicts))
    shown = [table for table in tables if table.rows]
    return Section(sentences, shown) if shown else None


def counted(source: Source, verdicts: Sequence[Verdict]) -> str:
    outcomes = Counter(one.outcome for one in verdicts)
    told = listed([f"{outcomes[one]} are {one}" for one in reversed(claims.WORST_FIRST)])
    return (
        "Its procedure to the letter, on applications written as the tutorials write them: of its claims "
        f"{source.link(told, STUDY)}."
    )


def concluded(source: Source, verdicts: Sequence[Verdict]) -> Table:
    """What its conclusion says; the rest is in the report of the run."""
    return Table(
        ["the study concludes that", "", "here", "in the study"],
        [
            [
                source.link(stated(one.claim), STUDY),
                one.outcome,
                source.link(factor(one.ours), STUDY),
                source.link(f"{one.paper:.2f}" if one.contrast else "", STUDY),
            ]
            for one in verdicts
            if one.claim.where == CONCLUSION
        ],
    )


def orders(runs: Runs, study: Paper) -> Table:
    """Of the pairs of stacks in each of the study's scenarios: whether they are in its order here."""
    rows = [
        [words, *(source.link(str(count), CORRECTED, STUDY) for count in compared(source, named, study))]
        for words, source, named in measured(runs)
        if len(named) == len(NAMES)
    ]
    return Table(["pairs of stacks", "in the study's order", "the other way round", "not told apart"], rows)


def measured(runs: Runs) -> Iterator[tuple[str, Source, Mapping[str, str]]]:
    """In words, and by its service the variant of each stack."""
    if runs.paper:
        yield "as the tutorials write them", runs.paper, plain(runs.paper.results, twin=True)
    if found := runs.corrected:
        yield "the same, in a second run", found, plain(found.results, twin=True)
        yield "tuned code, as durable", found, suffixed(found.results, "_same_durability")
        yield "tuned code, at their best", found, suffixed(found.results, "_best")


def compared(source: Source, named: Mapping[str, str], study: Paper) -> tuple[int, int, int]:
    """Same order, opposite order, neither."""
    theirs = published(study)
    ours = Measured(only(source.results, list(named.values())), study)
    same = opposite = total = 0
    for figure in study.figures:
        for one, other in combinations(study.applications, 2):
            ahead = Contrast((one,), (other,), (figure.scenario,)).ratio(theirs).value
            if ahead == 1:
                continue
            first, second = (one, other) if ahead > 1 else (other, one)
            total += 1
            same += ours.before(first, second, figure.scenario)
            opposite += ours.before(second, first, figure.scenario)
    return same, opposite, total - same - opposite
