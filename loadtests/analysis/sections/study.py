"""The published study's claims, put to the tutorial twins, which stand for its applications."""

from collections import Counter
from statistics import geometric_mean

from harness.document import Block, Bullets, Content, Heading, Span, Style, Table, Text, listed, ratio
from loadtests.analysis import claims
from loadtests.analysis import paper as papers
from loadtests.analysis.claims import Measured, Outcome, Verdict
from loadtests.analysis.intervals import Interval
from loadtests.analysis.paper import Claim, Paper, Remark
from loadtests.analysis.results import Results
from loadtests.cost import costs
from loadtests.cost.costs import TWINS, Count
from loadtests.cost.count import OPERATIONS
from loadtests.cost.instrument import CountError

STYLES: dict[Outcome, Style] = {"reproduced": "good", "contradicted": "bad", "undecided": "unsure"}
RULE = (
    "Each claim names the band in which a ratio lies if it is true: above 1 for faster, within 5 % for "
    "alike, a third of the effect more or less for a size. A ratio says how many times as well the first "
    "does as the second. One instrument decides: the clock, by throughput or mean response time; or, "
    "where the load generator may have set the pace of any part of the ratio, the count of the "
    "instructions of the same twins, which are not time: they leave out waiting, the kernel and the disk. "
    "Where a run has hello and echo by wrk too, wrk's clock decides if it can tell, else the count. "
    "A claim is reproduced where the ratio lies in the band, contradicted where it lies outside, and "
    "undecided where that cannot be told: where its 95 % interval holds an end of the band or, of a "
    "count, where it is within 2 % of one. That one does better is contradicted, too, where the two cannot "
    "be told apart and are alike beyond doubt. Of a claim about several pairs the worst decides, and is the "
    "one shown."
)
WRITES = (
    "Writes: the twins all use SQLite's default journal, and the services are compared with them as the "
    "group `same_durability`, which uses it too."
)
DECIDED = {"clock": "the clock", "clock of wrk": "wrk's clock", "count": "the count of instructions"}
SEVERAL = "more than one"
THEN = "study"  # the group of the twins on the study's versions
COUNTED = (
    "Instructions of a request (`results/cost.json`) as a multiple of those that it took on the study's "
    "versions (`results/cost-study.json`): below 1 it takes less today."
)


def section(results: Results) -> list[Block]:
    if "twins" not in results.groups:
        return []
    study, count = papers.read(), costs.read()
    both = THEN in results.groups
    before = costs.read(costs.STUDY) if both else count
    if reason := costs.conditions(before, count):
        raise CountError(f"The counts of the twins cannot be compared: {reason}. just cost --study --publish")
    verdicts, then = judged(results, count), judged(results, before, THEN) if both else []
    first = f"{changed(before, count, then, verdicts)} On today's versions: " if both else ""
    return [
        Heading(2, "The published study"),
        Text(first + conclusion(verdicts), "lead"),
        Text(
            f"{study.authors}: {study.title}. {study.institution} ({study.licence}). Its machine: "
            f"{study.machine}. The tutorial twins stand for its applications: each stack written as its "
            "framework's tutorial writes it."
        ),
        Text(RULE),
        *([Text(WRITES)] if "same_durability" in results.groups else []),
        on_both(verdicts, then) if both else on_one(verdicts),
        Text(ordered(study, measured(results, count))),
        *(then_and_now(results, before, count) if both else []),
        Heading(3, "What its text gets wrong or leaves out"),
        Bullets([remarked(remark) for remark in study.remarks]),
    ]


def on_one(verdicts: list[Verdict]) -> Table:
    head = ["claim", "outcome", "by", "here", "the study", "of", "word for word"]
    rows = [[claims.stated(verdict.claim), *ours(verdict), *theirs(verdict)] for verdict in verdicts]
    return Table(head, rows, "ttlrrtt")


def on_both(verdicts: list[Verdict], then: list[Verdict]) -> Table:
    rows = [
        [
            claims.stated(now.claim),
            *ours(past),
            *ours(now),
            "yes" if agree(past, now) else "no",
            *theirs(now, past),
        ]
        for past, now in zip(then, verdicts, strict=True)
    ]
    head = ["claim", "on its versions", "by", "here", "on today's", "by", "here", "agree"]
    return Table([*head, "the study", "of", "word for word"], rows, "ttlrtlrlrtt")


