"""POST /api/v1/counts, as senders use it."""

from __future__ import annotations

import gzip
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
import time_machine
from django.db import OperationalError
from django.test import Client

from reliability.access.domain.caller import Role, Scope
from slo.models import HourChunk, IntakeReceipt, Sli
from slo.selectors.series import extent_of
from tests.cast import Cast, SliFactory, SourceFactory

NOW = datetime(2026, 3, 2, 12, 0, 30, tzinfo=UTC)
PAYLOADS = Path(__file__).parent.parent.parent / "protocols" / "counts"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def sli(cast: Cast) -> Sli:
    return SliFactory(name="checkout", source=SourceFactory(team=cast.payments, kind="counts"))


@pytest.fixture
def sender(cast: Cast, sli: Sli, bearer: Callable[..., Client]) -> Client:
    return bearer(team=cast.payments, role=Role.EDITOR, scopes=[Scope.INTAKE.value])


def push(client: Client, rows: Any, query: str = "", **headers: str) -> Any:
    body = rows if isinstance(rows, bytes) else orjson.dumps(rows)
    content_type = headers.pop("content_type", "application/json")
    return client.post(f"/api/v1/counts{query}", data=body, content_type=content_type, headers=headers)


def row(minute: int = 0, good: float = 99, valid: float = 100, **fields: Any) -> dict[str, Any]:
    return {"sli": "checkout", "start": f"2026-03-02T11:{minute:02d}:00Z", "good": good, "valid": valid, **fields}


def totals() -> tuple[float, float, int]:
    extent = extent_of(sli=Sli.objects.get(name="checkout"))
    return extent.good, extent.valid, extent.minutes


def test_rows_are_stored_before_the_answer(sender: Client) -> None:
    answer = push(sender, [row(0), row(1, 50, 60)])
    assert answer.status_code == 202
    assert answer.json() == {"accepted": 2, "rejected": 0, "errors": []}
    assert totals() == (149, 160, 2)


def test_lines_are_stored_like_a_list(sender: Client) -> None:
    body = b"\n".join(orjson.dumps(row(minute)) for minute in range(3)) + b"\n\n"
    assert push(sender, body, content_type="application/x-ndjson").json()["accepted"] == 3
    assert totals() == (297, 300, 3)


def test_bad_stands_in_for_good_and_for_valid(sender: Client) -> None:
    start = "2026-03-02T11:00:00Z"
    rows = [
        {"sli": "checkout", "start": start, "bad": 1, "valid": 10},
        {"sli": "checkout", "start": start, "good": 4, "bad": 1},
    ]
    assert push(sender, rows).status_code == 202
    assert totals() == (13, 15, 1)


def test_adding_adds_and_replacing_replaces(sender: Client) -> None:
    push(sender, [row()])
    push(sender, [row()])
    assert totals() == (198, 200, 1)
    push(sender, [row(good=1, valid=2)], "?mode=replace")
    assert totals() == (1, 2, 1)


def test_an_added_row_counts_in_the_minute_that_holds_its_start(sender: Client) -> None:
    push(sender, [row(start="2026-03-02T11:00:59.5Z"), row(start=1772449200)])
    assert totals() == (198, 200, 1)


def test_a_replacing_row_must_name_a_whole_minute(sender: Client) -> None:
    answer = push(sender, [row(start="2026-03-02T11:00:30Z")], "?mode=replace")
    assert answer.status_code == 422
    assert answer.json()["error"]["details"][0]["reason"] == "not_a_whole_minute"


def test_a_minute_twice_in_a_replacing_request_is_refused(sender: Client) -> None:
    answer = push(sender, [row(), row(1), row()], "?mode=replace")
    details = answer.json()["error"]["details"]
    assert [(detail["index"], detail["reason"]) for detail in details] == [(2, "duplicate")]
    assert totals() == (0, 0, 0)


