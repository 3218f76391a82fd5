"""The published study's claims, put to the tutorial twins, which stand for its applications."""

from collections import Counter

from harness.document import Block, Bullets, Content, Heading, Ratio, Style, Styled, Table, Text, listed
from loadtests.analysis.results import Results
from loadtests.analysis.studies import claims
from loadtests.analysis.studies import paper as papers
from loadtests.analysis.studies.claims import Measured, Outcome, Verdict
from loadtests.analysis.studies.paper import Claim, Paper, Remark

STYLES: dict[Outcome, Style] = {"reproduced": "good", "contradicted": "bad", "undecided": "unsure"}


def section(results: Results) -> list[Block]:
    study, twins = papers.read(), results.groups.get("twins", [])
    if not twins:
        return []
    verdicts = claims.judged(study, Measured(results, study, twins))
    return [
        Text(conclusion(verdicts), "lead"),
        Heading(2, "The published study"),
        Text(
            f"{study.authors}: {study.title}. {study.institution} ({study.licence}). Its machine: "
            f"{study.machine}. The tutorial twins stand for its applications: each stack written as its "
            "framework's tutorial writes it."
        ),
        Text(f"{counted(verdicts)}. A ratio says how many times as well the first does as the second."),
        Table(
            ["claim", "outcome", "here", "the study", "of", "", "word for word"],
            [row(verdict) for verdict in verdicts],
            "tlrrttt",
        ),
        *orders(results, study),
        Heading(3, "What its text gets wrong or leaves out"),
        Bullets([remarked(remark) for remark in study.remarks]),
    ]


def counted(verdicts: list[Verdict]) -> str:
    outcomes = Counter(verdict.outcome for verdict in verdicts)
    counts = [
        f"{outcomes[one]} claims {one}" if place == 0 else f"{outcomes[one]} {one}"
        for place, one in enumerate(STYLES)
    ]
    return ", ".join(counts)


def conclusion(verdicts: list[Verdict]) -> str:
    outcomes = Counter(verdict.outcome for verdict in verdicts)
    return (
        f"Of the study's {len(verdicts)} claims {listed([f'{outcomes[one]} are {one}' for one in STYLES])}."
    )


def row(verdict: Verdict) -> list[Content]:
    claim = verdict.claim
    return [
        claims.stated(claim),
        Styled(verdict.outcome, STYLES[verdict.outcome]),
        Ratio(verdict.ours),
        f"{verdict.paper:.2f}" if verdict.contrast else "",
        str(verdict.contrast or ""),
        verdict.why,
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


def orders(results: Results, study: Paper) -> list[Block]:
    """Of the pairs of stacks, in each figure of the study: which stand in its order, group by group."""
    rows: list[list[Content]] = [
        [results.title(group), *map(str, claims.orders(study, Measured(results, study, names)))]
        for group, names in results.groups.items()
        if {results.plan.variants[name].service for name in names} >= set(study.applications)
    ]
    return [
        Heading(3, "The order of the five"),
        Text(
            "Each pair of stacks in each of the study's figures. Where the generator set the pace, the "
            "processor time has to say the same."
        ),
        Table(["pairs of stacks", "in the study's order", "the other way round", "not told apart"], rows),
    ]
