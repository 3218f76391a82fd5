"""Each image, started as compose.yaml starts it, seen from outside."""

import gzip
import json
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from http import HTTPStatus
from itertools import count
from threading import Event

import httpx
import pytest
import yaml

from harness.container import built_with, contained, docker, image_of, size
from harness.environment import of
from harness.server import launched
from harness.service import TWIN_CONFIG, TWIN_SETTINGS, application, declared, installed
from tests.commands import ROOT, tool
from tests.containers.docker import Container, Project, running, volume

BASE = "python:3.13-slim-bookworm"
BUDGET = 70_000_000  # bytes that a service adds to its base
PSYCOPG = 15_000_000  # and its wheel, with a libpq inside, where PostgreSQL is spoken
LAMP = {"name": "Lamp", "price": 19.9}

pytestmark = pytest.mark.containers


def test_the_image_is_within_its_budget(image: str) -> None:
    budget = BUDGET + PSYCOPG * ("postgresql" in declared(image).databases)
    assert size(image) - size(BASE) < budget


def test_its_label_is_the_version_of_the_service(image: str) -> None:
    project = tomllib.loads((ROOT / "services" / image / "pyproject.toml").read_text())["project"]
    label = '{{index .Config.Labels "org.opencontainers.image.version"}}'
    assert docker("image", "inspect", f"--format={label}", image) == project["version"]


def test_its_health_check_asks_no_proxy(image: str) -> None:
    proxies = [f"--env={name}=http://127.0.0.1:9" for name in ("http_proxy", "HTTP_PROXY")]
    with running(image, *proxies) as container:
        container.wait_until_healthy()


def test_it_holds_to_the_contract(container: Container, image: str) -> None:
    tool("conformance", image, "--url", container.url, "--short", "--report", f"build/{container.name}")


def test_it_is_not_root_and_writes_nowhere_else(container: Container) -> None:
    assert container.exec("id", "-u").stdout.strip() == "10001"
    for folder in ("/", "/service", "/service/app", "/venv", "/etc"):
        assert container.exec("touch", f"{folder}/file").returncode != 0, folder


def test_its_files_belong_to_root(container: Container) -> None:
    assert container.exec("find", "/service", "/venv", "!", "-user", "root").stdout == ""


def test_it_holds_no_tool_of_the_build(container: Container) -> None:
    for name in ("uv", "gcc", "cc"):
        assert container.exec("sh", "-c", f"command -v {name}").returncode != 0, name
    assert container.exec("/venv/bin/python", "-c", "import pip").returncode != 0


def test_data_survives_the_container(image: str) -> None:
    with volume() as name:
        with running(image, f"--volume={name}:/data") as container:
            container.wait_until_healthy()
            path = httpx.post(f"{container.url}/items", json=LAMP).headers["Location"]
        with running(image, f"--volume={name}:/data") as container:
            container.wait_until_healthy()
            assert httpx.get(container.url + path).json()["name"] == "Lamp"


def test_stopping_under_load_loses_no_request(image: str) -> None:
    """Each row has its answer and each answer its row, although the container was told to stop meanwhile."""
    with volume() as name:
        with running(image, f"--volume={name}:/data") as container:
            container.wait_until_healthy()
            answered = load_while(container, lambda: docker("stop", "--time=40", container.name))
            assert container.state()["ExitCode"] == 0, container.log()
        with running(image, f"--volume={name}:/data") as container:
            container.wait_until_healthy()
            stored = set(ids(container.url))
    assert len(answered) > 100
    assert stored == answered


def ids(url: str) -> Iterator[int]:
    """Page by page."""
    last = 0
    while page := httpx.get(f"{url}/items", params={"after": last} if last else {}).json():
        yield from (item["id"] for item in page)
        last = page[-1]["id"]


def load_while(container: Container, stop: Callable[[], object]) -> set[int]:
    """The ids that eight clients were given, each on a connection that it keeps, until nobody answers."""
    enough = Event()

    def create() -> set[int]:
        ids: set[int] = set()
        with httpx.Client(base_url=container.url) as client:
            for number in count():
                try:
                    answer = client.post("/items", json=LAMP)
                except httpx.TransportError:
                    return ids
                assert answer.status_code == 201, answer.text
                ids.add(answer.json()["id"])
                if number == 50:
                    enough.set()
        return ids

    with ThreadPoolExecutor(8) as pool:
        clients = [pool.submit(create) for _ in range(8)]
        assert enough.wait(60)
        stop()
        return set().union(*(client.result() for client in clients))


def test_compose_starts_it(image: str) -> None:
    """As `just up` does: hardened, on its own port of loopback, with its volume."""
    published: str = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"][image]["ports"][0]
    project = Project(f"test-{image}".replace("_", "-"))
    try:
        project.compose("up", "--detach", image)
        container = project.container(image, f"http://{published.removesuffix(':8000')}")
        container.wait_until_healthy()
        assert httpx.get(f"{container.url}/items").json() == []
        assert container.exec("touch", "/service/file").returncode != 0
    finally:
        project.compose("down", "--volumes")


@pytest.mark.parametrize(
    ("option", "variable"),
    [("--tmpfs=/data:mode=0555", "DATABASE_URL"), ("--env=PORT=abc", "PORT"), ("--env=THREADS=0", "THREADS")],
)
def test_what_cannot_work_stops_the_start_with_one_line(image: str, option: str, variable: str) -> None:
    with running(image, option) as container:
        state = container.wait(lambda state: not state["Running"])
        log = container.log()
    assert state["ExitCode"] != 0
    assert "Traceback" not in log
    assert len([line for line in log.splitlines() if line.startswith(variable)]) == 1, log


def test_a_twin_is_mounted_into_the_image(image: str) -> None:
    """Its health is a hello, where the service's is something else."""
    installed(image)
    with launched(image) as server:
        server.stop()
        words = application(image, "twins")
        with contained(image, TWIN_SETTINGS, dataset=server.database, application=words) as twin:
            health, hello = (httpx.get(f"{twin.url}/{path}").json() for path in ("healthz", "hello"))
            assert httpx.get(f"{twin.url}/items").json() == []
    assert health == hello


def test_a_twin_on_other_packages_runs_in_an_image_of_them() -> None:
    pins = {"flask": "3.1.0", "gunicorn": "23.0.0"}
    environment = of("flask_sqlite", tuple(pins.items()), date(2025, 5, 11))
    built_with("flask_sqlite", environment)
    words = (*TWIN_CONFIG, *application("flask_sqlite", "twins"))
    with contained("flask_sqlite", {}, image=image_of(environment), application=words) as twin:
        asked = "from importlib.metadata import version; print(version('flask'), version('gunicorn'))"
        told = docker("exec", twin.scratch.name, "python", "-c", asked)
        answer = httpx.get(f"{twin.url}/hello")
    assert (answer.status_code, told.split()) == (HTTPStatus.OK, [*pins.values()])


def test_just_bench_measures_the_container() -> None:
    told = tool("loadtests", "bench", "flask_sqlite", "--docker")
    results = ROOT / "results" / told.split("The report: results/")[1].split("/")[0]
    machine = json.loads((results / "machine.json").read_text())
    lines = gzip.decompress((results / "samples.jsonl.gz").read_bytes()).splitlines()
    samples = [json.loads(line) for line in lines]
    assert machine["images"] == {
        "flask_sqlite": docker("image", "inspect", "--format={{.Id}}", "flask_sqlite")
    }
    assert machine["configuration"]["flask_sqlite"]["workers"] == 2
    assert len(samples) == 7
    assert not any(sample["invalid"] for sample in samples)
