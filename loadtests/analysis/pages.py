"""The page of a run, which is the sections of its plan, and the pages over all that was measured."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from harness import document
from harness.commit import git
from harness.document import Block, Bullets, Content, Figure, Heading, Link, Styled, Table, Text
from harness.service import ROOT
from loadtests.analysis import charts, choosing, cost, sections
from loadtests.analysis.results import Results
from loadtests.cost import costs
from loadtests.measure import run as runs
from loadtests.measure.run import Run

BEGIN, END = "<!-- cost: begin -->", "<!-- cost: end -->"
READING = {
    "Values": "Means of the rounds. Percentiles are those of all requests of all rounds together: "
    "percentiles of rounds cannot be averaged, their distributions can.",
    "Intervals": "95 %, by bootstrap over the rounds, widened for their small number (the expanded "
    "percentile interval of Hesterberg, 2015). Below five rounds there is none.",
    "Ratios": "Taken within a round and averaged as logarithms, so that what slows a whole round down "
    "cancels. 2 is twice as well: twice the throughput, or half the time.",
    "Ranks": "Two variants share a rank exactly when they cannot be told apart. Being alike does not carry "
    "over, so one may have several ranks: 1-2 is like the first and like the second, which differ from each "
    "other.",
    "Generator-bound": "In half of the rounds or more, k6 and not the service may have set the pace. Such a "
    "row does not rank the services: they share the scenario with one that could be faster. The processor "
    "time per request ranks them.",
    "Processor time per request": "Of the service, all its processes, over all requests of the scenario. It "
    "depends on how busy the server is, so compare it within a scenario.",
    "Reproduced, contradicted, undecided": "Each claim names the band in which a ratio lies if it is true: "
    "above 1 for faster, within 5 % for alike, a third of the effect more or less for a size. Our whole "
    "interval inside reproduces it, outside contradicts it, and else it is undecided. Where the generator "
    "set the pace, the processor time per request has to say the same. Of a claim about several pairs the "
    "worst decides, and is the one shown.",
}


def results(run: Run) -> Results:
    return Results(
        run.name,
        run.plan,
        run.machine,
        tuple(run.samples),
        {name: run.declared(variant) for name, variant in run.plan.variants.items()},
        run.yardsticks.ceiling_per_second,
        len(run.remaining),
    )


def blocks(results: Results) -> list[Block]:
    """What the sections conclude comes first."""
    body = [block for name in results.plan.sections for block in sections.named(name)(results)]
    leads = [block for block in body if is_lead(block)]
    rest = [block for block in body if not is_lead(block)]
    return [Heading(1, results.name), *leads, *head(results), *rest, *machine(results), *reading(rest)]


def is_lead(block: Block) -> bool:
    return isinstance(block, Text) and block.kind == "lead"


def head(results: Results) -> list[Block]:
    rounds, total = results.plan.rounds, len(results.valid) + results.remaining
    return [
        Text(results.plan.about),
        Text(
            f"{edition(results)} {described(results)}. {rounds} round{'s' if rounds > 1 else ''}, "
            f"{len(results.valid)} of {total} samples valid."
        ),
    ]


def edition(results: Results) -> str:
    editions = sorted({declared.edition for declared in results.services.values()})
    return f"Edition of the services: {document.listed(editions)}."


def described(results: Results) -> str:
    machine = results.machine
    return (
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gib']} GiB, {machine['system']} "
        f"{machine['kernel']}, Python {machine['python']}, k6 {machine['k6']}, load before the start "
        f"{machine['load_before'][0]}"
    )


def machine(results: Results) -> list[Block]:
    """What ran, as its processes and its environment say, and the files that the page is made of."""
    observed = results.machine.get("configuration", {})
    keys = list(dict.fromkeys(key for facts in observed.values() for key in facts))
    rows: list[list[Content]] = [
        [name, *(str(facts.get(key, "")) for key in keys)] for name, facts in observed.items()
    ]
    packages: list[list[Content]] = [
        [service, ", ".join(f"{name} {version}" for name, version in versions.items())]
        for service, versions in results.machine.get("packages", {}).items()
    ]
    files = (
        Link(name, name) for name in ("plan.toml", "machine.json", "yardsticks.json", "samples.jsonl.gz")
    )
    return [
        Heading(2, "Machine and plan"),
        Text(["Everything on this page is made of ", *document.joined(list(files)), "."]),
        Table(
            ["variant", *keys],
            rows,
            "l" * (len(keys) + 1),
            "The configuration that was seen in the running processes",
        ),
        Table(["service", "packages"], packages, "lt", "Packages"),
    ]


def reading(body: Iterable[Block]) -> list[Block]:
    """The terms that the page uses."""
    claims = any(isinstance(block, Heading) and block.text == "The published study" for block in body)
    items: list[Content] = [
        [Styled(f"{term}.", "strong"), f" {text}"]
        for term, text in READING.items()
        if claims or not term.startswith("Reproduced")
    ]
    return [Heading(2, "How to read this"), Bullets(items)]


def write(run: Run) -> Path:
    """report.md, report.html and the picture, into the folder of the run; the path of report.html."""
    measured = results(run)
    page = blocks(measured)
    put(run.folder / "report.md", page)
    path = run.folder / "report.html"
    runs.write(path, document.html(page, f"{measured.plan.name}: {measured.name}"))
    return path


def over_all(root: Path = ROOT) -> None:
    """What is made of results/ as a whole: docs/cost.md, docs/choosing.md, and the README's first figures."""
    count, docs = costs.read(), root / "docs"
    newest = {run.plan.name: run for run in map(runs.found, published())}
    put(docs / "cost.md", cost.blocks(count))
    put(docs / "choosing.md", choosing.blocks(count, {plan: results(run) for plan, run in newest.items()}))
    readme = root / "README.md"
    before, _, after = readme.read_text().partition(BEGIN)
    front, rest = document.markdown(cost.front(count)), after.partition(END)[2]
    runs.write(readme, f"{before}{BEGIN}\n{front}{END}{rest}")


def published() -> list[str]:
    """The runs that are part of the repository."""
    tracked = git("ls-files", "results/*/plan.toml") or b""
    return [name for name in runs.names() if f"results/{name}/plan.toml" in tracked.decode().splitlines()]


def put(path: Path, page: Sequence[Block]) -> None:
    """A page as Markdown, and the pictures that it shows."""
    for block in page:
        if isinstance(block, Figure) and block.file:
            picture = path.parent / block.file
            picture.parent.mkdir(exist_ok=True)
            runs.write(picture, charts.sheet(block.drawings))
    runs.write(path, document.markdown(page))
