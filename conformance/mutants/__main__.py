import os
import signal
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from multiprocessing import get_context
from typing import Annotated

from rich.progress import Progress

from harness.command import (
    Argument,
    Command,
    Exit,
    Interrupted,
    Option,
    fail,
    interruptible,
    known,
    raising,
    screen,
)

from .faults import faults
from .judging import JUDGES, Verdict, verdict
from .server import serving
from .service import Service
from .survivors import SURVIVORS

app = Command("just mutants")
WANTED = 95  # per cent

HELP = """Measure the gate: how many known bugs do the judges of `just conform` see?

A small server in memory, correct but for one FAULT at a time, is given to
the judges: the raw cases, the differential test against its correct twin,
requests at the same moment, then Schemathesis with its oracle. The first
that complains kills the fault. With no FAULT, all are tried, which takes
some minutes.

[bold]Examples[/bold]

  just mutants                       all faults
  just mutants PutMerges IdReused    these, and what was said of each
  just mutants --judge differential  by one judge alone
  just mutants --list                the faults, each in a sentence
  just mutants --serve PutMerges     the faulty server, to be looked at

Exit status: 0 at least 95 % are killed, 1 fewer are, 2 bad usage."""

Names = Annotated[list[str] | None, Argument(metavar="[FAULT]...", show_default=False)]
Judges = Annotated[list[str] | None, Option("--judge", help=f"One of {', '.join(JUDGES)}; may be repeated.")]
Listed = Annotated[bool, Option("--list", help="Print the faults and do nothing.")]
Served = Annotated[bool, Option("--serve", help="Serve the one FAULT, or none, until Ctrl-C.")]


@app.function(HELP)
def mutants(
    names: Names = None, judges: Judges = None, listed: Listed = False, served: Served = False
) -> None:
    check_usage(names or [], judges or [], served=served)
    if listed:
        for name, fault in faults().items():
            print(f"{name:26}{fault.__doc__}")
    elif served:
        serve(faults()[names[0]] if names else Service)
    else:
        with interruptible(lambda: "Nothing was concluded."):
            conclude(list(tried(names or list(faults()), tuple(judges or JUDGES))), bool(names))


def check_usage(names: Sequence[str], judges: Sequence[str], *, served: bool) -> None:
    if unknown := sorted(set(names) - faults().keys()):
        fail(f"Unknown fault: {', '.join(unknown)}. `just mutants --list` names them.", 2)
    known("judge", judges, list(JUDGES))
    if served and len(names) > 1:
        fail("--serve takes one fault, or none.", 2)


def serve(service: type[Service]) -> None:
    with suppress(Interrupted), raising(), serving(service()) as url:
        print(f"{url}: {service.__doc__}", flush=True)
        signal.pause()


def tried(names: Sequence[str], judges: tuple[str, ...]) -> Iterator[Verdict]:
    with (
        get_context("fork").Pool(
            initializer=of_a_worker
        ) as pool,  # before the thread that shows the progress
        Progress(console=screen, disable=not screen.is_terminal) as progress,
    ):
        bar = progress.add_task("judging", total=len(names))
        for each in pool.imap_unordered(partial(verdict, judges=judges), names):
            progress.advance(bar)
            yield each


def of_a_worker() -> None:
    """A worker ends with what it has started, when the pool says so and not with the terminal's Ctrl-C."""
    os.setpgid(0, 0)
    signal.signal(signal.SIGTERM, lambda *_: os.killpg(0, signal.SIGKILL))


def conclude(verdicts: Sequence[Verdict], told: bool) -> None:
    for each in verdicts if told else ():
        print(f"{each.fault}: {each.judge or 'survives'}: {each.reason}\n")
    survivors = [each for each in verdicts if not each.judge]
    for judge, count in Counter(each.judge for each in verdicts if each.judge).most_common():
        print(f"{count:4} killed by {judge}")
    for each in survivors:
        why = SURVIVORS.get(each.fault, "no reason is known: a case is missing")
        print(f"survives: {each.fault}: {each.reason} ({why})")
    for each in verdicts:
        if each.judge and each.fault in SURVIVORS:
            print(f"killed, but listed as a survivor: {each.fault}, by {each.judge}")
    killed = len(verdicts) - len(survivors)
    print(f"{killed} of {len(verdicts)} faults are killed: {100 * killed / len(verdicts):.1f} %")
    if 100 * killed < WANTED * len(verdicts):
        raise Exit(1)


if __name__ == "__main__":
    app.run()
