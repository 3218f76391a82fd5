"""The page of a run, which is the sections of its plan, and the pages over all that was measured."""

from collections.abc import Iterator, Sequence
from math import isnan
from pathlib import Path

from harness import document, files
from harness.document import Block, Figure, Heading, Span, Table, Text, digits
from harness.service import ROOT, SHORT, git
from loadtests.analysis import charts, choosing, cost, history, sections
from loadtests.analysis.results import Results
from loadtests.cost import costs, footprint
from loadtests.cost import history as past
from loadtests.measure import run as runs
from loadtests.measure.run import Run
from loadtests.measure.variants import version

BEGIN, END = "<!-- cost: begin -->", "<!-- cost: end -->"


def results(run: Run) -> Results:
    samples, services = tuple(run.samples), run.services
    return Results(
        run.name,
        run.plan,
        run.machine,
        samples,
        {name: services[version(variant)] for name, variant in run.plan.variants.items()},
        run.ceilings,
        len(runs.remaining(run.plan, samples)),
    )


def blocks(results: Results) -> list[Block]:
    """The first two of what the sections conclude stand at the top."""
    body = [block for name in results.plan.sections for block in sections.named(name)(results)]
    top = [block for block in body if isinstance(block, Text) and block.kind == "lead"][:2]
    rest = [block for block in body if not any(block is lead for lead in top)]
    return [Heading(1, results.name), *top, *head(results), *rest, *machine(results)]


def head(results: Results) -> list[Block]:
    editions = sorted({declared.edition for declared in results.services.values()} - {""})
    rounds, total = results.plan.rounds, len(results.valid) + results.remaining
    machine = results.machine
    commit = f", as of commit {machine['commit'][:SHORT]}" if machine.get("commit") else ""
    edition = f"Edition of the services: {document.listed(editions)}{commit}. " if editions else ""
    measured = {variant.group for variant in results.plan.variants.values()}
    left_out = [title for group, title in results.plan.groups.items() if group not in measured]
    programs = [f"{name} {machine[name]}" for name in ("k6", "wrk", "nginx") if name in machine]
    return [
        Text(results.plan.about),
        *([Text(f"Not measured in this run: {'; '.join(left_out)}.")] if left_out else []),
        *guests(results),
        *elsewhere(results),
        Text(
            f"{edition}{machine['cpu']}, {machine['cores']} "
            f"cores, {machine['memory_gib']} GiB, {machine['system']} {machine['kernel']}, Python "
            f"{machine['python']}, {document.listed(programs)}, load before the start "
            f"{machine['load_before'][0]}. "
            f"{rounds} round{'s' if rounds > 1 else ''}, {len(results.valid)} of {total} samples valid."
        ),
    ]


def guests(results: Results) -> list[Block]:
    """What is known of a server that is none of the services."""
    variants = results.plan.variants.items()
    remote = [name for name, variant in variants if variant.url]
    texts = [f"{name} is started by `{variant.command}`." for name, variant in variants if variant.command]
    if remote:
        texts.append(
            f"Not started by this run, but asked at a URL: {document.listed(remote)}. Nothing was "
            "seen of its processor time and its memory, and no round started it anew."
        )
    return [Text(text, "notice") for text in texts]


def elsewhere(results: Results) -> Iterator[Block]:
    """Of a load that came from other machines."""
    placement = results.placement
    if placement.load_from:
        times = [sample.connect_ms for sample in results.valid if not isnan(sample.connect_ms)]
        took = f"{digits(min(times))} to {digits(max(times))} ms" if times else "unknown"
        yield Text(
            f"The load came by ssh from {document.listed(list(placement.load_from))}, to the service at "
            f"{placement.address}. The round trip, by the shortest TCP connection in each scenario: {took}. "
            "Nothing was seen of k6's processor time.",
            "notice",
        )


def machine(results: Results) -> list[Block]:
    """What ran, as its processes and its environment say, and the files that the page is made of."""
    observed = results.machine.get("configuration", {})
    keys = list(dict.fromkeys(key for facts in observed.values() for key in facts))
    packages = [
        [service, ", ".join(f"{name} {version}" for name, version in versions.items())]
        for service, versions in results.machine.get("packages", {}).items()
    ]
    names = ("plan.toml", "machine.json", "yardsticks.json", "samples.jsonl.gz")
    files = [Span(name, link=name) for name in names]
    return [
        Heading(2, "Machine and plan"),
        Text(["Everything on this page is made of ", *document.joined(files), "."]),
        Table(
            ["variant", *keys],
            [[name, *(str(facts.get(key, "")) for key in keys)] for name, facts in observed.items()],
            "l" * (len(keys) + 1),
            "The configuration that was seen in the running processes",
        ),
        Table(["service", "packages"], packages, "lt", "Packages"),
    ]


def write(run: Run) -> Path:
    """report.md, report.html and the picture, into the folder of the run; the path of report.html."""
    measured = results(run)
    page = blocks(measured)
    put(run.folder / "report.md", page)
    path = run.folder / "report.html"
    files.write(path, document.html(page, f"{measured.plan.name}: {measured.name}"))
    return path


def write_all() -> None:
    """The pages of the published runs too: some show what results/cost.json has."""
    for name in published():
        write(runs.read(name))
    over_all()


def over_all(root: Path = ROOT) -> None:
    """What is made of results/ as a whole: docs/cost.md, docs/choosing.md, and the README's first figures."""
    count, docs = costs.read(), root / "docs"
    newest = {run.plan.name: run for run in map(runs.read, published())}
    put(docs / "cost.md", cost.blocks(count, footprint.read()))
    put(docs / "choosing.md", choosing.blocks(count, {plan: results(run) for plan, run in newest.items()}))
    if points := past.read():
        put(docs / "history.md", history.blocks(points))
    readme = root / "README.md"
    before, _, after = readme.read_text().partition(BEGIN)
    front, rest = document.markdown(cost.front(count)), after.partition(END)[2]
    files.write(readme, f"{before}{BEGIN}\n{front}{END}{rest}")


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
            files.write(picture, charts.sheet(block.drawings))
    files.write(path, document.markdown(page))
