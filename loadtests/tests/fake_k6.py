"""A k6 that sends a scenario's writes, writes a summary, and does wrong what orders.json tells it to."""

import argparse
import json
import os
import signal
import sys
import time
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from loadtests.measure import dataset

HERE = Path(__file__).parent
ITEM = {"description": None, "price": 1.5, "quantity": 1}
STATUS = {"load_items": 201, "create_item": 201, "delete_item": 204}


def main() -> int:
    if sys.argv[1:] == ["version"]:
        print("k6 v0.0.1 (fake)")
        return 0
    call = arguments()
    settings = dict(each.split("=", 1) for each in call.e)
    scenario = Path(call.script).stem
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
    requests = int(settings["ITERATIONS"]) - (order == "few") if "ITERATIONS" in settings else 1000
    if order != "lie":
        write(scenario, settings, requests)
    told = Told("list_items" if scenario == "warm_up" else scenario, requests, settings, order)
    Path(call.summary_export).write_text(json.dumps(summary(told, call.summary_trend_stats)))
    return 99 if told.failed else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=["run"])
    for flag in ("--quiet", "--no-color", "--no-usage-report"):
        parser.add_argument(flag, action="store_true")
    for option in ("--address", "--config", "--summary-export", "--summary-trend-stats"):
        parser.add_argument(option)
    parser.add_argument("-e", action="append")
    parser.add_argument("script")
    return parser.parse_args()


def write(scenario: str, settings: dict[str, str], requests: int) -> None:
    items = f"{settings['BASE_URL']}/items"
    if scenario == "mixed":
        for _ in range(5):
            send("GET", f"{items}/1")
    if scenario in ("load_items", "create_item"):
        for _ in range(requests):
            send("POST", items, {"name": scenario, **ITEM})
    ids = json.loads(Path(settings["IDS"]).read_text()) if "IDS" in settings else []
    if scenario == "delete_item":
        for item_id in ids[:requests]:
            send("DELETE", f"{items}/{item_id}")
    if scenario == "replace_item":
        for n in range(requests):
            values = dataset.record(dataset.REPLACEMENTS + n)
            item = dict(zip(("name", "description", "price", "quantity"), values, strict=True))
            send("PUT", f"{items}/{dataset.scattered(ids, n)}", item)


def send(method: str, url: str, body: object = None) -> None:
    where = urlsplit(url)
    with closing(HTTPConnection(where.netloc)) as connection:
        connection.request(method, where.path, json.dumps(body).encode())
        connection.getresponse().read()


class Told(NamedTuple):
    scenario: str
    requests: int
    settings: dict[str, str]
    order: str

    @property
    def failed(self) -> int:
        return 2 if self.order == "fail_check" else 0

    @property
    def latency(self) -> float:
        """Beyond 100 requests a second it takes its time."""
        return 100.0 if float(self.settings.get("RATE", "0")) > 100 else 10.0


def summary(told: Told, stats: str) -> dict[str, Any]:
    percents = {stat: float(stat[2:-1]) for stat in stats.split(",") if stat.startswith("p(")}
    latency = {stat: percent / 100 * told.latency for stat, percent in percents.items()}
    # Little's law: each user is in an iteration all the while, so many of `busy` ms
    users = int(told.settings.get("VUS", "1"))
    busy = users * 500 / told.requests * (0.5 if told.order == "unlawful" else 1)
    status = f"checks{{check:status is {STATUS.get(told.scenario, 200)}}}"
    dropped = {"dropped_iterations": {"count": 3}} if told.order == "drop" else {}
    return {
        "metrics": {
            f"http_req_duration{{scenario:{told.scenario}}}": {
                "count": told.requests,
                "avg": 55.5,
                "max": told.latency,
                **latency,
            },
            f"iteration_duration{{scenario:{told.scenario}}}": {"avg": busy},
            "began": {"value": time.time()},
            "lag": {"count": users, "avg": 0},
            "elapsed": {"max": 500, **dict.fromkeys(percents, 500)},
            "first_half": {"count": 1, "avg": 11},
            "second_half": {"count": 1, "avg": 12},
            status: {"passes": told.requests - told.failed, "fails": told.failed},
            **dropped,
        }
    }


def note(name: str, value: object) -> None:
    with (HERE / name).open("a") as file:
        file.write(f"{value}\n")


if __name__ == "__main__":
    sys.exit(main())
