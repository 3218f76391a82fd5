"""Schemathesis and the oracle see a fault. (test_any_server.py: none where there is none.)"""

import socket
import subprocess

import pytest

from conformance.cases import fuzz
from conformance.hostile import CREATE
from conformance.mutants.faults import FAULTS
from conformance.reference.server import serving
from conformance.reference.service import Reference
from conformance.tests.guarded import Guarded, elsewhere
from harness.wire import everywhere


def test_a_fault_is_seen_by_both_behind_a_path_and_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "SHORT_EXAMPLES", 2)
    elsewhere(monkeypatch)
    reference = Reference()
    FAULTS["an item leaves out what is null"](reference)
    with serving(Guarded(reference)) as url, everywhere(Guarded.path, [Guarded.key]):
        texts = [complaint.text for complaint in fuzz.run(url + Guarded.path, short=True, seed=1)]
    assert any("response_schema_conformance" in text for text in texts)
    assert any("as the contract declares it" in text for text in texts)
    assert [text for text in texts if "/items" not in text.splitlines()[0]] == []  # all else is right
    assert reference.last_id > 0
    assert reference.items == {}  # what the run created is gone


def test_what_a_run_created_is_gone_although_it_did_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    reference = Reference()

    def creates_and_hangs(command: list[str], **_: object) -> None:
        reference.answer(CREATE)
        raise subprocess.TimeoutExpired(command, 1)

    monkeypatch.setattr(subprocess, "run", creates_and_hangs)
    with serving(reference) as url, pytest.raises(subprocess.TimeoutExpired):
        list(fuzz.run(url, short=True, seed=1))
    assert (reference.items, reference.last_id) == ({}, 1)


def test_a_service_that_is_not_there_is_no_verdict() -> None:
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))  # so that nobody else listens there either
        with pytest.raises(OSError, match="refused"):
            list(fuzz.run(f"http://127.0.0.1:{unheard.getsockname()[1]}", short=True, seed=1))


def test_a_run_that_does_not_count_is_told() -> None:
    summary = {
        "complete": True,
        "operations": {"tested": 7, "total": 8},
        "errors": [],
        "warnings": {"missing_test_data": ["GET /items"], "missing_auth": []},
        "phases": {"coverage": {"status": "skip", "skip_reason": "nothing to cover"}},
    }
    assert list(fuzz.unsound(summary)) == [
        "only 7 of 8 operations were tested",
        "warning: missing_test_data: ['GET /items']",
        "the phase coverage came to skip: nothing to cover",
    ]
