"""A k6 that sends a scenario's writes, writes a summary, and does wrong what orders.json tells it to."""

import argparse
import json
import os
import signal
import sys
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

HERE = Path(__file__).parent
ITEM = {"name": "x", "description": None, "price": 1.5, "quantity": 1}
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
    order = orders.get(scenario, "")
    if order == "hang":
        (HERE / "hanging").touch()
        signal.pause()
    if order == "exit":
        print("GoError: out of luck")
        return 107
    requests = int(settings["ITERATIONS"]) - (order == "few")
    if order != "lie":
        write(scenario, settings, requests)
    failed = 2 if order == "fail_check" else 0
    Path(call.summary_export).write_text(
        json.dumps(summary(scenario, requests, failed, call.summary_trend_stats))
    )
    return 99 if failed else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=["run"])
    for flag in ("--quiet", "--no-color", "--no-usage-report"):
        parser.add_argument(flag, action="store_true")
    for option in ("--address", "--summary-export", "--summary-trend-stats"):
        parser.add_argument(option)
    parser.add_argument("-e", action="append")
    parser.add_argument("script")
    return parser.parse_args()


def write(scenario: str, settings: dict[str, str], requests: int) -> None:
    items = f"{settings['BASE_URL']}/items"
    if scenario in ("load_items", "create_item"):
        for _ in range(requests):
            send("POST", items, json.dumps(ITEM).encode())
    if scenario == "delete_item":
        for item_id in json.loads(Path(settings["IDS"]).read_text())[:requests]:
            send("DELETE", f"{items}/{item_id}")


def send(method: str, url: str, body: bytes | None = None) -> None:
    where = urlsplit(url)
    with closing(HTTPConnection(where.netloc)) as connection:
        connection.request(method, where.path, body)
        connection.getresponse().read()


def summary(scenario: str, requests: int, failed: int, stats: str) -> dict[str, Any]:
    status = f"checks{{check:status is {STATUS.get(scenario, 200)}}}"
    latency = {stat: float(stat[2:-1]) for stat in stats.split(",") if stat.startswith("p(")}
    return {
        "metrics": {
            f"http_req_duration{{scenario:{scenario}}}": {
                "count": requests,
                "avg": 55.5,
                "max": 100.0,
                **latency,
            },
            "elapsed": {"value": 500, "min": 1, "max": 500},
            status: {"passes": requests - failed, "fails": failed},
        }
    }


def note(name: str, value: object) -> None:
    with (HERE / name).open("a") as file:
        file.write(f"{value}\n")


if __name__ == "__main__":
    sys.exit(main())
