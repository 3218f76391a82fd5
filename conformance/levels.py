"""The levels at which a service is judged, one after the other: the order in which one is written."""

from enum import StrEnum


class Level(StrEnum):
    BASICS = "basics"
    ITEMS = "items"
    ERRORS = "errors"
    EDGES = "edges"
    CONCURRENCY = "under concurrency"
    FUZZ = "fuzz"


LEVELS = list(Level)
REACHABLE = "reachable"  # comes before them: reachable.py
ABOUT = {
    Level.BASICS: "/hello, /healthz and /echo",
    Level.ITEMS: "create, read, list, replace and delete",
    Level.ERRORS: "what is wrong is refused, with the right status and as a problem",
    Level.EDGES: "limits, spellings, encodings, connections, the database",
    Level.CONCURRENCY: "requests at the same moment",
    Level.FUZZ: "random requests, held against the contract as a server in memory",
}