def test_one_bad_row_refuses_all(sender: Client) -> None:
    answer = push(sender, [row(), row(1, good=5, valid=4), row(2, start="yesterday")])
    error = answer.json()["error"]
    assert answer.status_code == 422
    assert error["reason"] == "rows_refused"
    assert [(detail["index"], detail["reason"]) for detail in error["details"]] == [
        (1, "good_exceeds_valid"),
        (2, "invalid_start"),
    ]
    assert totals() == (0, 0, 0)


def test_partial_stores_the_good_rows_and_lists_the_others(sender: Client) -> None:
    answer = push(sender, [row(), row(1, good=5, valid=4)], "?partial=true")
    assert answer.status_code == 202
    body = answer.json()
    assert (body["accepted"], body["rejected"]) == (1, 1)
    assert body["errors"][0]["index"] == 1
    assert totals() == (99, 100, 1)


def test_partial_with_nothing_good_is_refused(sender: Client) -> None:
    assert push(sender, [row(good=-1)], "?partial=true").status_code == 422


@pytest.mark.parametrize(
    ("start", "reason"),
    [("2020-01-01T00:00:00Z", "too_old"), ("2026-03-02T13:00:00Z", "too_new"), (1772449200000, "invalid_start")],
    ids=["years ago", "an hour ahead", "milliseconds"],
)
def test_times_out_of_reach_are_refused(sender: Client, start: Any, reason: str) -> None:
    answer = push(sender, [row(start=start)])
    assert answer.json()["error"]["details"][0]["reason"] == reason


def test_unknown_slis_and_those_of_others_are_the_same_refusal(cast: Cast, sender: Client) -> None:
    SliFactory(name="theirs", source=SourceFactory(team=cast.search, kind="counts"))
    SliFactory(
        name="queried",
        source=SourceFactory(team=cast.payments, kind="prometheus"),
        spec={"kind": "ratio", "good": "a", "valid": "b"},
    )
    rows = [row(sli="nobody"), row(sli="theirs"), row(sli="queried")]
    details = push(sender, rows).json()["error"]["details"]
    assert [detail["reason"] for detail in details] == ["unknown_sli"] * 3
    assert {detail["message"].replace(str(r["sli"]), "X") for detail, r in zip(details, rows, strict=True)} == {
        "there is no SLI X with pushed counts that you may write to"
    }


class TestWhoMay:
    def test_nobody_gets_401(self, sli: Sli) -> None:
        assert push(Client(), [row()]).status_code == 401

    def test_a_token_without_the_scope_gets_403(self, cast: Cast, sli: Sli, bearer: Callable[..., Client]) -> None:
        reader = bearer(team=cast.payments, role=Role.EDITOR, scopes=["read", "write"])
        answer = push(reader, [row()])
        assert (answer.status_code, answer.json()["error"]["reason"]) == (403, "scope_too_low")

    def test_a_viewer_gets_403(self, cast: Cast, sli: Sli, bearer: Callable[..., Client]) -> None:
        viewer = bearer(team=cast.payments, role=Role.VIEWER, scopes=["intake"])
        answer = push(viewer, [row()])
        assert (answer.status_code, answer.json()["error"]["reason"]) == (403, "role_too_low")

    def test_an_editor_of_another_team_learns_nothing(
        self, cast: Cast, sli: Sli, bearer: Callable[..., Client]
    ) -> None:
        outsider = bearer(team=cast.search, role=Role.EDITOR, scopes=["intake"])
        answer = push(outsider, [row()])
        assert answer.json()["error"]["details"][0]["reason"] == "unknown_sli"
        assert totals() == (0, 0, 0)


