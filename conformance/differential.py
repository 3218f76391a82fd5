"""The differential test: one sequence of requests goes to all services, and their answers must be alike.

No service is right by itself: a difference is what any two of them answer otherwise. The services get items
created, and every item deleted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity

from conformance.curl import curl
from conformance.hostile import CREATE, LIST, Request, sequences
from conformance.judge import SEED
from conformance.seen import Seen, seen
from harness import wire
from harness.wire import exchange

EXAMPLES, EXAMPLES_SHORT = 300, 60


class ResetError(Exception):
    """A service that does not list, create and delete items cannot be compared."""


@dataclass(frozen=True)
class Step:
    request: Request
    answers: Mapping[str, Seen]  # by the name of the service

    @property
    def alike(self) -> bool:
        first, *others = self.answers.values()
        return all(first.alike(other) for other in others)

    def __str__(self) -> str:
        groups: list[tuple[list[str], Seen]] = []
        for name, answer in self.answers.items():
            for names, other in groups:
                if answer.alike(other):
                    names.append(name)
                    break
            else:
                groups.append(([name], answer))
        return "\n".join(
            [curl(self.request), *(f"    {', '.join(names)}: {answer}" for names, answer in groups)]
        )


class DifferenceError(Exception):
    """Ends a sequence: its last answers are not alike."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self.steps = steps

    def __str__(self) -> str:
        return "\n".join(
            ["# on new services, each at its own $URL; the last answers differ", *map(str, self.steps)]
        )


def reset(url: str) -> int:
    """Delete all items; the last id until now, for services that differed once count apart from then on."""
    for item_id in listed(url):
        exchange(url, wire.Request("DELETE", f"/items/{item_id}"))
    exchange(url, CREATE.sent(0))
    created = listed(url)
    for item_id in created:
        exchange(url, wire.Request("DELETE", f"/items/{item_id}"))
    if len(created) != 1 or listed(url):
        raise ResetError(f"{url} does not create one item and delete all")
    return created[0]


def listed(url: str) -> list[int]:
    answer = exchange(url, LIST.sent(0))
    try:
        return [int(item["id"]) for item in answer.json()] if answer else []
    except (ValueError, KeyError, TypeError):
        raise ResetError(f"{url} does not list its items") from None


def compare(services: Mapping[str, str], requests: Sequence[Request]) -> None:
    """Raises DifferenceError at the first request whose answers are not alike."""
    before = {name: reset(url) for name, url in services.items()}
    steps: list[Step] = []
    for request in requests:
        answers = {
            name: seen(exchange(url, request.sent(before[name])), before[name], "/echo" in request.target)
            for name, url in services.items()
        }
        steps.append(Step(request, answers))
        if not steps[-1].alike:
            raise DifferenceError(steps)


def difference(
    services: Mapping[str, str], *, short: bool = False, seed: int = SEED, shrink: bool = True
) -> DifferenceError | None:
    """The first sequence that Hypothesis finds, if there is any, made as short as it can."""
    last: list[DifferenceError] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=EXAMPLES_SHORT if short else EXAMPLES,
        phases=[Phase.generate, *([Phase.shrink] if shrink else [])],
        database=None,
        deadline=None,
        verbosity=Verbosity.quiet,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(sequences)
    def alike(requests: list[Request]) -> None:
        try:
            compare(services, requests)
        except DifferenceError as error:
            last[:] = [error]
            raise

    try:
        alike()
    except DifferenceError as error:
        return error
    except hypothesis.errors.Flaky:  # it does not happen every time; it did happen
        return last[0]
    return None
