"""The published study's claims, put to the tutorial twins, which stand for its applications."""

from collections import Counter

from harness.document import Block, Bullets, Content, Heading, Ratio, Span, Style, Table, Text, listed
from loadtests.analysis import claims
from loadtests.analysis import paper as papers
from loadtests.analysis.claims import Measured, Outcome, Verdict
from loadtests.analysis.intervals import Interval
from loadtests.analysis.paper import Claim, Remark
from loadtests.analysis.results import Results
from loadtests.cost import costs
from loadtests.cost.costs import TWINS, Count

STYLES: dict[Outcome, Style] = {"reproduced": "good", "contradicted": "bad", "undecided": "unsure"}
RULE = (
    "Each claim names the band in which a ratio lies if it is true: above 1 for faster, within 5 % for "
    "alike, a third of the effect more or less for a size. A ratio says how many times as well the first "
    "does as the second. One instrument decides: the clock, by throughput or mean response time; or, "
    "where the load generator may have set the pace of any part of the ratio, the count of the "
    "instructions of the same twins, which are not time: they leave out waiting, the kernel and the disk. "
    "Where a run has hello and echo by wrk too, wrk's clock comes before the count. "
    "A claim is reproduced where the ratio lies in the band, contradicted where it lies outside, and "
    "undecided where that cannot be told: where its 95 % interval holds an end of the band or, of a "
    "count, where it is within 2 % of one. Of a claim about several pairs the worst decides, and is the "
    "one shown."
)
WRITES = (
    "Writes: the twins all use SQLite's default journal, and the services are compared with them as the "
    "group `same_durability`, which uses it too."
)
DECIDED = {"clock": "the clock", "clock of wrk": "wrk's clock", "count": "the count of instructions"}
SEVERAL = "more than one"


def section(results: Results) -> list[Block]:
    if "twins" not in results.groups:
        return []
    study, count = papers.read(), costs.read()
    verdicts = judged(results, count)
    same, opposite, pairs = claims.orders(study, measured(results, count))
    return [
        Heading(2, "The published study"),
        Text(conclusion(verdicts), "lead"),
        Text(
            f"{study.authors}: {study.title}. {study.institution} ({study.licence}). Its machine: "
            f"{study.machine}. The tutorial twins stand for its applications: each stack written as its "
            "framework's tutorial writes it."
        ),
        Text(RULE),
        Text(WRITES),
        Table(
            ["claim", "outcome", "by", "here", "the study", "of", "word for word"],
            [row(verdict) for verdict in verdicts],
            "ttlrrtt",
        ),
        Text(
            f"Of the {pairs} pairs of stacks in the study's figures {same} are in its order here by the same "
            f"rule, {opposite} are the other way round, and {pairs - same - opposite} are not told apart."
        ),
        Heading(3, "What its text gets wrong or leaves out"),
        Bullets([remarked(remark) for remark in study.remarks]),
    ]


def judged(results: Results, count: Count) -> list[Verdict]:
    return claims.judged(papers.read(), measured(results, count))


def measured(results: Results, count: Count) -> Measured:
    return Measured(results, papers.read(), results.groups["twins"], count.costs[TWINS])


def conclusion(verdicts: list[Verdict]) -> str:
    outcomes = Counter(verdict.outcome for verdict in verdicts)
    counts = listed([f"{outcomes[one]} are {one}" for one in STYLES])
    by = Counter(DECIDED.get(one.instrument, SEVERAL) for one in verdicts if one.outcome != "undecided")
    decided = listed([f"{by[name]} by {name}" for name in (*DECIDED.values(), SEVERAL) if by[name]])
    ending = f"; decided are {decided}" if decided else ""
    return f"Of the study's {len(verdicts)} claims {counts}{ending}."


def row(verdict: Verdict) -> list[Content]:
    claim = verdict.claim
    return [
        claims.stated(claim),
        [Span(verdict.outcome, STYLES[verdict.outcome]), f": {verdict.why}" if verdict.why else ""],
        verdict.instrument,
        Ratio(Interval(verdict.ours.value) if verdict.instrument == "count" else verdict.ours),
        f"{verdict.paper:.2f}" if verdict.contrast else "",
        str(verdict.contrast or ""),
        quoted(claim),
    ]


def quoted(claim: Claim) -> str:
    text = f"“{claim.says}” ({located(claim.where)})"
    return f"{text} The study's figures do not say so. {claim.misprint}" if claim.misprint else text


def remarked(remark: Remark) -> str:
    says = f"“{remark.says}” " if remark.says else ""
    return f"{says}({located(remark.where)}) {remark.remark}"


def located(where: str) -> str:
    return f"section {where}" if where[0].isdigit() else where
