import pytest

from conformance.reference.documents import read


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"{", b"[1,]", b"[NaN]", b"-Infinity", "[]".encode("utf-16")),
        *(b'["\\ud800"]', b'{"\\udfff": 1}', b'{"a": "\\ud800", "a": 1}', b'["\xe9"]', b'["\xed\xa0\x80"]'),
    ],
)
def test_what_is_no_json_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - that is what it promises, whatever the words
        read(data)


def test_json_is_read() -> None:
    body = read(b'{"a": [1, 2.5, null, "\\ud83d\\ude00"]}')
    assert body.documents == ({"a": [1, 2.5, None, "\N{GRINNING FACE}"]},)
    assert not body.open


def test_of_duplicate_members_the_last_comes_first() -> None:
    assert read(b'{"a": 1, "b": {"c": 1, "c": 2}, "a": 3}').documents == (
        {"a": 3, "b": {"c": 2}},
        {"a": 1, "b": {"c": 1}},
    )


@pytest.mark.parametrize(
    ("data", "is_open"),
    [
        (b"\xef\xbb\xbf[]", True),
        (b"[" * 100 + b"]" * 100, False),
        (b"[" * 101 + b"]" * 101, True),
        (b"[" * 10**5 + b"]" * 10**5, True),
        (b"[-" + b"9" * 4300 + b"]", False),
        (b"[-" + b"9" * 4301 + b"]", True),
        (b'["' + b"9" * 4301 + b'"]', False),
    ],
    ids=repr,
)
def test_what_the_contract_leaves_open_is_said(data: bytes, is_open: bool) -> None:
    assert read(data).open is is_open


def test_a_number_beyond_a_double_is_out_of_range() -> None:
    assert read(b'{"a": [1, true, 1e308, -1' + b"0" * 308 + b"]}").is_in_range
    assert not read(b'{"a": [1, 1e400]}').is_in_range
    assert not read(b'{"a": [1, -1' + b"0" * 309 + b"]}").is_in_range
