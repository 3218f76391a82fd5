"""Each service belongs to its framework: nothing private, deprecated or glued, no server in it, and small."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.service import SERVICES, declared, services

LINES = {"fastapi_sqlite": 300, "fastapi_orm": 300, "django_drf": 300}  # the others: 250
# What a service that uses its ORM calls.
SESSIONS = {
    "fastapi": {"session.get", "session.add", "session.commit"},
    "flask": {"db.session.get", "db.session.add", "db.session.commit"},
    "django": {"ModelSerializer", "ModelViewSet"},
}

# -- what a service must not do, seen in its syntax trees: each finding is a line, `line: what`

SERVERS = {"gunicorn", "uvicorn", "uvicorn_worker", "hypercorn"}
BRACKET = re.compile(r"\s*[\[\]{}]{1,2}\s*")  # what an array or an object of pieces begins and ends with
MEMBER = re.compile(r'[{,]\s*"|"\s*:|\[\s*[{"]')
# What FastAPI marks as deprecated and does not warn of: any other ends the service's own tests.
DEPRECATED = {("FastAPI", "routes"), ("APIRouter", "routes")}


def findings(source: str) -> Iterator[str]:
    tree = ast.parse(source)
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and not node.bases}
    for node in ast.walk(tree):
        faults = [*_foreign_imports(node), *_private_attributes(node, own), *_deprecated(node)]
        if isinstance(node, ast.Constant) and id(node) not in prose and _glues_json(node.value):
            faults.append(f"{node.value!r} glues JSON")
        yield from (f"{getattr(node, 'lineno', 0)}: {fault}" for fault in faults)


def lines_of_code(source: str) -> int:
    """Without blank lines, comments and docstrings."""
    prose, code = set[int](), set[int]()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            prose |= {*range(node.lineno, (node.end_lineno or 0) + 1)}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT and token.string.strip():
            code |= {*range(token.start[0], token.end[0] + 1)}
    return len(code - prose)


def _foreign_imports(node: ast.AST) -> Iterator[str]:
    names = []
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level:
        names = [f"{node.module}.{alias.name}" for alias in node.names]
    for name in names:
        if name.split(".")[0] in SERVERS:
            yield f"the server {name} is imported"
        if any(map(_private, name.split("."))):
            yield f"{name} is private to another package"


def _private_attributes(node: ast.AST, own: set[str]) -> Iterator[str]:
    if isinstance(node, ast.Attribute) and _private(node.attr) and not _is_self(node.value):
        yield f"{ast.unparse(node)} is private to another object"
    if isinstance(node, ast.ClassDef) and any(ast.unparse(parent) not in own for parent in node.bases):
        # a base from elsewhere may have this name for itself, now or in its next release
        for inner in ast.walk(node):
            if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef) and _private(inner.name):
                yield f"{node.name}.{inner.name} may be private to its base"
            if isinstance(inner, ast.Attribute) and _private(inner.attr) and _is_self(inner.value):
                yield f"{node.name}.{inner.attr} may be private to its base"


def _deprecated(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call):
        function = ast.unparse(node.func).split(".")[-1]
        for keyword in node.keywords:
            if (function, keyword.arg) in DEPRECATED:
                yield f"{function}({keyword.arg}) is deprecated"


def _glues_json(value: object) -> bool:
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    if not isinstance(text, str):
        return False
    return bool(BRACKET.fullmatch(text) or MEMBER.search(text)) or (
        isinstance(value, bytes) and text.strip() == ","
    )


def _private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("self", "cls")


# -- the services

of_each_service = pytest.mark.parametrize("service", services())


def modules(service: str) -> list[Path]:
    paths = sorted((SERVICES / service / "app").rglob("*.py"))
    return [path for path in paths if "migrations" not in path.parts]


@of_each_service
def test_a_service_stays_within_its_framework(service: str) -> None:
    seen = [f"{path.name}:{line}" for path in modules(service) for line in findings(path.read_text())]
    assert not seen, "\n".join(seen)


@of_each_service
def test_a_service_is_small(service: str) -> None:
    assert sum(lines_of_code(path.read_text()) for path in modules(service)) <= LINES.get(service, 250)


@of_each_service
def test_an_orm_service_has_a_session_and_mapped_objects(service: str) -> None:
    if declared(service).access == "orm":
        nodes = [node for path in modules(service) for node in ast.walk(ast.parse(path.read_text()))]
        names = {ast.unparse(node) for node in nodes if isinstance(node, ast.Attribute | ast.Name)}
        names |= {name.split(".")[-1] for name in names}
        assert SESSIONS[declared(service).framework] <= names


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("from starlette._utils import is_async_callable", "private to another package"),
        ("from fastapi.routing import _merge_lifespan_context", "private to another package"),
        ("def view(request):\n    return request._body", "private to another object"),
        ("class Body(Request):\n    def read(self):\n        self._body = b''", "may be private to its base"),
        ("class Wsgi(WSGIRequest):\n    def _set(self):\n        pass", "may be private to its base"),
        ("from gunicorn.http.errors import NoMoreData", "the server"),
        ("import uvicorn", "the server"),
        ("FastAPI(routes=[])", "FastAPI(routes) is deprecated"),
        ("yield b'[' + row", "glues JSON"),
        ("answer = ','.join(rows) + ']'", "glues JSON"),
        ("body = f'{{\"id\": {item_id}}}'", "glues JSON"),
        ("body = '{\"id\": %d}' % item_id", "glues JSON"),
    ],
)
def test_a_fault_is_found(source: str, fault: str) -> None:
    assert any(fault in line for line in findings(source))


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
