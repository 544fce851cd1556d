"""Faults 13 and 15: bodies that are meant to hurt are refused and kept, and never a 500."""

from __future__ import annotations

import gzip
import time
import tracemalloc
from typing import Any

import pytest
from django.test import Client

from incidents.intake.models import Integration, Reject
from tests.intake.conftest import KEY, Make

HOSTILE = {
    "a mebibyte of nothing": b" " * 1024 * 1024,
    "a mebibyte of brackets": b"[" * 1024 * 1024,
    "nested 100,000 deep": b'{"alerts":' * 100_000 + b"1" + b"}" * 100_000,
    "bad UTF-8": b'{"alerts": [{"labels": {"alertname": "\xff\xfe"}}]}',
    "not a number": b'{"alerts": [NaN]}',
    "a lone surrogate": b'{"alerts": [{"labels": {"a": "\\ud800"}}]}',
    "a NUL": b'{"alerts": [{"labels": {"a": "\\u0000"}}]}',
    "an endless number": b'{"alerts": 1e999999}',
    "a list": b"[]",
    "a null": b"null",
    "nothing": b"",
    "a form": b"alerts=1&status=firing",
    "alerts of numbers": b'{"alerts": [1, 2, 3]}',
}


@pytest.fixture(autouse=True)
def _integrations(integrate: Make) -> None:
    integrate("alertmanager")
    integrate("generic", key="g" * 32, config={"key": "key", "title": "title"})
    integrate("pagerduty", key="p" * 32)


def post(sender: Client, url: str, body: bytes, **headers: str) -> Any:
    return sender.post(url, body, content_type="application/json", headers=headers)


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("url", [f"/intake/{KEY}/alertmanager", f"/intake/{'g' * 32}/generic"], ids=["am", "generic"])
def test_it_is_refused_and_kept(sender: Client, url: str, body: bytes) -> None:
    answer = post(sender, url, body)
    assert answer.status_code in (400, 413), answer.content
    reject = Reject.objects.get()
    assert reject.message
    assert len(reject.body) < 70_000


@pytest.mark.parametrize("url", [f"/intake/{KEY}/alertmanager", f"/intake/{'g' * 32}/generic", "/v2/enqueue"])
def test_a_body_beyond_every_bound_is_refused(sender: Client, url: str, settings: Any) -> None:
    """Also where no server in front of Django has counted its bytes."""
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    assert post(sender, url, b" " * 1_001, Authorization=f"Bearer {'p' * 32}").status_code == 413
    assert Reject.objects.get().reason == "too_large"


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("url", ["/v2/enqueue", "/v2/change/enqueue", "/generic/2010-04-15/create_event.json"])
def test_events_are_refused_too(sender: Client, url: str, body: bytes) -> None:
    assert post(sender, url, body).status_code in (400, 413)
    assert post(sender, url, body, Authorization=f"Bearer {'p' * 32}").status_code in (400, 413)
    assert Reject.objects.get().integration.kind == "pagerduty", "kept where a header tells whose it is"


@pytest.mark.same_everywhere
def test_a_bomb_of_200_megabytes_is_refused_without_being_unpacked(sender: Client) -> None:
    bomb = gzip.compress(b" " * 200_000_000, compresslevel=9)
    assert len(bomb) < 200_000
    tracemalloc.start()
    began = time.process_time()
    answer = sender.post(
        f"/intake/{KEY}/alertmanager", bomb, content_type="application/json", headers={"Content-Encoding": "gzip"}
    )
    taken = time.process_time() - began
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer.status_code == 413
    assert taken < 0.5
    assert peak < 10 * 1024 * 1024
    assert Reject.objects.get().reason == "too_large"


def test_an_honest_gzip_body_is_read(sender: Client) -> None:
    body = gzip.compress(b'{"key": "a", "title": "Disk is full"}')
    answer = post(sender, f"/intake/{'g' * 32}/generic", body, **{"Content-Encoding": "gzip"})
    assert answer.status_code == 202


def test_the_same_reject_again_is_counted(sender: Client) -> None:
    for _ in range(5):
        post(sender, f"/intake/{KEY}/alertmanager", b"{}")
    assert Reject.objects.get().times == 5


def test_rejects_have_a_bound(sender: Client, settings: Any) -> None:
    settings.INTAKE_REJECTS_MAX = 3
    for number in range(6):
        post(sender, f"/intake/{KEY}/alertmanager", b'{"n": %d}' % number)
    bodies = list(Reject.objects.order_by("-pk").values_list("body", flat=True))
    assert bodies == ['{"n": 5}', '{"n": 4}', '{"n": 3}']


def test_a_large_reject_is_kept_in_part(sender: Client, settings: Any) -> None:
    settings.INTAKE_REJECT_BYTES_MAX = 100
    post(sender, f"/intake/{KEY}/alertmanager", b'{"text": "' + b"x" * 1000 + b'"}')
    assert Reject.objects.get().body.endswith("… and 912 more bytes")


def test_other_methods_are_refused(sender: Client) -> None:
    assert sender.get(f"/intake/{KEY}/alertmanager").status_code == 405
    assert sender.get("/v2/enqueue").status_code == 405
    assert not Integration.objects.exclude(last_received_at=None).exists()
