"""The sections of a page: one module each, whose name is the section's, with one function section(results).

A plan names those that it wants. A new one is a new file here.
"""

from collections.abc import Callable, Iterable
from importlib import import_module

from harness.document import Block
from loadtests.analysis.results import Results

Section = Callable[[Results], Iterable[Block]]


def named(name: str) -> Section:
    section: Section = import_module(f"{__name__}.{name}").section
    return section
