"""What every command of the tools is made of: one style of help, one way to fail, one way to be interrupted.

A command imports this module first, and what takes long in the function that needs it: then its help is there
at once, and a Ctrl-C in the middle of the imports ends it without a traceback.
"""
# ruff: noqa: E402 - the imports take a while, in which a Ctrl-C would print a traceback

import re
import signal

signal.signal(signal.SIGINT, signal.SIG_DFL)  # until interruptible() has a better idea

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from difflib import get_close_matches
from types import FrameType
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit

import psutil
from rich.console import Console
from typer import Argument, Exit, Option, Typer

__all__ = ["Argument", "Exit", "Option"]  # of Typer, for the commands

BAD_USAGE = 2  # the exit status
MEANT, FEW = 3, 8  # names that a message may have
CONTEXT = {"help_option_names": ["-h", "--help"]}
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SERVER = re.compile(r"https?://[^/?#@\s]+(/[^?#\s]*)?")

Function = TypeVar("Function", bound=Callable[..., Any])

screen = Console(stderr=True, highlight=False)  # what goes on, and what is wrong
output = Console(highlight=False)  # the result


class Command(Typer):
    """`just NAME`, which has one function, or one for each of its subcommands."""

    def __init__(self, name: str) -> None:
        super().__init__(
            add_completion=False,
            pretty_exceptions_enable=False,
            rich_markup_mode="rich",
            context_settings=CONTEXT,
        )
        self.name = name

    def function(self, help: str | None = None) -> Callable[[Function], Function]:  # noqa: A002 - as Typer has it
        """Decorates a function of the command; its docstring is the help that is not given."""
        return self.command(help=help, context_settings=CONTEXT)

    def run(self) -> None:
        self(prog_name=self.name)


def fail(message: str, status: int = 1) -> NoReturn:
    """In one line, or a few: what is wrong, and what to do."""
    screen.print(message.strip(), style="red", markup=False, soft_wrap=True)
    raise Exit(status)


def known(kind: str, names: Sequence[str], real: Sequence[str]) -> None:
    """Fails where one of the names is none of the real ones."""
    for name in names:
        if name not in real:
            fail(f"Unknown {kind}: {name}. {instead(name, real)}", BAD_USAGE)


def server_at(url: str) -> str:
    """The URL of a server without a slash at its end; fails where it is none."""
    with suppress(ValueError):  # which urlsplit raises where brackets do not match
        if SERVER.fullmatch(url) and urlsplit(url):
            return url.rstrip("/")
    fail(f"Not the URL of a server, such as http://127.0.0.1:8000: {url}", BAD_USAGE)


def instead(name: str, real: Sequence[str]) -> str:
    """The names that are meant, or all of them where they are few."""
    if near := get_close_matches(name, real, MEANT):
        return f"Did you mean {' or '.join(near)}?"
    few = real if len(real) <= FEW else [*real[:FEW], "..."]
    return f"There are: {', '.join(few) or 'none'}"


@contextmanager
def progress(description: str) -> Iterator[Callable[[int, int, str], None]]:
    """A bar that is called with the number of steps done, that of all steps, and what is being done."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=screen) as bar:
        task = bar.add_task(description, total=None)
        yield lambda done, total, step: bar.update(task, completed=done, total=total, description=step)


class Interrupted(BaseException):
    """Not an Exception: nothing on the way out may take it for a failure of its own."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_status = 128 + number


@contextmanager
def interruptible(outcome: Callable[[], str] = lambda: "") -> Iterator[None]:
    """Ctrl-C and its like end what is in here, and its processes; then the command says what is left."""
    try:
        with raising():
            yield
    except Interrupted as interrupted:
        fail(f"Interrupted. {outcome()}", interrupted.exit_status)


@contextmanager
def raising() -> Iterator[None]:
    """The signals raise Interrupted, once; no process that was started in here outlives it."""
    caught = [number for number in SIGNALS if signal.getsignal(number) != signal.SIG_IGN]  # as under nohup
    handlers = {number: signal.signal(number, _interrupt) for number in caught}
    try:
        yield
    finally:
        # A signal between the start of a process and the `try` that ends it leaves a child of ours.
        psutil.wait_procs(kill_children(), timeout=10)
        for number, handler in handlers.items():
            if signal.getsignal(number) == _interrupt:  # and not ignored, to the end, after the first
                signal.signal(number, handler)


def _interrupt(received: int, _frame: FrameType | None) -> NoReturn:
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not interrupt the cleaning up
    raise Interrupted(received)


def kill_children() -> list[psutil.Process]:
    """Of this process, and theirs."""
    children = psutil.Process().children(recursive=True)
    for child in children:
        with suppress(psutil.NoSuchProcess):
            child.kill()
    return children
