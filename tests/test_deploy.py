"""deploy/ without a cluster: it builds, its parts fit together, and schemas and a policy linter accept it."""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from math import ceil
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]  # it has no types
import pytest
import yaml

from harness import k6
from harness.service import ROOT, SERVICES, declared, services
from tests.commands import run

KUBECTL = Path(sys.executable).with_name("kubectl")
CHECKOV = "checkov@3.3.30"  # in an environment of its own: it pins a hundred packages
OLDEST = "1.30"  # of Kubernetes, whose preStop can sleep
OVERLAYS = [*services(), *(f"{name}/migrate" for name in services()), "postgresql", "k6/*"]
DEPLOY = ROOT / "deploy"
FOLDERS = sorted(
    str(p.relative_to(DEPLOY)) for glob in OVERLAYS for p in DEPLOY.glob(glob) if p.name != "base"
)

# The request of processor time: see deploy/README.md.
RATE = 250  # requests a second that a copy is to answer
MIX = {"get_item": 0.8, "create_item": 0.1, "replace_item": 0.1}
CORE = 2e9  # instructions of a second of a core
STEP = 50  # thousandths of a core

Manifest = Mapping[str, Any]

pytestmark = pytest.mark.deploy


@cache
def built(folder: str) -> list[Manifest]:
    return list(yaml.safe_load_all(run(KUBECTL, "kustomize", DEPLOY / folder)))


def faults(manifests: list[Manifest]) -> Iterator[str]:
    for manifest in manifests:
        if manifest["kind"] != "TestRun":  # of which Kubernetes has no schema
            yield from of_the_schema(json.dumps(manifest))
    for manifest in of_kind(manifests, "TestRun"):
        yield from of_the_load(manifest, manifests)
    for manifest in of_kind(manifests, "Deployment", "StatefulSet", "Job"):
        yield from of_the_pod(manifest)
        if name := manifest["metadata"]["labels"].get("app.kubernetes.io/name"):
            yield from of_the_service(manifest, name.replace("-", "_"))
    for manifest in of_kind(manifests, "Deployment", "StatefulSet"):
        yield from of_what_selects(manifest, manifests)
    yield from of_the_copies(manifests)


def of_kind(manifests: list[Manifest], *kinds: str) -> list[Manifest]:
    return [manifest for manifest in manifests if manifest["kind"] in kinds]


@cache
def of_the_schema(text: str) -> list[str]:
    """Of a manifest as JSON: the same one is looked at for many faults that are planted beside it."""
    manifest, errors = json.loads(text), []
    for version in (OLDEST, kubernetes_validate.latest_version()):
        try:
            kubernetes_validate.validate(manifest, version, strict=True)
        except kubernetes_validate.ValidationError as error:
            errors.append(f"schema: {version}, {manifest['kind']}: {error.message}")
    return errors


def of_the_pod(manifest: Manifest) -> Iterator[str]:
    pod = manifest["spec"]["template"]["spec"]
    [container] = pod["containers"]
    volumes = {volume["name"] for volume in pod["volumes"]}
    volumes |= {claim["metadata"]["name"] for claim in manifest["spec"].get("volumeClaimTemplates", [])}
    mounts = {mount["name"] for mount in container["volumeMounts"]}
    if volumes != mounts:
        yield f"mounts: {sorted(mounts)} of volumes {sorted(volumes)}"
    ports = {port["name"] for port in container.get("ports", [])}
    for probe in (container[name] for name in container if name.endswith("Probe")):
        if "httpGet" in probe and probe["httpGet"]["port"] not in ports:
            yield f"port: a probe asks {probe['httpGet']['port']}"
        if "httpGet" in probe and probe["httpGet"]["path"] not in paths():
            yield f"probe path: {probe['httpGet']['path']} is not in openapi.yaml"


@cache
def paths() -> set[str]:
    declared_paths = yaml.safe_load((ROOT / "openapi.yaml").read_text())["paths"]
    return {path for path, operations in declared_paths.items() if "get" in operations}


