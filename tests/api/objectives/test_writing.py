"""Objectives and indicators through the API: change, list, and who may."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.test import Client

from reliability.access.domain.caller import Role
from reliability.access.models import AuditEntry
from slo.models import Slo
from tests.api.objectives.requests import DEFINITION, NOW, sent
from tests.cast import Cast, SliFactory, SloFactory, SourceFactory

pytestmark = pytest.mark.django_db


class TestWriting:
    def test_create_read_replace_change_delete(self, editor: Client) -> None:
        created = sent(editor, "POST", "/api/v1/slos", {**DEFINITION, "name": "fresh", "reason": "agreed"})
        assert created.status_code == 201, created.json()
        assert (created.json()["objective"], created["ETag"]) == (0.999, '"1"')
        assert created.json()["status"]["state"] in ("met", "at_risk", "breached")

        replaced = sent(editor, "PUT", "/api/v1/slos/fresh", {**DEFINITION, "title": "New", "objective": "0.9995"})
        assert (replaced.status_code, replaced.json()["title"], replaced.json()["objective"]) == (200, "New", 0.9995)

        changed = sent(editor, "PATCH", "/api/v1/slos/fresh", {"service": "checkout"})
        assert (changed.json()["service"], changed.json()["title"]) == ("checkout", "New")

        assert len(editor.get("/api/v1/slos/fresh/versions").json()) >= 1
        assert editor.delete("/api/v1/slos/fresh").status_code == 204
        assert editor.get("/api/v1/slos/fresh").status_code == 404
        actions = set(AuditEntry.objects.filter(object_name="fresh").values_list("action", flat=True))
        assert actions == {"slo.create", "slo.update", "slo.delete"}

    @pytest.mark.parametrize(
        ("change", "field", "said"),
        [
            ({"objective": 99.9}, "objective", "did you mean 0.999?"),
            ({"objective": 1}, "objective", "no error budget"),
            ({"window": {"rolling": "1M"}}, "window", "fixed length"),
            ({"window": {"calendar": {"unit": "day", "start": "2026-01-01", "time_zone": "Mars/X"}}}, "window", "zone"),
            ({"budgeting_method": "Timeslices"}, "slice_minutes", "slice"),
            ({"sli": "unknown"}, "sli", "there is no SLI"),
            ({"team": "search"}, "team", "there is no team"),
            ({"service": "unknown"}, "service", "there is no service"),
        ],
    )
    def test_what_is_wrong_is_named(self, editor: Client, change: Any, field: str, said: str) -> None:
        response = sent(editor, "POST", "/api/v1/slos", {**DEFINITION, "name": "fresh", **change})
        assert response.status_code == 422
        details = response.json()["error"]["details"]
        assert any(field in detail["field"] and said in detail["message"] for detail in details), details

    def test_a_taken_name_is_409(self, editor: Client) -> None:
        response = sent(editor, "POST", "/api/v1/slos", {**DEFINITION, "name": "availability"})
        assert (response.status_code, response.json()["error"]["reason"]) == (409, "exists")

    def test_the_second_of_two_editors_is_told(self, editor: Client) -> None:
        tag = editor.get("/api/v1/slos/availability")["ETag"]
        first = sent(editor, "PATCH", "/api/v1/slos/availability", {"title": "One"}, **{"If-Match": tag})
        second = sent(editor, "PATCH", "/api/v1/slos/availability", {"title": "Two"}, **{"If-Match": tag})
        in_body = sent(editor, "PATCH", "/api/v1/slos/availability", {"title": "Two", "revision": 1})
        assert (first.status_code, second.status_code, in_body.status_code) == (200, 412, 409)
        assert "Editor changed" in in_body.json()["error"]["message"]
        assert editor.get("/api/v1/slos/availability").json()["title"] == "One"

    def test_a_tag_that_is_none_is_422(self, editor: Client) -> None:
        response = sent(editor, "PATCH", "/api/v1/slos/availability", {"title": "x"}, **{"If-Match": "latest"})
        assert response.json()["error"]["details"][0]["field"] == "If-Match"


class TestCorrections:
    def test_an_exclusion_changes_the_numbers_and_revoking_brings_them_back(self, editor: Client) -> None:
        before = editor.get("/api/v1/slos/availability/status").json()
        body = {"start": "2026-03-01T00:00:00Z", "end": "2026-03-02T00:00:00Z", "reason": "drill"}
        made = sent(editor, "POST", "/api/v1/slos/availability/exclusions", body)
        assert made.status_code == 201
        during = editor.get("/api/v1/slos/availability/status").json()
        assert (during["excluded_minutes"], during["valid"]) == (1440, before["valid"] - 144_000)
        assert editor.delete(f"/api/v1/slos/availability/exclusions/{made.json()['id']}").json()["revoked_at"]
        assert editor.get("/api/v1/slos/availability/status").json() == before
        assert len(editor.get("/api/v1/slos/availability/exclusions").json()) == 1

    def test_an_adjustment_spends_budget(self, editor: Client) -> None:
        body = {"consumed_delta": 0.25, "reason": "lost logs", "at": "2026-03-01T00:00:00Z"}
        made = sent(editor, "POST", "/api/v1/slos/availability/adjustments", body)
        assert made.status_code == 201
        answer = editor.get("/api/v1/slos/availability/status").json()
        assert answer["budget"]["consumed"] == pytest.approx(0.75)
        assert answer["adjusted"] == 0.25
        assert editor.delete(f"/api/v1/slos/availability/adjustments/{made.json()['id']}").status_code == 200

    @pytest.mark.parametrize("path", ["exclusions/99", "adjustments/99", "exclusions/99999999999999999999"])
    def test_what_is_not_there_is_404(self, editor: Client, path: str) -> None:
        assert editor.delete(f"/api/v1/slos/availability/{path}").status_code == 404

    def test_an_exclusion_that_ends_before_it_starts_is_422(self, editor: Client) -> None:
        body = {"start": "2026-03-02T00:00:00Z", "end": "2026-03-01T00:00:00Z", "reason": "drill"}
        response = sent(editor, "POST", "/api/v1/slos/availability/exclusions", body)
        assert response.json()["error"]["details"][0]["field"] == "end"


class TestLists:
    def test_filters_narrow(self, editor: Client, cast: Cast) -> None:
        SloFactory(sli=SliFactory(source=SourceFactory(team=cast.payments)), name="empty")
        for query, names in {
            "": ["empty", "availability"],
            "state=met": ["availability"],
            "state=no_data": ["empty"],
            "state=met&state=no_data&ordering=name": ["availability", "empty"],
            "service=checkout": ["availability"],
            "sli=requests": ["availability"],
            "q=succeeds": ["availability"],
            "team=search": [],
            "limit=1&ordering=name": ["availability"],
            "limit=1&offset=1&ordering=name": ["empty"],
        }.items():
            answer = editor.get(f"/api/v1/slos?{query}").json()
            found = [item["name"] for item in answer["items"]]
            assert sorted(found) == sorted(names), query
        assert editor.get("/api/v1/slos?limit=1").json()["total"] == 2

    def test_the_number_of_queries_does_not_grow(
        self, editor: Client, cast: Cast, django_assert_max_num_queries: Any
    ) -> None:
        source = SourceFactory(team=cast.payments)
        for number in range(30):
            SloFactory(sli=SliFactory(source=source), name=f"more-{number}")
        with django_assert_max_num_queries(7):
            assert len(editor.get("/api/v1/slos?limit=100").json()["items"]) == 31


class TestWhoMay:
    PATHS = ("", "/status", "/burn", "/history", "/versions", "/exclusions", "/adjustments")

    @pytest.mark.parametrize("path", PATHS)
    def test_an_outsider_gets_404(self, slo: Slo, as_: Callable[[str], Client], path: str) -> None:
        assert as_("outsider").get(f"/api/v1/slos/availability{path}").status_code == 404

    def test_an_outsider_sees_an_empty_list(self, slo: Slo, as_: Callable[[str], Client]) -> None:
        assert as_("outsider").get("/api/v1/slos").json()["total"] == 0
        assert as_("outsider").get("/api/v1/slis").json()["total"] == 0

    @pytest.mark.parametrize("path", PATHS)
    def test_a_viewer_reads(self, slo: Slo, as_: Callable[[str], Client], path: str) -> None:
        assert as_("viewer").get(f"/api/v1/slos/availability{path}").status_code == 200

    @pytest.mark.parametrize("name", ["viewer", "responder"])
    def test_whoever_is_no_editor_writes_nothing(self, slo: Slo, as_: Callable[[str], Client], name: str) -> None:
        client = as_(name)
        for method, path, body in (
            ("POST", "/api/v1/slos", {**DEFINITION, "name": "fresh"}),
            ("PUT", "/api/v1/slos/availability", DEFINITION),
            ("PATCH", "/api/v1/slos/availability", {"title": "Mine"}),
            ("DELETE", "/api/v1/slos/availability", {}),
            ("PATCH", "/api/v1/slis/requests", {"title": "Mine"}),
            ("DELETE", "/api/v1/slis/requests", {}),
            (
                "POST",
                "/api/v1/slos/availability/adjustments",
                {"consumed_delta": 0.1, "reason": "mine", "at": "2026-03-01T00:00:00Z"},
            ),
        ):
            response = sent(client, method, path, body)
            assert (method, path, response.status_code) == (method, path, 403)
            assert response.json()["error"]["reason"] == "role_too_low"

    def test_a_reading_token_reads_and_does_not_write(
        self, slo: Slo, cast: Cast, bearer: Callable[..., Client]
    ) -> None:
        reader = bearer(team=cast.payments, role=Role.EDITOR, scopes=["read"])
        assert reader.get("/api/v1/slos/availability/status").status_code == 200
        response = sent(reader, "PATCH", "/api/v1/slos/availability", {"title": "Mine"})
        assert (response.status_code, response.json()["error"]["reason"]) == (403, "scope_too_low")

    def test_an_intake_token_reads_nothing(self, slo: Slo, cast: Cast, bearer: Callable[..., Client]) -> None:
        pusher = bearer(team=cast.payments, role=Role.EDITOR, scopes=["intake"])
        assert pusher.get("/api/v1/slos/availability").status_code == 404


class TestSlisAndBackfills:
    SPEC: ClassVar[dict[str, str]] = {"kind": "ratio", "good": "good_total", "valid": "all_total"}

    def test_an_sli_is_made_changed_and_deleted(self, editor: Client, cast: Cast) -> None:
        SourceFactory(team=cast.payments, name="prometheus", kind="prometheus", settings={"url": "http://127.0.0.1:1"})
        body = {"name": "queried", "team": "payments", "source": "prometheus", "spec": self.SPEC}
        made = sent(editor, "POST", "/api/v1/slis", body)
        assert made.status_code == 201, made.json()
        assert made.json()["series"] == {"period": None, "minutes": 0, "good": 0, "valid": 0}
        assert "good_total" in made.json()["measures"]
        changed = sent(editor, "PATCH", "/api/v1/slis/queried", {"spec": {**self.SPEC, "good": "fine_total"}})
        assert changed.json()["spec"]["good"] == "fine_total"
        assert changed.json()["revision"] == 2
        assert editor.delete("/api/v1/slis/queried").status_code == 204

    def test_a_spec_that_cannot_be_measured_is_422(self, editor: Client) -> None:
        body = {"name": "queried", "team": "payments", "source": "pushes", "spec": self.SPEC}
        response = sent(editor, "POST", "/api/v1/slis", body)
        assert response.status_code == 422
        assert "source of kind counts" in response.json()["error"]["details"][0]["message"]

    def test_an_sli_in_use_is_not_deleted(self, editor: Client) -> None:
        response = editor.delete("/api/v1/slis/requests")
        assert (response.status_code, response.json()["error"]["reason"]) == (409, "in_use")

    def test_a_backfill_is_started_paused_resumed_and_cancelled(self, editor: Client, cast: Cast) -> None:
        source = SourceFactory(
            team=cast.payments, name="prometheus", kind="prometheus", settings={"url": "http://127.0.0.1:1"}
        )
        SliFactory(source=source, name="queried", spec=self.SPEC)
        path = "/api/v1/slis/queried/backfills"
        body = {"start": "2026-02-01T00:00:00Z", "end": "2026-02-02T00:00:00Z"}
        started = sent(editor, "POST", path, body)
        assert started.status_code == 201, started.json()
        assert (started.json()["percent"], started.json()["minutes_total"]) == (0, 1440)
        assert sent(editor, "POST", path, body).status_code == 409
        one = f"{path}/{started.json()['id']}"
        states = [editor.post(f"{one}/{verb}").json()["state"] for verb in ("pause", "resume", "cancel")]
        assert states == ["paused", "running", "cancelled"]
        assert editor.post(f"{one}/resume").status_code == 409
        assert editor.get(one).json()["state"] == "cancelled"
        assert len(editor.get(path).json()) == 1
        assert editor.get(f"{path}/{started.json()['id'] + 1}").status_code == 404

    def test_a_backfill_needs_an_editor(self, slo: Slo, as_: Callable[[str], Client]) -> None:
        body = {"start": (NOW - timedelta(days=1)).isoformat()}
        assert sent(as_("viewer"), "POST", "/api/v1/slis/requests/backfills", body).status_code in (403, 422)
        assert sent(as_("outsider"), "POST", "/api/v1/slis/requests/backfills", body).status_code == 404
