"""The experiments, in the order in which they are run."""

from collections.abc import Callable

from torture.concurrency import concurrency
from torture.disk import disk
from torture.hostile import hostile
from torture.hygiene import hygiene
from torture.locked import locked
from torture.overload import overload
from torture.service import Effort, Result
from torture.signals import crash, drain, reload
from torture.startup import startup, together
from torture.synced import synced

UNDER_WRITERS = (crash, synced, drain, reload, concurrency)
UNDER_HARM = (locked, disk, hostile, overload, startup, together, hygiene)
EXPERIMENTS: dict[str, Callable[[str, Effort], Result]] = {
    experiment.__name__: experiment for experiment in (*UNDER_WRITERS, *UNDER_HARM)
}