def of_the_service(manifest: Manifest, service: str) -> Iterator[str]:
    pod = manifest["spec"]["template"]["spec"]
    [container] = pod["containers"]
    project = tomllib.loads((SERVICES / service / "pyproject.toml").read_text())["project"]
    dockerfile = (SERVICES / service / "Dockerfile").read_text()
    if container["image"] != f"{service}:{project['version']}":
        yield f"image: {container['image']}, and the service is {project['version']}"
    identity = pod["securityContext"]
    user = f"{identity.get('runAsUser')}:{identity.get('runAsGroup')}"
    if f"USER {user}\n" not in dockerfile or not identity.get("runAsNonRoot"):
        yield f"user: {user} is not the image's"
    if manifest["kind"] == "Job":
        return
    if f"EXPOSE {container['ports'][0]['containerPort']}\n" not in dockerfile:
        yield "port: not the image's"
    gunicorn = (SERVICES / service / "gunicorn.conf.py").read_text()
    needed = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    needed += int(gunicorn.split("\ngraceful_timeout = ")[1].split()[0])
    if pod["terminationGracePeriodSeconds"] <= needed:
        yield f"grace: {pod['terminationGracePeriodSeconds']} s, and to stop takes up to {needed}"
    if container["livenessProbe"]["httpGet"]["path"] == "/healthz":
        yield "liveness: asks the database, which a restart does not mend"
    if container["resources"]["requests"]["cpu"] != (cost := measured(service)):
        yield f"request: {container['resources']['requests']['cpu']}, and by results/cost.json {cost}"
    if ("postgresql" in declared(service).databases) != (manifest["kind"] == "Deployment"):
        yield f"copies: a {manifest['kind']} on {declared(service).databases}"


def measured(service: str) -> str:
    costs = json.loads((ROOT / "results" / "cost.json").read_text())["costs"]["services"][service]
    instructions = sum(share * costs[operation]["instructions"] for operation, share in MIX.items())
    return f"{ceil(instructions * RATE / CORE * 1000 / STEP) * STEP}m"


def of_what_selects(manifest: Manifest, manifests: list[Manifest]) -> Iterator[str]:
    template = manifest["spec"]["template"]
    ports = {port["name"] for port in template["spec"]["containers"][0]["ports"]}
    services, policies = of_kind(manifests, "Service"), of_kind(manifests, "NetworkPolicy")
    selectors = [manifest["spec"]["selector"], *(s["spec"]["podSelector"] for s in policies)]
    selectors += [s["spec"]["selector"] for s in of_kind(manifests, "PodDisruptionBudget")]
    selectors += [s["labelSelector"] for s in template["spec"].get("topologySpreadConstraints", [])]
    labels = [selector["matchLabels"] for selector in selectors] + [s["spec"]["selector"] for s in services]
    for selector in labels:
        if not selector.items() <= template["metadata"]["labels"].items():
            yield f"selector: {selector} selects no pod"
    targets = {port["targetPort"] for service in services for port in service["spec"]["ports"]}
    targets |= {p["port"] for policy in policies for rule in policy["spec"]["ingress"] for p in rule["ports"]}
    if targets != ports:
        yield f"port: asked are {sorted(targets)}, and there are {sorted(ports)}"
    if manifest["kind"] == "StatefulSet":
        names = [service["metadata"]["name"] for service in services]
        if manifest["spec"]["serviceName"] not in names or manifest["spec"]["replicas"] != 1:
            yield "copies: a StatefulSet is one, behind its Service"


def of_the_copies(manifests: list[Manifest]) -> Iterator[str]:
    names = {(manifest["kind"], manifest["metadata"]["name"]) for manifest in manifests}
    for scaler in of_kind(manifests, "HorizontalPodAutoscaler"):
        target = scaler["spec"]["scaleTargetRef"]
        if (target["kind"], target["name"]) not in names:
            yield f"scaling: there is no {target['kind']} {target['name']}"
        for budget in of_kind(manifests, "PodDisruptionBudget"):
            if not 0 < budget["spec"]["maxUnavailable"] < scaler["spec"]["minReplicas"]:
                yield "budget: an eviction takes no copy, or the last one"


def of_the_load(manifest: Manifest, manifests: list[Manifest]) -> Iterator[str]:
    [scripts] = [config["data"] for config in of_kind(manifests, "ConfigMap")]
    runner, script = manifest["spec"]["runner"], Path(manifest["spec"]["script"]["localFile"])
    if script.name not in scripts or manifest["metadata"]["name"] != script.stem.replace("_", "-"):
        yield f"script: {manifest['metadata']['name']} runs {script.name}"
    for key, text in scripts.items():
        folder = "lib." if key.startswith("lib.") else ""
        for path in re.findall(r"from '\./(.+)'", text):
            if folder + path.replace("/", ".") not in scripts:
                yield f"script: {key} imports {path}"
    if (pinned := f"k6=={runner['image'].partition(':')[2]}") not in (ROOT / "requirements.txt").read_text():
        yield f"image: {pinned} is not that of the tools"
    statistics = next(env["value"] for env in runner["env"] if env["name"] == "K6_SUMMARY_TREND_STATS")
    if not set(statistics.split(",")) >= {"count", *(f"p({percent:g})" for percent in k6.PERCENTS)}:
        yield "summary: it lacks a point of the quantile function"


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_is_deployed_fits_together(folder: str) -> None:
    assert list(faults(built(folder))) == []


