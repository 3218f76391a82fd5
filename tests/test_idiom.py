"""Each service belongs to its framework: nothing private, deprecated or glued, no server in it, and small."""

import ast
import tomllib
from pathlib import Path
from typing import Any

import pytest

from harness.service import installed
from tests.idiom import deprecated_in, findings, lines_of_code

SERVICES = sorted(path.parent for path in Path(__file__).parents[1].glob("services/*/gunicorn.conf.py"))
LINES = {"fastapi_sqlite": 300, "fastapi_orm": 300, "django_drf": 300}  # the others: 250
# What a service that uses its ORM calls.
SESSIONS = {
    "fastapi": {"session.get", "session.add", "session.commit"},
    "flask": {"db.session.get", "db.session.add", "db.session.commit"},
    "django": {"ModelSerializer", "ModelViewSet"},
}

of_each_service = pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.name)


def modules(service: Path) -> list[Path]:
    return [path for path in sorted(service.glob("app/**/*.py")) if "migrations" not in path.parts]


@of_each_service
def test_a_service_stays_within_its_framework(service: Path) -> None:
    packages = next((installed(service.name) / "lib").glob("python3*/site-packages"))
    deprecated = {mark for name in ("fastapi", "sqlmodel") for mark in deprecated_in(packages / name)}
    seen = [
        f"{path.name}:{line}" for path in modules(service) for line in findings(path.read_text(), deprecated)
    ]
    assert not seen, "\n".join(seen)


@of_each_service
def test_a_service_is_small(service: Path) -> None:
    assert sum(lines_of_code(path.read_text()) for path in modules(service)) <= LINES.get(service.name, 250)


@of_each_service
def test_an_orm_service_has_a_session_and_mapped_objects(service: Path) -> None:
    declared: dict[str, Any] = tomllib.loads((service / "pyproject.toml").read_text())["tool"]["service"]
    if declared["access"] == "orm":
        trees = [ast.parse(path.read_text()) for path in modules(service)]
        names = {
            ast.unparse(n) for t in trees for n in ast.walk(t) if isinstance(n, ast.Attribute | ast.Name)
        }
        names |= {name.split(".")[-1] for name in names}
        assert SESSIONS[declared["framework"]] <= names


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("from starlette._utils import is_async_callable", "private to another package"),
        ("from fastapi.routing import _merge_lifespan_context", "private to another package"),
        ("def view(request):\n    return request._body", "private to another object"),
        ("class Body(Request):\n    def read(self):\n        self._body = b''", "may be private to its base"),
        ("class Wsgi(WSGIRequest):\n    def _set(self):\n        pass", "may be private to its base"),
        ("from gunicorn.http.errors import NoMoreData", "the server"),
        ("import uvicorn", "the server"),
        ("Field(regex='a')", "Field(regex) is deprecated"),
        ("ORJSONResponse({})", "ORJSONResponse() is deprecated"),
        ("yield b'[' + row", "glues JSON"),
        ("answer = ','.join(rows) + ']'", "glues JSON"),
        ("body = f'{{\"id\": {item_id}}}'", "glues JSON"),
        ("body = '{\"id\": %d}' % item_id", "glues JSON"),
    ],
)
def test_a_fault_is_found(source: str, what: str) -> None:
    assert any(what in line for line in findings(source, {("Field", "regex"), ("ORJSONResponse", "")}))


@pytest.mark.parametrize(
    "source",
    [
        "from .db import engine",
        "from app.db import engine",
        "class Page:\n    def __init__(self):\n        self._size = 1",
        "pattern = r'^[^\\x00]*$'",
        "message = 'The item {} is gone.'",
        "path = f'/items/{item_id}'",
        "names = ', '.join(sorted(methods))",
        'def f():\n    """[a docstring]"""',
        "__tablename__ = 'items'",
    ],
)
def test_what_is_no_fault_is_not_found(source: str) -> None:
    assert list(findings(source)) == []


def test_lines_of_code() -> None:
    source = (
        '"""Of\ntwo lines."""\n\nx = 1  # one\n# none\n\ndef f():\n    """None."""\n    return """a\nb"""\n'
    )
    assert lines_of_code(source) == 4
