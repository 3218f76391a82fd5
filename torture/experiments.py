"""The experiments, in the order in which they are run."""

from torture.concurrency import concurrency
from torture.disk import disk
from torture.experiment import Experiment
from torture.hostile import hostile
from torture.hygiene import hygiene
from torture.locked import locked
from torture.overload import overload
from torture.signals import crash, drain, reload
from torture.startup import startup, together
from torture.synced import synced

EXPERIMENTS: dict[str, Experiment] = {
    "crash": crash,
    "synced": synced,
    "drain": drain,
    "reload": reload,
    "concurrency": concurrency,
    "locked": locked,
    "disk": disk,
    "hostile": hostile,
    "overload": overload,
    "startup": startup,
    "together": together,
    "hygiene": hygiene,
}
