"""Random requests, each answer held against the reference."""

from collections.abc import Iterator

from conformance import fuzz
from conformance.case import Complaint, Subject, case
from conformance.differential import difference
from conformance.reference.oracle import STATUSES

RULES = (
    "declared",
    *STATUSES.values(),
    "error-never-5xx",
    "errors-places",
    "method-allow",
    "echo-unchanged",
    "list-order",
    "create-no-reuse",
    "create-location",
    "create-stored",
    "replace-members",
    "get-stored",
    "delete-gone",
)


@case("random sequences of requests", *RULES)
def sequences(subject: Subject) -> Iterator[Complaint]:
    if found := difference(subject.url, short=subject.short, seed=subject.seed):
        yield Complaint(str(found), found.rules)


@case("random requests by Schemathesis", *RULES)
def schemathesis(subject: Subject) -> Iterator[Complaint]:
    yield from fuzz.run(subject.url, short=subject.short, seed=subject.seed)
