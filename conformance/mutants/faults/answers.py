"""What a successful answer says."""

from dataclasses import replace
from typing import Any

from harness.wire import Answer, Request

from ..switches import Switch, answered, body, changed, headers, items, member, of_item, override


def rounded(value: Any) -> Any:
    match value:
        case dict():
            return {key: rounded(inner) for key, inner in value.items()}
        case list():
            return [rounded(inner) for inner in value]
        case float():
            return float(f"{value:.6g}")
        case _:
            return value


def at(path: str, change: Any) -> Switch:
    """The success of one path changes as a value."""
    return answered(lambda q, a: changed(a, change) if q.target == path and a.status == 200 else a)


def status(status: int, change: Any) -> Switch:
    """The answers of one status."""
    return answered(lambda q, a: change(q, a) if a.status == status else a)


def cacheable(when: Any) -> Switch:
    return answered(lambda q, a: headers(a, cache_control=None) if when(q, a) else a)


def sent_alone(request: Request, answer: Answer) -> Answer:
    return changed(
        answer, lambda item: {k: v for k, v in item.items() if k == "id" or f'"{k}"'.encode() in request.body}
    )


def location(change: Any) -> Switch:
    return override(location=lambda _, location, item: change(location(item), item["id"]))


FAULTS: dict[str, Switch] = {
    # basics
    "the greeting has no comma": at("/hello", lambda _: {"message": "Hello World!"}),
    "health is OK, as text": answered(
        lambda q, a: body(a, b"OK", "text/plain") if q.target == "/healthz" and a.body else a
    ),
    "health says more": at("/healthz", lambda value: {**value, "items": 0}),
    "an echo is wrapped": at("/echo", lambda value: {"data": value}),
    "an echo has numbers of six digits": at("/echo", rounded),
    "an echo has no members that are null": at(
        "/echo",
        lambda value: {k: v for k, v in value.items() if v is not None} if isinstance(value, dict) else value,
    ),
    "an echo has true as 1": at(
        "/echo",
        lambda value: [int(v) if v is True else v for v in value] if isinstance(value, list) else value,
    ),
    "an echo is text/html": answered(
        lambda q, a: headers(a, content_type="text/html") if q.target == "/echo" and a.status == 200 else a
    ),
    # statuses
    "POST /items is 200": status(201, lambda _, a: replace(a, status=200)),
    "PUT is 201": answered(
        lambda q, a: replace(a, status=201) if q.method == "PUT" and a.status == 200 else a
    ),
    "PUT is 204": answered(
        lambda q, a: (
            replace(a, status=204, body=b"", headers=(("cache-control", "no-store"),))
            if q.method == "PUT" and a.status == 200
            else a
        )
    ),
    "DELETE is 200": status(204, lambda _, a: body(replace(a, status=200), b"{}")),
    "a 204 has a Content-Type": status(204, lambda _, a: headers(a, content_type="application/json")),
    "a 204 has a body": status(204, lambda _, a: body(a, b"null")),
    # Location
    "a new item has no Location": answered(lambda _, a: headers(a, location=None)),
    "Location is that of the list": location(lambda _, __: "/items"),
    "Location is that of the item before": location(lambda _, item_id: f"/items/{max(1, item_id - 1)}"),
    "Location ends in a slash": location(lambda path, _: f"{path}/"),
    # items
    "an id is text": items(member("id", str)),
    "a price is text": items(member("price", str)),
    "a quantity is a float": items(member("quantity", lambda value: value + 0.5)),
    "an item has a URL, too": items(lambda item: {**item, "url": "/items"}),
    "an item leaves out what is null": items(lambda item: {k: v for k, v in item.items() if v is not None}),
    "POST answers only the members that were sent": status(201, sent_alone),
    "a list leaves out descriptions": answered(
        lambda q, a: (
            changed(a, lambda page: [{**item, "description": None} for item in page])
            if q.target.startswith("/items?") and a.status == 200
            else a
        )
    ),
    "an item is in Latin-1": answered(
        lambda q, a: body(a, a.body.decode().encode("latin-1", errors="replace")) if of_item(q) else a
    ),
    # caches
    "an item may be cached": cacheable(lambda q, a: q.method == "GET" and of_item(q) and a.status == 200),
    "a new item may be cached": cacheable(lambda _, a: a.status == 201),
    "a replaced item may be cached": cacheable(lambda q, _: q.method == "PUT"),
    "a deletion may be cached": cacheable(lambda _, a: a.status == 204),
    "a list may be cached": cacheable(lambda q, a: q.target.startswith("/items?") and a.status == 200),
    "health may be cached": cacheable(lambda q, _: q.target == "/healthz"),
    "an error may be cached": cacheable(lambda _, a: a.status >= 400),
    "nothing is said of caching": cacheable(lambda _, __: True),
    "Cache-Control is no-cache": answered(lambda _, a: headers(a, cache_control="no-cache")),
}
