from collections.abc import Iterator

import pytest

from conformance.reference.server import serving
from conformance.reference.service import Reference
from harness.wire import Request, conversation, exchange

TYPED = ("Content-Type: application/json",)
HELLO = Request("GET", "/hello")


@pytest.fixture
def url() -> Iterator[str]:
    with serving(Reference()) as url:
        yield url


def status(url: str, request: Request) -> int | None:
    answer = exchange(url, request)
    return answer.status if answer else None


def test_requests_share_a_connection(url: str) -> None:
    requests = [
        HELLO,
        Request("POST", "/echo", TYPED, b"{", "length"),
        Request("POST", "/items", TYPED, b"{}", "chunked"),
        Request("HEAD", "/items/1"),
        HELLO,
    ]
    assert [answer and answer.status for answer in conversation(url, requests)] == [200, 400, 422, 404, 200]


@pytest.mark.parametrize(
    ("framing", "size", "expected"),
    [
        ("length", 2**20, 200),
        ("chunked", 2**20, 200),
        ("expect", 2**20, 200),
        ("length", 2**20 + 1, 413),
        ("chunked", 3 * 2**20, 413),
        ("announced", 4 * 2**20, 413),
        ("short", 100, 400),
        ("short chunked", 100, 400),
    ],
)
def test_a_body_is_read_however_it_comes(url: str, framing: str, size: int, expected: int) -> None:
    body = b'["' + b"x" * (size - 4) + b'"]'
    assert status(url, Request("POST", "/echo", TYPED, body, framing)) == expected


def test_many_headers_pass(url: str) -> None:
    assert status(url, Request("GET", "/hello", tuple(f"X-{number}: 1" for number in range(200)))) == 200


def test_what_is_no_http_is_400(url: str) -> None:
    assert status(url, Request("GET", "/hello", ("no header",))) == 400


def test_an_offer_to_upgrade_is_left_alone(url: str) -> None:
    headers = (*TYPED, "Connection: Upgrade", "Upgrade: h2c")
    assert status(url, Request("POST", "/echo", headers, b"[1]", "length")) == 200
