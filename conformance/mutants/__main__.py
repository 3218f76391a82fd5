"""Do the cases of the contract see a fault? They are run in turn, until one complains."""

import os
import signal
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Annotated

from conformance.case import Case, Subject, load
from conformance.judge import outcomes
from conformance.mutants.faults import FAULTS
from conformance.reference.server import serving
from conformance.reference.service import Reference
from conformance.rules import Rules
from harness.command import BAD_USAGE, Argument, Command, Exit, Option, fail, interruptible, progress

app = Command("just mutants")
KILLED = 95  # per cent

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

Words = Annotated[list[str] | None, Argument(metavar="[FAULT]...", show_default=False)]
Listed = Annotated[bool, Option("--list", help="Print the faults and do nothing.")]
Served = Annotated[bool, Option("--serve", help="Serve the one FAULT, or none, until Ctrl-C.")]


@app.function(HELP)
def mutants(words: Words = None, listed: Listed = False, served: Served = False) -> None:
    faults = chosen(words or [])
    if listed:
        print("\n".join(faults))
    elif served:
        if words and len(faults) > 1:
            fail(f"--serve takes one fault, or none. There are: {'; '.join(faults)}", BAD_USAGE)
        serve(faults if words else [])
    else:
        with interruptible(lambda: "Nothing was concluded."):
            conclude(list(tried(faults)), explain=bool(words))


def chosen(words: Sequence[str]) -> list[str]:
    for word in words:
        if not any(word in fault for fault in FAULTS):
            fail(f"Unknown fault: {word}. `just mutants --list` prints them.", BAD_USAGE)
    return [fault for fault in FAULTS if not words or any(word in fault for word in words)]


def serve(faults: Sequence[str]) -> None:
    reference = Reference()
    for fault in faults:
        FAULTS[fault](reference)
    with interruptible(), serving(reference) as url:
        print(f"{url}: {''.join(faults) or 'no fault'}", flush=True)
        signal.pause()


@dataclass(frozen=True)
class Verdict:
    fault: str
    case: str  # that complained, or "" for a survivor
    rule: str
    level: str
    message: str


def in_order() -> Sequence[Case]:
    """The cheap ones first: an example of each case, then all others; the random requests last."""
    examples = Counter[str]()

    def place(case: Case) -> tuple[bool, bool, int]:
        name = case.name.partition(": ")[0]
        examples[name] += 1
        return name.startswith("random"), "upgrade" in name, examples[name]

    return sorted((case for case in load() if not case.databases), key=place)


def verdict(fault: str, cases: Sequence[Case] = ()) -> Verdict:
    """By all cases, where none are given. After a rule of level SHOULD, one of level MUST may yet see it."""
    levels, should, reference = Rules.load(), Verdict(fault, "", "", "", ""), Reference()
    FAULTS[fault](reference)
    with serving(reference) as url:
        for case in cases or in_order():
            for outcome in outcomes(case, Subject(url, short=True)):
                if not outcome.passed:
                    level = levels.level(outcome.rule)
                    found = Verdict(fault, outcome.case, outcome.rule, level, outcome.message)
                    if level != "SHOULD":
                        return found
                    should = should if should.case else found
    return should


def tried(faults: Sequence[str]) -> Iterator[Verdict]:
    with (
        get_context("fork").Pool(initializer=of_a_worker) as pool,  # before the thread of the progress
        progress("judging") as advance,
    ):
        for done, each in enumerate(pool.imap_unordered(verdict, faults), start=1):
            advance(done, len(faults), "judging")
            yield each


def of_a_worker() -> None:
    """A worker ends with what it has started, when the pool says so and not with the terminal's Ctrl-C."""
    os.setpgid(0, 0)
    signal.signal(signal.SIGTERM, lambda *_: os.killpg(0, signal.SIGKILL))


def conclude(verdicts: Sequence[Verdict], *, explain: bool) -> None:
    killed = [each for each in verdicts if each.case]
    for each in killed if explain else ():
        print(f"{each.fault}\n  {each.level} {each.rule}: {each.case}: {each.message}\n")
    for rule, count in Counter(f"{each.level} {each.rule}" for each in killed).most_common():
        print(f"{count:4} killed by {rule}")
    for each in verdicts:
        if not each.case:
            print(f"survives: {each.fault}")
    print(f"{len(killed)} of {len(verdicts)} faults are killed: {100 * len(killed) / len(verdicts):.1f} %")
    if 100 * len(killed) < KILLED * len(verdicts):
        raise Exit(1)


if __name__ == "__main__":
    app.run()