def then_and_now(results: Results, before: Count, after: Count) -> list[Block]:
    study, names = papers.read(), [*before.costs[TWINS]]
    rows: list[list[Content]] = [
        [name, *(f"{times(before, after, name, operation):.2f}" for operation in OPERATIONS)]
        for name in names
    ]
    return [
        Text(ordered(study, measured(results, before, THEN), "on its own versions")),
        Heading(3, "What the releases since then changed"),
        Text(f"{COUNTED} Starts that were counted: {after.seeds} today, {before.seeds} then."),
        Table(["twin", *OPERATIONS], rows),
        Heading(3, "What still differs from its procedure"),
        Bullets(list(study.differences)),
    ]


def changed(before: Count, after: Count, then: list[Verdict], now: list[Verdict]) -> str:
    """What the releases between two counts of the twins made of them, and of the claims."""
    factors = {
        name: geometric_mean(times(before, after, name, operation) for operation in OPERATIONS)
        for name in before.costs[TWINS]
    }
    ratios = listed([f"{factor:.2f} in {name}" for name, factor in factors.items()])
    alike = sum(map(agree, then, now))
    return (
        f"From the study's versions to today's the instructions of a request, as the mean of the seven "
        f"operations, are multiplied by {ratios}; {alike} of the {len(now)} claims come out the same on both."
    )


def times(before: Count, after: Count, twin: str, operation: str) -> float:
    return after.of(TWINS, twin, operation) / before.of(TWINS, twin, operation)


def agree(past: Verdict, now: Verdict) -> bool:
    return past.outcome == now.outcome


def judged(results: Results, count: Count, group: str = "twins") -> list[Verdict]:
    return claims.judged(papers.read(), measured(results, count, group))


def measured(results: Results, count: Count, group: str = "twins") -> Measured:
    return Measured(results, papers.read(), results.groups[group], count.costs[TWINS])


def ordered(study: Paper, ours: Measured, where: str = "here") -> str:
    same, opposite, pairs = claims.orders(study, ours)
    return (
        f"Of the {pairs} pairs of stacks in the study's figures {same} are in its order {where} by the same "
        f"rule, {opposite} are the other way round, and {pairs - same - opposite} are not told apart."
    )


def conclusion(verdicts: list[Verdict]) -> str:
    decided = [verdict.instrument for verdict in verdicts if verdict.outcome != "undecided"]
    by = Counter(DECIDED.get(instrument, SEVERAL) for instrument in decided)
    counts = listed([f"{by[name]} by {name}" for name in (*DECIDED.values(), SEVERAL) if by[name]])
    ending = f"; decided are {counts}" if decided else ""
    return f"Of the study's {len(verdicts)} claims {outcomes(verdicts)}{ending}."


def outcomes(verdicts: list[Verdict]) -> str:
    counts = Counter(verdict.outcome for verdict in verdicts)
    return listed([f"{counts[outcome]} are {outcome}" for outcome in STYLES])


def ours(verdict: Verdict) -> list[Content]:
    return [
        [Span(verdict.outcome, STYLES[verdict.outcome]), f": {verdict.why}" if verdict.why else ""],
        verdict.instrument,
        ratio(Interval(verdict.ours.value) if verdict.instrument == "count" else verdict.ours),
    ]


def theirs(verdict: Verdict, past: Verdict | None = None) -> list[Content]:
    """Another pair may have decided in the past."""
    other = f"; on its versions: {past.contrast}" if past and past.contrast != verdict.contrast else ""
    return [
        f"{verdict.paper:.2f}" if verdict.contrast else "",
        f"{verdict.contrast or ''}{other}",
        quoted(verdict.claim),
    ]


def quoted(claim: Claim) -> str:
    text = f"“{claim.says}” ({located(claim.where)})"
    return f"{text} The study's figures do not say so. {claim.misprint}" if claim.misprint else text


def remarked(remark: Remark) -> str:
    says = f"“{remark.says}” " if remark.says else ""
    return f"{says}({located(remark.where)}) {remark.remark}"


def located(where: str) -> str:
    return f"section {where}" if where[0].isdigit() else where