POD = "spec/template/spec"
API = f"{POD}/containers/0"


def planted(manifests: list[Manifest], kind: str, pointer: str, value: object) -> list[Manifest]:
    """With another value, or none, in one place of the one manifest of that kind."""
    changed = deepcopy(manifests)
    place: Any
    [place] = of_kind(changed, kind)
    *parents, last = (int(name) if name.isdecimal() else name for name in pointer.split("/"))
    for name in parents:
        place = place[name]
    place[last] = value
    if value is None:
        del place[last]
    return changed


@pytest.mark.parametrize(
    ("fault", "folder", "kind", "pointer", "value"),
    [
        ("selector", "flask_orm", "Service", "spec/selector", {"app": "web"}),
        ("selector", "flask_orm", "PodDisruptionBudget", "spec/selector/matchLabels", {"app": "web"}),
        ("selector", "flask_sqlite", "NetworkPolicy", "spec/podSelector/matchLabels", {"app": "web"}),
        ("port", "flask_orm", "Service", "spec/ports/0/targetPort", "web"),
        ("port", "flask_orm", "NetworkPolicy", "spec/ingress/0/ports/0/port", "web"),
        ("port", "flask_orm", "Deployment", f"{API}/ports/0/containerPort", 80),
        ("port", "flask_orm", "Deployment", f"{API}/livenessProbe/httpGet/port", "web"),
        ("probe path", "flask_orm", "Deployment", f"{API}/readinessProbe/httpGet/path", "/health"),
        ("liveness", "flask_orm", "Deployment", f"{API}/livenessProbe/httpGet/path", "/healthz"),
        ("grace", "flask_orm", "Deployment", f"{POD}/terminationGracePeriodSeconds", 40),
        ("user", "flask_orm", "Deployment", f"{POD}/securityContext/runAsUser", 0),
        ("user", "flask_orm/migrate", "Job", f"{POD}/securityContext/runAsUser", 0),
        ("mounts", "flask_orm", "Deployment", f"{API}/volumeMounts/0/name", "temp"),
        ("scaling", "flask_orm", "HorizontalPodAutoscaler", "spec/scaleTargetRef/name", "web"),
        ("budget", "flask_orm", "PodDisruptionBudget", "spec/maxUnavailable", 2),
        ("image", "flask_orm", "Deployment", f"{API}/image", "flask_orm:latest"),
        ("request", "flask_orm", "Deployment", f"{API}/resources/requests/cpu", "100m"),
        ("schema", "flask_orm", "Deployment", f"{API}/readinessProbe/seconds", 5),
        ("copies", "flask_sqlite", "StatefulSet", "spec/replicas", 2),
        ("script", "k6/hello", "TestRun", "spec/script/localFile", "/scripts/greeting.js"),
        ("script", "k6/mixed", "ConfigMap", "data/list_page.js", None),
        ("image", "k6/hello", "TestRun", "spec/runner/image", "grafana/k6:0.1.0"),
        ("summary", "k6/hello", "TestRun", "spec/runner/env/3/value", "count,p(50)"),
    ],
)
def test_a_planted_fault_is_seen(fault: str, folder: str, kind: str, pointer: str, value: object) -> None:
    changed = planted(built(folder), kind, pointer, value)
    assert {line.partition(":")[0] for line in faults(changed)} == {fault}


def test_the_policies_of_checkov_hold_and_a_breach_is_seen(tmp_path: Path) -> None:
    worse = planted(built("flask_orm"), "Deployment", f"{POD}/securityContext/runAsNonRoot", value=False)
    worse = planted(worse, "Deployment", f"{POD}/securityContext/runAsUser", 0)
    worse = planted(worse, "Deployment", f"{API}/securityContext/capabilities", {"add": ["SYS_ADMIN"]})
    for name, manifests in {**{folder: built(folder) for folder in FOLDERS}, "worse": worse}.items():
        (tmp_path / f"{name.replace('/', '-')}.yaml").write_text(yaml.safe_dump_all(manifests))
    options = ["--skip-download", "--framework=kubernetes", "--output=json", f"--directory={tmp_path}"]
    ran = subprocess.run(["uvx", "-q", CHECKOV, *options], capture_output=True, text=True, check=False)
    assert ran.stdout, ran.stderr
    report = json.loads(ran.stdout)
    assert report["summary"]["parsing_errors"] == 0
    breaches = {(c["file_path"].strip("/"), c["check_id"]) for c in report["results"]["failed_checks"]}
    assert {file for file, _ in breaches} == {"worse.yaml"}
    assert {policy for _, policy in breaches} >= {"CKV_K8S_23", "CKV_K8S_37", "CKV_K8S_39"}
