"""Each fault is a class: the correct service but for what the class overrides, which its first line says."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from ..service import Service


def faults() -> dict[str, type[Service]]:
    for module in iter_modules(__path__, f"{__name__}."):
        import_module(module.name)
    return {fault.__name__: fault for fault in leaves(Service)}


def leaves(service: type[Service]) -> Iterator[type[Service]]:
    """A class that others derive from is no fault itself."""
    for derived in service.__subclasses__():
        if derived.__subclasses__():
            yield from leaves(derived)
        else:
            yield derived
