"""A service's folder is all that it needs: copied alone, installed with plain pip, started with gunicorn."""

import shutil
import sys
from pathlib import Path

import pytest

from harness.server import launched
from harness.service import SERVICES, services
from tests.commands import run, tool

pytestmark = pytest.mark.standalone


@pytest.mark.parametrize("service", services())
def test_a_service_stands_alone(service: str, tmp_path: Path) -> None:
    alone = tmp_path / service
    shutil.copytree(SERVICES / service, alone, ignore=shutil.ignore_patterns(".venv", "__pycache__", "*.db*"))
    run(sys.executable, "-m", "venv", alone / ".venv")
    run(alone / ".venv/bin/pip", "install", "--require-hashes", "-r", alone / "requirements.txt")
    with launched(service, root=tmp_path) as server:
        report = f"build/standalone/{service}"
        tool("conformance", service, "--url", server.url, "--short", "--report", report)
