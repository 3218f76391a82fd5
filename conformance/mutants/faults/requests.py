"""Paths, ids, methods, queries, and headers that a framework acts on."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, unquote

from conformance.reference.service import ITEM, Call
from harness.wire import Request

from ..switches import (
    Switch,
    answered,
    asked,
    body,
    declare,
    headers,
    of_item,
    override,
    parameter,
    refused,
    schema,
    together,
)


def target(pattern: str, by: str | Callable[[re.Match[str]], str]) -> Switch:
    """The target is read as another one."""
    return asked(lambda request: replace(request, target=re.sub(pattern, by, request.target)))


def is_at(pattern: str) -> Callable[[Request], bool]:
    return lambda request: re.search(pattern, unquote(request.target)) is not None


def has(pattern: str) -> Callable[[Request], bool]:
    return lambda request: re.search(pattern, "\n".join(request.headers), re.IGNORECASE) is not None


def sent(name: str, request: Request) -> str:
    return parse_qs(request.target.partition("?")[2], keep_blank_values=True).get(name, [""])[-1]


def is_big(name: str) -> Callable[[Request], bool]:
    return lambda request: sent(name, request).isdecimal() and int(sent(name, request)) >= 2**63


def page(change: Callable[[Any, int, int], Any]) -> Switch:
    """Other items are on a page. Gets the items by id, `after` and `limit`."""
    return override(page=lambda reference, _, after, limit: change(reference.items, after, limit))


def listed(items: dict[int, Any]) -> list[Any]:
    return [items[item_id] for item_id in sorted(items)]


def without(method: str, template: str = "") -> Switch:
    def methods(_reference: Any, methods: Callable[[Call], dict[str, Any]], call: Call) -> dict[str, Any]:
        found = methods(call)
        return {name: found[name] for name in found if name != method or template not in ("", call.template)}

    return override(methods=methods)


def overridden(request: Request) -> Request:
    return replace(request, method=request.header("X-HTTP-Method-Override") or request.method)


def clamped(request: Request) -> Request:
    limit = sent("limit", request)
    if not limit.isdecimal():
        return request
    clamp = f"limit={min(max(int(limit), 1), 2000)}"
    return replace(request, target=re.sub("limit=[^&]*", clamp, request.target))


FAULTS: dict[str, Switch] = {
    # paths
    "/Items is /items": asked(lambda request: replace(request, target=request.target.lower())),
    "/items.json is /items": target(r"\.json(?=\?|$)", ""),
    "/items/1/x is /items/1": target(r"^(/items/\d+)/.*", r"\1"),
    "/hello/world is /hello": target(r"^/hello/.*", "/hello"),
    "a path is not decoded": target("%(?=3)", "%25"),
    "an unknown path is an empty 200": answered(
        lambda _, a: body(replace(a, status=200), b"{}") if b"such path" in a.body else a
    ),
    "an unknown path is HTML": answered(
        lambda _, a: body(a, b"<h1>Not Found</h1>", "text/html") if b"such path" in a.body else a
    ),
    # ids
    "/items/abc is 422": refused(422, is_at("^/items/[a-z]")),
    "/items/0 is 422": refused(422, is_at("^/items/0$")),
    "/items/-1 is 422": refused(422, is_at("^/items/-[0-9]+$")),
    "an id past 53 bits is 422": refused(422, is_at("^/items/9007199254740992$")),
    "an id past 64 bits is 500": refused(500, is_at("^/items/[0-9]{20,}$")),
    "a path with U+0000 is 500": refused(500, is_at("\0")),
    "a path that is not UTF-8 is 500": refused(
        500, lambda request: "%FF" in request.target.partition("?")[0]
    ),
    "the largest id is no id": schema("ItemId", maximum=2**53 - 2),
    # methods
    "HEAD is 405": without("HEAD"),
    "HEAD of an item is 405": without("HEAD", ITEM),
    "HEAD of no item is 200": answered(
        lambda q, a: replace(a, status=200) if q.method == "HEAD" and of_item(q) else a
    ),
    "HEAD has a body": override(head=lambda _, __, answer: answer),
    "OPTIONS is 200 without Allow": answered(
        lambda q, a: headers(body(replace(a, status=200), b"{}"), allow=None) if q.method == "OPTIONS" else a
    ),
    "Allow names the first method alone": override(
        allow=lambda _, allow, methods: allow(methods).split(",")[0]
    ),
    "Allow leaves out HEAD": override(allow=lambda _, allow, methods: allow(methods).replace(", HEAD", "")),
    "Allow names PATCH": override(allow=lambda _, allow, methods: f"{allow(methods)}, PATCH"),
    "a 405 has no Allow": answered(lambda _, a: headers(a, allow=None)),
    "PATCH is another PUT": declare(ITEM, "patch", "replace_item"),
    "TRACE is 501": refused(501, lambda request: request.method == "TRACE"),
    "GET /echo greets": declare("/echo", "get", "hello"),
    "DELETE /items answers 200": answered(
        lambda q, a: (
            body(replace(a, status=200), b"[]") if (q.method, q.target) == ("DELETE", "/items") else a
        )
    ),
    "X-HTTP-Method-Override is the method": asked(overridden),
    # queries
    "limit=2000 is refused": parameter("limit", maximum=1999),
    "limit=2001 is taken": parameter("limit", maximum=10**6),
    "limit=0 is taken": parameter("limit", minimum=0),
    "a limit out of its range is moved into it": asked(clamped),
    "without a limit a list has no end": parameter("limit", default=10**9),
    "without a limit a list has 100 items": parameter("limit", default=100),
    "without a limit a list has 1,000 items": parameter("limit", default=1000),
    "after=0 is taken": parameter("after", minimum=0),
    "after=9007199254740991 is refused": parameter("after", maximum=2**53 - 2),
    "after beyond an id is taken": parameter("after", maximum=None),
    "after beyond 64 bits is 500": refused(500, is_big("after")),
    "limit= is none": target(r"\b(limit|after)(=(?=&|$)|$)", "x=1"),
    "a limit that is no integer is none": target(r"(?<=[?&])limit=[a-z]+", "x=1"),
    "Limit is limit": target("Limit=", "limit="),
    "%6Cimit is unknown": target("%6C", "%256C"),
    "an unknown query parameter is 422": refused(
        422, lambda request: bool({*parse_qs(request.target.partition("?")[2])} - {"limit", "after"})
    ),
    "POST checks the parameters of a page": refused(
        422, lambda request: request.method == "POST" and "limit=abc" in request.target
    ),
    "a query that is not UTF-8 is 500": refused(500, lambda request: "%FF" in request.target),
    "format=xml is 404": refused(404, lambda request: "format=xml" in request.target),
    "_method is the method": asked(lambda q: replace(q, method="DELETE") if "_method=D" in q.target else q),
    # pages
    "the newest item comes first": page(
        lambda items, after, limit: [i for i in reversed(listed(items)) if i["id"] > after][:limit]
    ),
    "a replaced item comes last": together(
        override(store=lambda ref, store, item: (ref.items.pop(item["id"], None), store(item))),
        page(lambda items, after, limit: [i for i in items.values() if i["id"] > after][:limit]),
    ),
    "a list is in an object": page(
        lambda items, after, limit: {"items": [i for i in listed(items) if i["id"] > after][:limit]}
    ),
    "a page begins with the item that it should begin after": page(
        lambda items, after, limit: [i for i in listed(items) if i["id"] >= after][:limit]
    ),
    "every page is the first": page(lambda items, _, limit: listed(items)[:limit]),
    "after is a number of items": page(lambda items, after, limit: listed(items)[after:][:limit]),
    "a page after an id that no item has is empty": page(
        lambda items, after, limit: [
            i for i in listed(items) if i["id"] > after and (not after or after in items)
        ][:limit]
    ),
    "limit is ignored": page(lambda items, after, _: [i for i in listed(items) if i["id"] > after]),
    "a page has one item more": page(
        lambda items, after, limit: [i for i in listed(items) if i["id"] > after][: limit + 1]
    ),
    "a page is cut before it begins after an id": page(
        lambda items, after, limit: [i for i in listed(items)[:limit] if i["id"] > after]
    ),
    # headers that the contract does not know
    "Accept: text/html gets a page": answered(
        lambda q, a: headers(a, content_type="text/html") if has("accept: text/html")(q) and a.body else a
    ),
    "Accept: nonsense is 500": refused(500, has("accept: nonsense")),
    "Accept-Encoding: gzip is answered without it": answered(
        lambda q, a: headers(a, content_encoding="gzip") if has("accept-encoding: gzip")(q) else a
    ),
    "If-None-Match: * is 304": answered(
        lambda q, a: replace(a, status=304, body=b"", headers=()) if has("if-none-match")(q) else a
    ),
    "Range is 206": answered(
        lambda q, a: replace(a, status=206) if has("range: bytes=0-")(q) and a.status == 200 else a
    ),
    "Authorization is 401": refused(401, has("authorization")),
    "a cookie without its token is 403": refused(403, has("cookie")),
    "another Host is 400": refused(400, has("host: example.org")),
    "X-Forwarded-Proto: https is a redirect": answered(
        lambda q, a: (
            headers(replace(a, status=301), location="/") if has("x-forwarded-proto: https")(q) else a
        )
    ),
}
