"""A k6 that sends a scenario's writes, writes a summary, and does wrong what orders.json tells it to."""

import json
import os
import signal
import sys
import time
from contextlib import closing
from http.client import HTTPConnection
from itertools import pairwise
from pathlib import Path

HERE = Path(__file__).parent
ITEM = {"description": None, "price": 1.5, "quantity": 1}
STATUS = {"load_items": 201, "create_item": 201, "delete_item": 204}
WRITING = {*STATUS, "replace_item"}


def main() -> int:
    if sys.argv[1:] == ["version"]:
        print("k6 v0.0.1 (fake)")
        return 0
    arguments = sys.argv[1:]
    if arguments[0] == "archive":
        Path(arguments[arguments.index("--archive-out") + 1]).write_text(json.dumps(arguments))
        return 0
    if arguments[-1] == "-":
        arguments += json.load(sys.stdin)
    options = dict(pairwise(arguments))
    settings = dict(value.split("=", 1) for option, value in pairwise(arguments) if option == "-e")
    scenario = Path(arguments[-1]).stem
    note("calls", scenario)
    note("pids", os.getpid())
    orders = json.loads((HERE / "orders.json").read_text()) if (HERE / "orders.json").exists() else {}
    certificate = scenario in ("hello", "echo") and "IDS" not in settings
    order = "" if certificate else orders.get(scenario, "")
    if order == "hang":
        (HERE / "hanging").touch()
        signal.pause()
    if order == "exit":
        print("GoError: out of luck")
        return 107
    if order == "lose":
        print("Connection closed by remote host.", file=sys.stderr)
        return 255
    iterations = int(settings["ITERATIONS"]) - (order == "few") if "ITERATIONS" in settings else 1000
    ends = options.get("--execution-segment-sequence", "0,1").split(",")
    place, step = ends.index(options.get("--execution-segment", "0:1").partition(":")[0]), len(ends) - 1
    numbers = range(place, iterations, step)
    settings["VUS"] = str(len(range(place, int(settings.get("VUS", "1")), step)))
    if scenario in WRITING:
        write(scenario, settings, numbers)
    tag = "list_items" if scenario == "warm_up" else scenario
    metrics = summary(tag, len(numbers), settings, order, options["--summary-trend-stats"])
    if options["--summary-export"] == "stdout":
        print(f"running [ 50% ]\n{json.dumps({'metrics': metrics})}\nrunning [ 100% ]")
    else:
        Path(options["--summary-export"]).write_text(json.dumps({"metrics": metrics}))
    return 99 if order == "fail_check" else 0


def write(scenario: str, settings: dict[str, str], numbers: range) -> None:
    ids = json.loads(Path(settings["IDS"]).read_text()) if "IDS" in settings else []
    with closing(HTTPConnection(settings["BASE_URL"].removeprefix("http://"))) as connection:
        for n in numbers:
            method, path, body = "POST", "/items", json.dumps({"name": scenario, **ITEM})
            if scenario == "delete_item":
                method, path, body = "DELETE", f"/items/{ids[n]}", ""
            if scenario == "replace_item":
                from loadtests.measure import dataset  # what takes long to import, where it is needed

                values = dataset.record(dataset.REPLACEMENTS + n)
                body = json.dumps(dict(zip(("name", *ITEM), values, strict=True)))
                method, path = "PUT", f"/items/{dataset.scattered(ids, n)}"
            connection.request(method, path, body or None)
            connection.getresponse().read()


def summary(
    scenario: str, requests: int, settings: dict[str, str], order: str, stats: str
) -> dict[str, dict[str, float]]:
    slowest = 100.0 if float(settings.get("RATE", "0")) > 100 else 10.0  # ms
    percents = {stat: float(stat[2:-1]) for stat in stats.split(",") if stat.startswith("p(")}
    latency = {stat: percent / 100 * slowest for stat, percent in percents.items()}
    # Little's law: each user is in an iteration all the while, so many of `busy` ms
    users = int(settings.get("VUS", "1"))
    busy = users * 500 / requests * (0.5 if order == "unlawful" else 1)
    failed, status = 2 if order == "fail_check" else 0, STATUS.get(scenario, 200)
    return {
        f"http_req_duration{{scenario:{scenario}}}": {
            "count": requests,
            "avg": 55.5,
            "max": slowest,
            **latency,
        },
        f"iteration_duration{{scenario:{scenario}}}": {"avg": busy},
        "began": {"value": time.time()},
        "lag": {"count": users, "avg": 0},
        "connecting": {"p(0)": 0.25},
        "elapsed": {"max": 500, **dict.fromkeys(percents, 500)},
        "first_half": {"count": 1, "avg": 11},
        "second_half": {"count": 1, "avg": 12},
        f"checks{{check:status is {status}}}": {"passes": requests - failed, "fails": failed},
        "dropped_iterations": {"count": 3 if order == "drop" else 0},
    }


def note(name: str, value: object) -> None:
    with (HERE / name).open("a") as file:
        file.write(f"{value}\n")


if __name__ == "__main__":
    sys.exit(main())
