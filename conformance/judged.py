"""The outcomes of a server that runs somewhere, or of services that are started for it."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

import h11
from rich.console import Console

from conformance.judge import judge
from conformance.outcome import Outcome
from harness.server import launched
from harness.service import installed
from harness.wire import Request, exchange


class UnreachableError(Exception):
    """A URL where no server answers."""


def at_url(url: str, short: bool, seed: int, screen: Console) -> dict[str, list[Outcome]]:
    try:
        exchange(url, Request("GET", "/healthz"))
    except (OSError, ValueError, h11.ProtocolError) as error:
        raise UnreachableError(f"No HTTP server answers at {url}: {error}") from error
    with told(url, screen):
        return {url: judge(url, short=short, seed=seed)}


def of_services(names: Sequence[str], short: bool, seed: int, screen: Console) -> dict[str, list[Outcome]]:
    outcomes = {}
    for name in dict.fromkeys(names):
        installed(name, announce=screen.print)
        with told(name, screen), launched(name) as server:
            outcomes[name] = judge(server.url, short=short, seed=seed, service=name)
            server.ensure_running()
    if len(outcomes) > 1:
        found = together(list(outcomes), short, seed, screen)
        outcomes = {name: [*own, *found] for name, own in outcomes.items()}
    return outcomes


def together(names: list[str], short: bool, seed: int, screen: Console) -> list[Outcome]:
    """Whether they answer alike is an outcome of each: which of them is wrong, it does not say."""
    with told("all of them, one beside the other", screen), ExitStack() as running:
        servers = {name: running.enter_context(launched(name)) for name in names}
        beside = {name: server.url for name, server in servers.items()}
        modules = ["test_differential.py"]
        found = judge(beside[names[0]], short=short, seed=seed, modules=modules, beside=beside)
        for server in servers.values():
            server.ensure_running()
    return found


@contextmanager
def told(name: str, screen: Console) -> Iterator[None]:
    start = time.monotonic()
    if not screen.is_terminal:
        screen.print(f"{name} …")
    with screen.status(f"judging {name}"):
        yield
    screen.print(f"{name}: judged in {time.monotonic() - start:.0f} s")
