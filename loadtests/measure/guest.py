"""A guest: a server that is none of services/. A command starts it, or it runs already, at a URL.

Nobody can look into its database: what it holds is asked of the guest itself. It may have items of its own;
those that came from us begin after the last of them, and are deleted in the end.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import cached_property
from math import nan
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from harness.command import BAD_USAGE, fail
from harness.database import Record
from harness.server import LOOPBACK, Server, free_port
from harness.service import ROOT, LaunchError
from harness.wire import Answer, Client, NoAnswerError
from loadtests.measure.plan import Variant

LEVEL = "items"  # of the contract: a guest that does not come so far cannot be measured
PAGE = 2000  # the most that a list may have


class Guest(Server):
    last_id, own_count = 0, 0  # the id of the last item that was there before us, and how many there were

    @cached_property
    def client(self) -> Client:
        return Client(self.url, reuse=False)  # a server may end a connection without a word

    def ask(self, method: str, path: str) -> Answer:
        try:
            answer = self.client.send(method, f"{urlsplit(self.url).path}{path}")
        except NoAnswerError as error:
            raise LaunchError(f"{self.service}: {error}") from error
        if answer.status // 100 != 2:
            raise LaunchError(f"{self.service}: {method} {path}: {answer.status}")
        return answer

    def items(self) -> Iterator[dict[str, Any]]:
        """Those that came from us."""
        after = self.last_id
        while page := self.page(after):
            yield from page
            after = page[-1]["id"]

    def page(self, after: int) -> list[dict[str, Any]]:
        answer = self.ask("GET", f"/items?limit={PAGE}" + (f"&after={after}" if after else ""))
        try:
            page: list[dict[str, Any]] = answer.json()
        except ValueError as error:
            raise LaunchError(f"{self.service}: GET /items: {error}") from error
        return page

    def answers(self) -> bool:
        """Anything: whether it is right is for the contract to say."""
        with suppress(NoAnswerError), Client(self.url, timeout=2) as client:
            client.send("GET", f"{urlsplit(self.url).path}/healthz")
            return True
        return False

    def workers(self) -> list[int]:
        """How it shares out its work is its own affair."""
        return []

    def ids(self, most: int) -> list[int]:
        return [item["id"] for item in self.items()][:most]

    def count(self) -> int:
        return self.own_count + len(list(self.items()))

    def records(self, item_ids: Iterable[int]) -> dict[int, Record]:
        ids = {*item_ids}
        return {
            item["id"]: (item["name"], item["description"], float(item["price"]), item["quantity"])
            for item in self.items()
            if item["id"] in ids
        }

    def settle(self) -> None:
        pass

    def remember(self) -> None:
        for item in self.items():
            self.last_id, self.own_count = item["id"], self.own_count + 1

    def clear(self) -> None:
        for item_id in [item["id"] for item in self.items()]:
            self.ask("DELETE", f"/items/{item_id}")

    def close(self) -> None:
        self.client.close()
        super().close()


class Remote(Guest):
    """At a URL: of its processes nothing can be seen."""

    def __init__(self, name: str, url: str, scratch: Path) -> None:
        super().__init__(name, (), scratch, port=0)
        self.address = url

    @property
    def url(self) -> str:
        return self.address

    def ensure_running(self) -> None:
        pass

    def memory(self) -> tuple[float, str]:
        return nan, ""

    def cpu_seconds(self) -> float:
        return nan


@contextmanager
def started(variant: Variant, cores: Collection[int] | None = None, host: str = LOOPBACK) -> Iterator[Guest]:
    with TemporaryDirectory(prefix="guest-") as scratch:
        if variant.url:
            with closing(Remote(variant.service, variant.url, Path(scratch))) as guest:
                yield guest
            return
        port, cwd = free_port(host=host), Path(variant.cwd or ".")
        if not cwd.is_dir():
            raise LaunchError(f"{variant.service}: there is no folder {cwd} any more")
        command = ["/bin/sh", "-c", variant.command or ""]
        env = {"HOST": host, "PORT": str(port)}
        with closing(
            Guest(variant.service, command, Path(scratch), env, host=host, port=port, cwd=cwd, cores=cores)
        ) as guest:
            guest.start()
            yield guest


@contextmanager
def visited(variant: Variant, cores: Collection[int] | None, host: str) -> Iterator[Guest]:
    with started(variant, cores, host) as guest:
        guest.remember()
        try:
            yield guest
        except BaseException:
            with suppress(LaunchError):  # why it ended is to be told, not that it did
                guest.clear()
            raise
        guest.clear()


def held_to_the_contract(variant: Variant, announce: Callable[[str], None], *, may_delete: bool) -> None:
    """By `just conform`, up to LEVEL: what answers wrongly is not measured."""
    announce(f"{variant.service}: hold it to the contract, up to the level {LEVEL}")
    with started(variant) as guest:
        report = guest.scratch / "report"
        options = ["--url", guest.url, "--until", LEVEL, "--report", str(report)]
        options += ["--may-delete"] if may_delete else []
        command = [sys.executable, "-m", "conformance", *options]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own
        if ran.returncode == BAD_USAGE:
            fail(ran.stderr, BAD_USAGE)
        if ran.returncode:
            raise LaunchError(broken(variant, report / "conformance.json") or ran.stderr)


def broken(variant: Variant, report: Path) -> str:
    if not report.exists():
        return ""
    [judged] = json.loads(report.read_text())["services"].values()
    causes = [finding["cause"] for finding in judged["findings"] if finding["grade"] == "fail"]
    why = (causes or [judged["stopped"]])[0] + (f", and {len(causes) - 1} more" if len(causes) > 1 else "")
    level, url = [*judged["levels"]][-1], variant.url or "URL, once it is started"
    return (
        f"{variant.service} is not measured, for it breaks the contract at the level {level}: {why}. "
        f"To see it all: just conform --url {url}"
    )


def guests(
    commands: Iterable[str], folders: list[Path], urls: Iterable[str], taken: Collection[str]
) -> dict[str, Variant]:
    """By a name of each: the folder of a command, or the host and the path of a URL."""
    commands = list(commands)
    if not all(command.strip() for command in commands):
        fail("--command is empty", BAD_USAGE)
    if len(folders) not in (0, 1, len(commands)) or (folders and not commands):
        fail("There is one --cwd for all of --command, or one for each of them, in their order", BAD_USAGE)
    for folder in folders:
        if not folder.is_dir():
            fail(f"--cwd is no folder: {folder}", BAD_USAGE)
    places = folders * len(commands) if len(folders) == 1 else folders or [Path()] * len(commands)
    variants: dict[str, Variant] = {}
    for command, place in zip(commands, places, strict=True):
        name = unused(place.resolve().name if folders else command.split()[0], {*taken, *variants})
        variants[name] = Variant(service=name, command=command, cwd=str(place))
    for url in urls:
        name = unused(url.partition("://")[2], {*taken, *variants})
        variants[name] = Variant(service=name, url=url)
    return variants


def unused(name: str, taken: Collection[str]) -> str:
    names = (name, *(f"{name}-{number}" for number in range(2, len(taken) + 3)))
    return next(candidate for candidate in names if candidate not in taken)
