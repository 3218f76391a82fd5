"""A service's tutorial twin: the same operations as its framework's documentation would begin with."""

from pathlib import Path

from harness.service import LaunchError

TWINS = Path(__file__).parents[1] / "twins"


def twin(service: str, twins: Path = TWINS) -> list[str]:
    """The words that make a service's Gunicorn serve its twin."""
    if not (twins / f"{service}.py").exists():
        raise LaunchError(f"{service} has no twin: {twins.name}/{service}.py is missing")
    return ["--pythonpath", str(twins), f"{service}:app"]
