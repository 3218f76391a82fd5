"""The differential test: requests go to a service and to the reference, and what differs is wrong.

Every service is held to the same sequences. So where two of them answer otherwise, either the contract leaves
that open, or this says which of them is wrong. The service gets items created and deleted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity

from conformance import curl
from conformance.case import SEED, Complaint, Sent
from conformance.hostile import Request, sequences
from conformance.reference.oracle import Oracle, delete, stored
from harness.wire import Answer, exchange

EXAMPLES, EXAMPLES_SHORT = 300, 60


@dataclass(frozen=True)
class Step:
    sent: Sent
    answer: Answer | None

    def __str__(self) -> str:
        request = curl.command(self.sent.request)
        if self.answer is None:
            return f"{request}\n    closed without an answer"
        body = self.answer.body.decode(errors="replace")
        shown = body if len(body) <= 500 else f"{body[:500]}... ({len(body)} characters)"
        return f"{request}\n    {self.answer.status} {shown}"


class DifferenceError(Exception):
    """Ends a sequence: its last answer is not what the reference permits."""

    def __init__(self, steps: Sequence[Step], complaints: Sequence[Complaint]) -> None:
        self.steps, self.complaints = steps, complaints

    def __str__(self) -> str:
        wrong = [f"    wrong: {complaint.text}" for complaint in self.complaints]
        first = "# the last answer is wrong"
        return "\n".join([first, *map(str, self.steps), *wrong])

    @property
    def rules(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(rule for complaint in self.complaints for rule in complaint.rules))


def compare(url: str, requests: Sequence[Request]) -> None:
    """Raises DifferenceError at the first answer that the reference does not permit."""
    before = stored(url)
    oracle, steps, ids = Oracle(before), list[Step](), list[int]()
    try:
        for request in requests:
            sent = request.sent(ids, max(oracle.used, default=0))
            answer = exchange(url, sent)
            known = set(oracle.used)
            complaints = [Complaint("no answer", ("connection",))]
            if answer:
                complaints = list(oracle.complaints(sent, answer))
            created = oracle.used - known
            ids += created
            steps.append(Step(Sent(sent, "".join(map(str, created))), answer))
            if complaints:
                raise DifferenceError(steps, complaints)
    finally:
        kept = {item["id"] for item in before}
        delete(url, [item for item in stored(url) if item["id"] not in kept])


def difference(
    url: str, *, short: bool = False, seed: int = SEED, shrink: bool = True
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
            compare(url, requests)
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