class TestIdempotency:
    def test_the_same_request_twice_is_stored_once(self, sender: Client) -> None:
        headers = {"Idempotency-Key": "batch-1"}
        first, second = push(sender, [row()], **headers), push(sender, [row()], **headers)
        assert (first.status_code, first.json()) == (second.status_code, second.json())
        assert second["Idempotency-Replayed"] == "true"
        assert totals() == (99, 100, 1)

    def test_another_body_with_the_same_key_is_refused(self, sender: Client) -> None:
        push(sender, [row()], **{"Idempotency-Key": "batch-1"})
        answer = push(sender, [row(1)], **{"Idempotency-Key": "batch-1"})
        assert (answer.status_code, answer.json()["error"]["reason"]) == (422, "idempotency_key_reused")
        assert totals() == (99, 100, 1)

    def test_another_sender_has_keys_of_its_own(
        self, cast: Cast, sender: Client, bearer: Callable[..., Client]
    ) -> None:
        other = bearer(team=cast.payments, role=Role.EDITOR, scopes=["intake"])
        for client in (sender, other):
            assert push(client, [row()], **{"Idempotency-Key": "batch-1"}).status_code == 202
        assert totals() == (198, 200, 1)

    def test_a_refused_request_may_be_corrected_under_its_key(self, sender: Client) -> None:
        headers = {"Idempotency-Key": "batch-1"}
        assert push(sender, [row(good=200)], **headers).status_code == 422
        assert push(sender, [row()], **headers).status_code == 202

    def test_a_key_is_forgotten_after_two_days(self, sender: Client) -> None:
        push(sender, [row()], **{"Idempotency-Key": "old"})
        with time_machine.travel(datetime(2026, 3, 5, tzinfo=UTC)):
            push(sender, [row()], **{"Idempotency-Key": "new"})
        assert list(IntakeReceipt.objects.values_list("key", flat=True)) == ["new"]


class TestBodies:
    def test_gzip_is_unpacked(self, sender: Client) -> None:
        answer = push(sender, gzip.compress(orjson.dumps([row()])), **{"Content-Encoding": "gzip"})
        assert answer.status_code == 202

    @pytest.mark.same_everywhere
    def test_a_gzip_bomb_is_refused_quickly_and_small(self, sender: Client) -> None:
        bomb = gzip.compress(b" " * 200_000_000)
        assert len(bomb) < 250_000
        tracemalloc.start()
        begun = time.process_time()
        answer = push(sender, bomb, **{"Content-Encoding": "gzip"})
        seconds = time.process_time() - begun
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert answer.status_code == 413
        assert seconds < 0.5
        assert peak < 12_000_000

    @pytest.mark.same_everywhere
    def test_a_bomb_that_lies_about_its_size_is_cut_at_the_bound(self, sender: Client) -> None:
        lying = gzip.compress(b" " * 200_000_000)[:-4] + (10).to_bytes(4, "little")
        begun = time.process_time()
        assert push(sender, lying, **{"Content-Encoding": "gzip"}).status_code == 413
        assert time.process_time() - begun < 1

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (b"", 400),
            (b"{", 400),
            (b'{"sli": "checkout"}', 400),
            (b"[" * 100_000, 400),
            (b'[{"sli": "\xff"}]', 400),
            (b'[{"sli": "checkout", "start": 60, "good": NaN, "valid": 1}]', 400),
            (b"null", 400),
        ],
        ids=["empty", "cut off", "no list", "nested 100,000 deep", "no UTF-8", "NaN", "null"],
    )
    def test_what_holds_no_rows_is_400(self, sender: Client, body: bytes, status: int) -> None:
        answer = push(sender, body)
        assert answer.status_code == status
        assert answer.json()["error"]["reason"] == "malformed"

    def test_more_rows_than_the_bound_are_413(self, sender: Client, settings: Any) -> None:
        settings.COUNTS_ROWS_MAX = 3
        assert push(sender, [row(minute) for minute in range(3)]).status_code == 202
        answer = push(sender, [row(minute) for minute in range(4)])
        assert (answer.status_code, answer.json()["error"]["reason"]) == (413, "too_many_rows")

    def test_a_body_above_the_bound_is_413(self, sender: Client, settings: Any) -> None:
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = settings.BODY_BYTES_MAX = 1000
        assert push(sender, [row(minute) for minute in range(50)]).status_code == 413

    def test_unknown_types_are_415(self, sender: Client) -> None:
        assert push(sender, b"<rows/>", content_type="application/xml").status_code == 415
        assert push(sender, b"x", **{"Content-Encoding": "br"}).status_code == 415

    @pytest.mark.parametrize(
        "body",
        [
            pytest.param(b"\x1f\x8b", id="only the magic bytes"),
            pytest.param(b"no gzip at all", id="no gzip at all"),
            pytest.param(gzip.compress(b"[]" * 99, mtime=0)[:-9], id="cut off"),
        ],
    )
    def test_broken_gzip_is_400(self, sender: Client, body: bytes) -> None:
        assert push(sender, body, **{"Content-Encoding": "gzip"}).status_code == 400


