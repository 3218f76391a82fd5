"""Ctrl-C and its like, at any moment, without a traceback and without a process left behind."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

import psutil

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """Not an Exception: nothing on the way out may take it for a failure of its own."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_status = 128 + number


def _interrupt(number: int, _frame: FrameType | None) -> NoReturn:
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)  # a second Ctrl-C must not interrupt the cleaning up
    raise Interrupted(number)


@contextmanager
def interruptible() -> Iterator[None]:
    caught = [each for each in SIGNALS if signal.getsignal(each) != signal.SIG_IGN]  # as under nohup
    before = {each: signal.signal(each, _interrupt) for each in caught}
    try:
        yield
    finally:
        _end_children()
        for each, handler in before.items():
            if signal.getsignal(each) == _interrupt:  # and not ignored, to the end, after the first
                signal.signal(each, handler)


def _end_children() -> None:
    # A signal between the start of a process and the `try` that ends it leaves a process: a child of ours.
    children = psutil.Process().children(recursive=True)
    for child in children:
        child.kill()
    psutil.wait_procs(children, timeout=10)
