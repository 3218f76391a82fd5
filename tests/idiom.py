"""What a service must not do, seen in its syntax trees: each finding is a line, `file:line: what`."""

import ast
import io
import re
import tokenize
from collections.abc import Collection, Iterator
from pathlib import Path

SERVERS = {"gunicorn", "uvicorn", "uvicorn_worker", "hypercorn"}
BRACKET = re.compile(r"\s*[\[\]{}]{1,2}\s*")  # what an array or an object of pieces begins and ends with
MEMBER = re.compile(r'[{,]\s*"|"\s*:|\[\s*[{"]')
NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}
Deprecated = Collection[
    tuple[str, str]
]  # the name of a callable, and of a parameter ("" for the callable itself)


def findings(source: str, deprecated: Deprecated = ()) -> Iterator[str]:
    tree = ast.parse(source)
    docstrings = set(_docstrings(tree))
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and not node.bases}
    for node in ast.walk(tree):
        whats = [*_foreign_imports(node), *_private_attributes(node, own), *_deprecated(node, deprecated)]
        if isinstance(node, ast.Constant) and id(node) not in docstrings and _glues_json(node.value):
            whats.append(f"{node.value!r} glues JSON")
        yield from (f"{getattr(node, 'lineno', 0)}: {what}" for what in whats)


def deprecated_in(package: Path) -> set[tuple[str, str]]:
    """What a package marks by `deprecated()`: classes by their decorator, parameters by their annotation."""
    marked: set[tuple[str, str]] = set()
    for path in package.rglob("*.py"):
        if "deprecated" not in (text := path.read_text()):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                marked |= {(node.name, name) for name in _deprecated_parameters(node)}
            if isinstance(node, ast.ClassDef):
                inits = [n for n in node.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"]
                marked |= {(node.name, name) for init in inits for name in _deprecated_parameters(init)}
                marked |= {(node.name, "") for decorator in node.decorator_list if _marks(decorator)}
    return marked


def lines_of_code(source: str) -> int:
    """Without blank lines, comments and docstrings."""
    tree = ast.parse(source)
    docstrings = set(_docstrings(tree))
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) in docstrings]
    prose = {number for node in nodes for number in range(node.lineno, (node.end_lineno or 0) + 1)}
    code = {
        number
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type not in NO_CODE
        for number in range(token.start[0], token.end[0] + 1)
    }
    return len(code - prose)


def _docstrings(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                yield id(first.value)


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
    if isinstance(node, ast.ClassDef) and any(ast.unparse(base) not in own for base in node.bases):
        # a base from elsewhere may have this name for itself, now or in its next release
        for inner in ast.walk(node):
            if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef) and _private(inner.name):
                yield f"{node.name}.{inner.name} may be private to its base"
            if isinstance(inner, ast.Attribute) and _private(inner.attr) and _is_self(inner.value):
                yield f"{node.name}.{inner.attr} may be private to its base"


def _deprecated(node: ast.AST, deprecated: Deprecated) -> Iterator[str]:
    if isinstance(node, ast.Call):
        function = ast.unparse(node.func).split(".")[-1]
        for parameter in ("", *(keyword.arg or "" for keyword in node.keywords)):
            if (function, parameter) in deprecated:
                yield f"{function}({parameter}) is deprecated"


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


def _marks(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "deprecated"


def _deprecated_parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    for argument in (*function.args.args, *function.args.kwonlyargs):
        if argument.annotation and any(map(_marks, ast.walk(argument.annotation))):
            yield argument.arg