def test_a_locked_database_answers_503_and_when_to_come_again(sender: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(**_: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr("slo.services.intake.store_points", locked)
    answer = push(sender, [row()], **{"Idempotency-Key": "batch-1"})
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert not IntakeReceipt.objects.exists()
    assert not HourChunk.objects.exists()


@pytest.mark.parametrize("path", sorted(PAYLOADS.glob("good-*")), ids=lambda path: path.stem)
def test_recorded_good_payloads_are_taken(sender: Client, path: Path) -> None:
    content_type = "application/x-ndjson" if path.suffix == ".ndjson" else "application/json"
    answer = push(sender, path.read_bytes(), content_type=content_type)
    assert answer.status_code == 202, answer.json()
    assert totals()[2] > 0


@pytest.mark.parametrize("path", sorted(PAYLOADS.glob("bad-*")), ids=lambda path: path.stem)
def test_recorded_bad_payloads_are_refused_with_a_reason(sender: Client, path: Path) -> None:
    content_type = "application/x-ndjson" if path.suffix == ".ndjson" else "application/json"
    answer = push(sender, path.read_bytes(), content_type=content_type)
    assert answer.status_code in (400, 422)
    assert path.stem.removeprefix("bad-").replace("-", "_") in {
        answer.json()["error"]["reason"],
        *(detail["reason"] for detail in answer.json()["error"]["details"]),
    }
    assert totals() == (0, 0, 0)


@pytest.mark.parametrize("counts", [{"good": 1, "valid": 1e15}, {"bad": 0, "valid": 10_000_000_001}])
def test_a_count_no_minute_can_hold_is_refused_with_words(sender: Client, counts: dict[str, float]) -> None:
    answer = push(sender, [{"sli": "checkout", "start": "2026-03-02T11:00:00Z", **counts}])
    assert answer.status_code == 422
    detail = answer.json()["error"]["details"][0]
    assert (detail["reason"], detail["index"]) == ("invalid_count", 0)
    assert "valid must be 0 to 10,000,000,000" in detail["message"]
    assert totals() == (0, 0, 0)


def test_adding_beyond_what_a_minute_holds_is_refused_and_stores_nothing(sender: Client) -> None:
    assert push(sender, [row(1, 9e9, 9e9)]).status_code == 202
    answer = push(sender, [row(0), row(1, 9e9, 9e9)], **{"Idempotency-Key": "again"})
    assert answer.status_code == 422
    assert [(one["index"], one["reason"]) for one in answer.json()["error"]["details"]] == [(1, "minute_too_full")]
    assert totals() == (9e9, 9e9, 1)
    assert push(sender, [row(0)], **{"Idempotency-Key": "again"}).status_code == 202


def test_a_partial_request_stores_all_but_what_would_overfill_a_minute(sender: Client) -> None:
    push(sender, [row(1, 9e9, 9e9)])
    answer = push(sender, [row(0), row(1, 9e9, 9e9), row(99)], "?partial=true").json()
    assert (answer["accepted"], answer["rejected"]) == (1, 2)
    assert [(one["index"], one["reason"]) for one in answer["errors"]] == [(1, "minute_too_full"), (2, "invalid_start")]
    assert totals() == (9e9 + 99, 9e9 + 100, 2)
