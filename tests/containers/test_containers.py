"""Each image, started as compose.yaml starts it, seen from outside."""

import gzip
import json
import tomllib
from datetime import date
from http import HTTPStatus

import httpx
import pytest
import yaml

from harness.container import added, built_with, contained, docker, image_of
from harness.environment import of
from harness.server import launched
from harness.service import TWIN_CONFIG, TWIN_SETTINGS, application, declared, installed
from tests.commands import ROOT, tool
from tests.containers.docker import Container, Project, running, volume
from tests.containers.load import ids, loading

BUDGET = 70_000_000  # bytes that a service adds to its base
PSYCOPG = 15_000_000  # and its wheel, with a libpq inside, where PostgreSQL is spoken
WRITABLE = "/var/tmp/file"  # noqa: S108 - by anybody, where the root is not read-only

pytestmark = pytest.mark.containers


def test_the_image_is_within_its_budget(image: str) -> None:
    budget = BUDGET + PSYCOPG * ("postgresql" in declared(image).databases)
    assert added(image) < budget


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
    assert container.exec("touch", WRITABLE).returncode != 0


def test_its_files_belong_to_root(container: Container) -> None:
    assert container.exec("find", "/service", "/venv", "!", "-user", "root").stdout == ""


def test_it_holds_no_tool_of_the_build(container: Container) -> None:
    for name in ("uv", "gcc", "cc"):
        assert container.exec("sh", "-c", f"command -v {name}").returncode != 0, name
    assert container.exec("/venv/bin/python", "-c", "import pip").returncode != 0


def test_stopping_under_load_loses_no_request(image: str) -> None:
    """Each row has its answer and each answer its row, although the container was told to stop meanwhile."""
    with volume() as name:
        with running(image, f"--volume={name}:/data") as container:
            container.wait_until_healthy()
            with loading(container.url) as load:
                docker("stop", "--time=40", container.name)
            assert container.state()["ExitCode"] == 0, container.log()
        with running(image, f"--volume={name}:/data") as container:
            container.wait_until_healthy()
            stored = set(ids(container.url))
    assert set(load.statuses()) <= {201, 0}
    assert stored == load.acknowledged


def test_compose_starts_it(image: str) -> None:
    """As `just up` does: hardened, on its own port of loopback, with its volume."""
    published: str = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"][image]["ports"][0]
    project = Project(f"test-{image}".replace("_", "-"))
    try:
        project.compose("up", "--detach", image)
        container = project.container(image, f"http://{published.removesuffix(':8000')}")
        container.wait_until_healthy()
        assert httpx.get(f"{container.url}/items").json() == []
        assert container.exec("touch", WRITABLE).returncode != 0
    finally:
        project.compose("down", "--volumes")


def test_a_volume_that_cannot_be_written_stops_the_start_with_one_line(image: str) -> None:
    with running(image, "--tmpfs=/data:mode=0555") as container:
        state = container.wait(lambda state: not state["Running"])
        log = container.log()
    assert state["ExitCode"] != 0
    assert "Traceback" not in log
    assert len([line for line in log.splitlines() if line.startswith("DATABASE_URL")]) == 1, log


def test_a_twin_is_mounted_into_the_image(image: str) -> None:
    """Its health is a hello, where the service's is something else."""
    installed(image)
    with launched(image) as server:
        server.stop()
        arguments = application(image, "twins")
        with contained(image, TWIN_SETTINGS, dataset=server.database, application=arguments) as twin:
            health, hello = (httpx.get(f"{twin.url}/{path}").json() for path in ("healthz", "hello"))
            assert httpx.get(f"{twin.url}/items").json() == []
    assert health == hello


def test_a_twin_on_other_packages_runs_in_an_image_of_them() -> None:
    pins = {"flask": "3.1.0", "gunicorn": "23.0.0"}
    environment = of("flask_sqlite", tuple(pins.items()), date(2025, 5, 11))
    built_with("flask_sqlite", environment)
    arguments = (*TWIN_CONFIG, *application("flask_sqlite", "twins"))
    with contained("flask_sqlite", {}, image=image_of(environment), application=arguments) as twin:
        program = "from importlib.metadata import version; print(version('flask'), version('gunicorn'))"
        versions = docker("exec", twin.scratch.name, "python", "-c", program)
        answer = httpx.get(f"{twin.url}/hello")
    assert (answer.status_code, versions.split()) == (HTTPStatus.OK, [*pins.values()])


def test_just_bench_measures_the_container() -> None:
    output = tool("loadtests", "bench", "flask_sqlite", "--docker")
    results = ROOT / "results" / output.split("The report: results/")[1].split("/")[0]
    machine = json.loads((results / "machine.json").read_text())
    lines = gzip.decompress((results / "samples.jsonl.gz").read_bytes()).splitlines()
    samples = [json.loads(line) for line in lines]
    assert machine["images"] == {
        "flask_sqlite": docker("image", "inspect", "--format={{.Id}}", "flask_sqlite")
    }
    assert machine["configuration"]["flask_sqlite"]["workers"] == 2
    assert len(samples) == 7
    assert not any(sample["invalid"] for sample in samples)
