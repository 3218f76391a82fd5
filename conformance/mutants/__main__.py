"""Do the cases of the contract see a fault? They are run in turn, until one complains."""

import os
import signal
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from multiprocessing import get_context
from typing import Annotated

from conformance.case import Case, Subject, load
from conformance.judge import Outcome, outcomes
from conformance.mutants.faults import FAULTS
from conformance.reference.server import serving
from conformance.reference.service import Reference
from conformance.rules import Rules
from harness.command import BAD_USAGE, Argument, Command, Exit, Option, fail, interruptible, progress

app = Command("just mutants")
KILLED = 95  # per cent
level_of = Rules.load().level

HELP = f"""Measure the gate: how many known faults does `just conform` see?

The contract as a server in memory, with one fault at a time, is given to
the cases of `just conform`. The first that complains kills the fault. A
FAULT is given by some of its words; with none, all are tried, which takes
some minutes.

[bold]Examples[/bold]

  just mutants                     all faults
  just mutants "no-cache" HEAD     those with these words, and what was said
  just mutants --list              the faults, each in a sentence
  just mutants --serve             the server without a fault, to be looked at
  just mutants --serve "no-cache"  the server with this fault

Exit status: 0 at least {KILLED} % are killed, 1 fewer are, 2 bad usage."""

Phrases = Annotated[list[str] | None, Argument(metavar="[FAULT]...", show_default=False)]
Listed = Annotated[bool, Option("--list", help="Print the faults and do nothing.")]
Served = Annotated[bool, Option("--serve", help="Serve the one FAULT, or none, until Ctrl-C.")]


@app.function(HELP)
def mutants(phrases: Phrases = None, listed: Listed = False, served: Served = False) -> None:
    faults = chosen(phrases or [])
    if listed:
        print("\n".join(faults))
    elif served:
        if phrases and len(faults) > 1:
            fail(f"--serve takes one fault, or none. There are: {'; '.join(faults)}", BAD_USAGE)
        serve(faults if phrases else [])
    else:
        with interruptible(lambda: "Nothing was concluded."):
            conclude(dict(tried(faults)), explain=bool(phrases))


def chosen(phrases: Sequence[str]) -> list[str]:
    for phrase in phrases:
        if not any(phrase in fault for fault in FAULTS):
            fail(f"Unknown fault: {phrase}. `just mutants --list` prints them.", BAD_USAGE)
    return [fault for fault in FAULTS if not phrases or any(phrase in fault for phrase in phrases)]


def serve(faults: Sequence[str]) -> None:
    reference = Reference()
    for fault in faults:
        FAULTS[fault](reference)
    with interruptible(), serving(reference) as url:
        print(f"{url}: {''.join(faults) or 'no fault'}", flush=True)
        signal.pause()


def in_order() -> Sequence[Case]:
    """The cheap ones first: an example of each case, then all others; the random requests last."""
    examples = Counter[str]()

    def place(case: Case) -> tuple[bool, bool, int]:
        name = case.name.partition(": ")[0]
        examples[name] += 1
        return name.startswith("random"), "upgrade" in name, examples[name]

    return sorted((case for case in load() if not case.databases), key=place)


def killer(fault: str, cases: Sequence[Case] = ()) -> Outcome | None:
    """What sees it, of all cases where none are given. After a rule of level SHOULD a MUST may yet see it."""
    should: Outcome | None = None
    reference = Reference()
    FAULTS[fault](reference)
    with serving(reference) as url:
        for case in cases or in_order():
            for outcome in outcomes(case, Subject(url, short=True)):
                if not outcome.passed and level_of(outcome.rule) != "SHOULD":
                    return outcome
                if not outcome.passed:
                    should = should or outcome
    return should


def tried(faults: Sequence[str]) -> Iterator[tuple[str, Outcome | None]]:
    with (
        get_context("fork").Pool(initializer=initialize_worker) as pool,  # before the thread of the progress
        progress("judging") as advance,
    ):
        for number, outcome in enumerate(pool.imap(killer, faults)):
            advance(number + 1, len(faults), "judging")
            yield faults[number], outcome


def initialize_worker() -> None:
    """A worker ends with what it has started, when the pool says so and not with the terminal's Ctrl-C."""
    os.setpgid(0, 0)
    signal.signal(signal.SIGTERM, lambda *_: os.killpg(0, signal.SIGKILL))


def conclude(killers: Mapping[str, Outcome | None], *, explain: bool) -> None:
    killed = {fault: outcome for fault, outcome in killers.items() if outcome}
    for fault, outcome in killed.items() if explain else ():
        rule = f"{level_of(outcome.rule)} {outcome.rule}"
        print(f"{fault}\n  {rule}: {outcome.case}: {outcome.message}\n")
    rules = Counter(outcome.rule for outcome in killed.values())
    for rule, count in rules.most_common():
        print(f"{count:4} killed by {level_of(rule)} {rule}")
    for fault in killers:
        if fault not in killed:
            print(f"survives: {fault}")
    print(f"{len(killed)} of {len(killers)} faults are killed: {100 * len(killed) / len(killers):.1f} %")
    if 100 * len(killed) < KILLED * len(killers):
        raise Exit(1)


if __name__ == "__main__":
    app.run()
