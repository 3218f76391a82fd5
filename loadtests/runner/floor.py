"""The floor: what a service would cost if it did nothing."""

from pathlib import Path
from tempfile import TemporaryDirectory

from harness import database, usage
from harness.process import started, tail
from harness.service import SERVICES, LaunchError, declared
from loadtests.runner import gates
from loadtests.runner.drive import driven
from loadtests.runner.measure import Stage
from loadtests.runner.plan import Plan

FLOORS = Path(__file__).parents[1] / "floors"
TIMES = 200  # that all items are listed


def interface(service: str) -> str:
    return declared(service).interface


def words(service: str) -> list[str]:
    """Those that make a service's Gunicorn serve an application that does nothing."""
    return ["--pythonpath", str(FLOORS), f"{interface(service)}:app"]


def warm_up(stage: Stage, plan: Plan) -> str:
    """Why what follows would not be believed; nothing if it may be."""
    settings = {"VUS": plan.warm_up.users, "DURATION": f"{plan.warm_up.seconds:g}s"}
    wrong = gates.unanswered(driven(stage.server, stage.k6, "hello", settings).outcome, None)
    return wrong and f"in the warm-up: {wrong}"


def of_list(plan: Plan) -> str | None:
    """The service in whose environment the floor of list_items is measured, on whose dataset."""
    floors = [one.service for one in plan.variants.values() if one.floor]
    wanted = floors and "list_items" in plan.scenarios and plan.dataset == "copied"
    return floors[0] if wanted else None


def list_ms(service: str, dataset: Path) -> float:
    """Processor time to fetch and to serialize all items."""
    with database.opened(dataset) as (_, table), TemporaryDirectory(prefix="floor-") as scratch:
        python, log = SERVICES / service / ".venv" / "bin" / "python", Path(scratch, "ms")
        command = [str(python), str(FLOORS / "items.py"), str(dataset), table.strip('"'), str(TIMES)]
        cores = usage.split()
        with started(command, log, cores=cores and cores.service) as process:
            if status := process.wait():
                raise LaunchError(f"The floor of list_items ended with exit status {status}.\n{tail(log)}")
        return float(log.read_text())
