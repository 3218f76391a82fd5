"""The status of the answer to a request, by the order of errors that the contract has."""

import re
from collections.abc import Callable
from urllib.parse import parse_qsl, unquote

from conformance import contract, documents
from harness.wire import Request

ITEM = re.compile(r"/items/([1-9][0-9]{0,15})")
DECIMAL = re.compile(r"[1-9][0-9]*")
ID_MAX = 2**53 - 1
LARGEST = {"limit": 1000, "after": ID_MAX}


def path(request: Request) -> str:
    return unquote(request.target.partition("?")[0])


def item_id(request: Request) -> int:
    """0 where the path is not that of an item."""
    found = ITEM.fullmatch(path(request))
    number = int(found[1]) if found else 0
    return number if number <= ID_MAX else 0


def template(request: Request) -> str:
    if item_id(request):
        return "/items/{item_id}"
    plain = path(request)
    # /items/ is the one other name; the template itself is nobody's path
    return "/items" if plain == "/items/" else plain if plain in contract.paths() and "{" not in plain else ""


def parameters(request: Request) -> dict[str, str]:
    return dict(parse_qsl(request.target.partition("?")[2], keep_blank_values=True))  # the last of each name


def query_places(request: Request) -> list[str]:
    given = parameters(request)
    return [
        f"query /{name}"
        for name, largest in LARGEST.items()
        if name in given and not (DECIMAL.fullmatch(given[name]) and int(given[name]) <= largest)
    ]


def operation(request: Request) -> str:
    """The operationId; HEAD and what is not declared have none."""
    declared = contract.operations(template(request)).get(request.method.lower(), {})
    return str(declared.get("operationId", ""))


def expected(request: Request, exists: Callable[[int], bool]) -> tuple[int | None, list[str]]:
    """The status, with the invalid places of a 422; None where the contract leaves it open."""
    operations = contract.operations(name := template(request))
    if not operations:
        return 404, []
    declared = operations.get("get" if request.method == "HEAD" else request.method.lower())
    if declared is None:
        return 405, []
    if "requestBody" in declared:
        schema = "Document" if name == "/echo" else "NewItem"
        status, invalid = documents.status(request.body, request.header("Content-Type"), schema)
        if status != 200:
            return status, invalid
    if declared["operationId"] == "list_items" and (invalid := query_places(request)):
        return 422, invalid
    if (number := item_id(request)) and not exists(number):
        return 404, []
    return min(map(int, declared["responses"])), []
