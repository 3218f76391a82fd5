"""To which part of an application a stack belongs that a sampling profiler saw: the first of its frames, from
the innermost on, that has a part.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

WAKING = "threads"
FRAMEWORK = "framework"
VALIDATION = "validation"
ORM = "ORM"
SQLITE = "SQLite"
COMMIT = "commit"
JSON = "JSON"
APPLICATION = "application"
PARTS = (WAKING, FRAMEWORK, VALIDATION, ORM, SQLITE, COMMIT, JSON, APPLICATION)

# Of a frame `name (file:line)`; the first pattern that fits counts. What is written in C has no frame of its
# own: the line that calls it stands for it.
FRAMES: tuple[tuple[str, str], ...] = (
    (WAKING, r"\((selectors|threading|queue|concurrent/futures/thread|asyncio/\w+|anyio/.*|uvloop/.*)\.py"),
    (
        SQLITE,
        r"do_execute |^CursorFetchStrategy\.fetch|fetchmany|\(sqlite3/|\((app/queries)\.py|^cursor_iter ",
    ),
    (SQLITE, r"Database\w*\.execute \(django"),
    (JSON, r"^JSON\w*\.(render|response|loads|dumps|json) |^JSONParser\.parse |\(json/"),
    (VALIDATION, r"\((pydantic|sqlmodel)/|^(_valid|NewItem\.\w+|Page\.\w+) "),
    (VALIDATION, r"\(rest_framework/(fields|serializers|validators)"),
    (ORM, r"\((sqlalchemy|flask_sqlalchemy)/|\(<sqlalchemy|\(django/db/"),
    (FRAMEWORK, r"\((flask|werkzeug|fastapi|starlette|django|rest_framework|click|blinker)/"),
    (APPLICATION, r"\(app/"),
)
CALLING = ("called", "counted", "WorkerThread.run")  # a stack without one of these is of the preparation
COMPILED = tuple((part, re.compile(pattern)) for part, pattern in FRAMES)


def part_of(frames: Iterable[str]) -> str | None:
    """`frames` from the innermost on."""
    for frame in frames:
        for part, pattern in COMPILED:
            if pattern.search(frame):
                return part
    return None


def counted(lines: Iterable[str]) -> Counter[str]:
    """The samples of each part, of lines `outermost;...;innermost count`.

    What no part knows is the application's.
    """
    found: Counter[str] = Counter()
    for line in lines:
        stack, _, count = line.rpartition(" ")
        frames = stack.split(";")
        if any(frame.startswith(CALLING) for frame in frames) and "importlib" not in stack:
            found[part_of(reversed(frames)) or APPLICATION] += int(count)
    return found


def microseconds(samples: Mapping[str, int], wall: float, cpu: float) -> dict[str, float]:
    """Of one call, by part, where one call takes `wall` and `cpu` microseconds.

    A sample is one of time that passed. That is processor time, but for what another process took away; only
    in the handover between threads each side also waits for the other, so it gets what the other parts leave.
    """
    others = {part: count for part, count in samples.items() if part != WAKING}
    if not (busy := sum(others.values())):
        return {}
    each = min(wall / sum(samples.values()), cpu / busy)
    found = {part: each * count for part, count in others.items()}
    return found | {WAKING: cpu - sum(found.values())}
