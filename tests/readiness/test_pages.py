"""Readiness as people and programs meet it: pages, file, API, command line."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import orjson
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from reliability.access.models import AuditEntry
from reliability.catalog.models import Service
from reliability.readiness.models import Checklist, Evidence, Review, Waiver
from tests.cast import Cast, ServiceFactory
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
Bearer = Callable[..., Client]
API = "/api/v1/readiness"
ITEM = "/services/checkout/readiness/items/restore-tried/"


def post(client: Client, address: str, body: dict[str, Any]) -> Any:
    return client.post(address, body, content_type="application/json")


def test_evidence_is_given_reviewed_and_taken_back_on_the_page_of_its_item(service: Service, as_: As) -> None:
    responder, editor = as_("responder"), as_("editor")
    page = responder.get("/services/checkout/readiness/").content.decode()
    assert "A backup was restored" in page
    assert "Day N" in page
    bad = responder.post(ITEM, {"text": "", "url": "ftp://x", "happened_on": "2020-01-01"})
    assert bad.status_code == 422
    assert "say what was done" in bad.content.decode()
    assert "2020-01-01" in bad.content.decode()  # what was typed stays
    hostile = "**38 min**, <script>alert(1)</script> [x](javascript:alert(1))"
    sent = responder.post(ITEM, {"text": hostile, "url": "https://wiki.example.org/", "happened_on": "2026-01-05"})
    assert (sent.status_code, sent["Location"]) == (302, ITEM)
    row = Evidence.objects.get()
    own = responder.get(ITEM).content.decode()
    assert "<strong>38 min</strong>" in own
    assert "<script>alert" not in own
    assert 'href="javascript' not in own
    assert "I have looked" not in own  # nobody reviews what they gave
    assert "I have looked" in editor.get(ITEM).content.decode()
    seen = f"/services/checkout/readiness/evidence/{row.pk}/review/"
    assert responder.post(seen).status_code == 302
    assert Evidence.objects.get().reviewer_name == ""
    editor.post(seen)
    assert Evidence.objects.get().reviewer_name == "Editor"
    back = f"/services/checkout/readiness/evidence/{row.pk}/withdraw/"
    assert responder.post(back, {"reason": ""}).status_code == 422
    assert responder.post(back, {"reason": "the wrong cluster"}).status_code == 302
    assert "the wrong cluster" in responder.get(ITEM).content.decode()


def test_an_editor_waives_decides_and_reads_what_was_frozen(service: Service, as_: As) -> None:
    editor, viewer = as_("editor"), as_("viewer")
    until = (timezone.now() + timedelta(days=9)).date()
    assert editor.post(f"{ITEM}waive/", {"reason": "", "until": "9999-12-31"}).status_code == 422
    assert editor.post(f"{ITEM}waive/", {"reason": "a pilot", "until": f"{until}"}).status_code == 302
    assert (Waiver.objects.get().until_at - timedelta(days=1)).date() == until
    assert "a pilot" in viewer.get(ITEM).content.decode()
    new = "/services/checkout/readiness/reviews/new/"
    assert viewer.get(new).status_code == 403
    assert "Is Checkout ready?" in editor.get(new).content.decode()
    refused = editor.post(new, {"verdict": "ready", "reason": "it feels so", "good_days": 30})
    assert (refused.status_code, "choose “ready with exceptions”" in refused.content.decode()) == (422, True)
    decided = editor.post(new, {"verdict": "not_ready", "reason": "a load test first", "good_days": 30})
    review = Review.objects.get()
    assert decided["Location"] == f"/services/checkout/readiness/reviews/{review.pk}/"
    frozen = viewer.get(decided["Location"]).content.decode()
    assert "a load test first" in frozen
    assert "It has an objective" in frozen
    assert "a load test first" in viewer.get("/services/checkout/readiness/reviews/").content.decode()
    assert "decided by Editor" in viewer.get("/services/checkout/readiness/?part=summary").content.decode()
    editor.post(f"/services/checkout/readiness/waivers/{Waiver.objects.get().pk}/end/")
    assert Waiver.objects.get().ended_by_name == "Editor"


def test_an_editor_changes_the_checklist_of_the_team(service: Service, cast: Cast, as_: As) -> None:
    editor, base = as_("editor"), "/readiness/checklists/payments/"
    rule = {"tiers": ["1"], "expires_days": "30", "off": "", "reason": "twice a quarter", "revision": "0"}
    assert editor.post(f"{base}items/restore-tried/", rule).status_code == 302
    stale = editor.post(f"{base}items/restore-tried/", rule)
    assert (stale.status_code, "after you opened it" in stale.content.decode()) == (422, True)
    own = {
        "title": "Support has a script", "slug": "support-script", "day": "day_2", "why": "People call.",
        "source_url": "javascript:alert(1)", "tiers": ["1", "2"], "revision": "1",
    }  # fmt: skip
    wrong = editor.post(f"{base}items/new/", own)
    assert (wrong.status_code, "begins with https" in wrong.content.decode()) == (422, True)
    assert editor.post(f"{base}items/new/", {**own, "source_url": ""}).status_code == 302
    changed = {**own, "source_url": "", "title": "Support has two scripts", "revision": "2"}
    assert editor.post(f"{base}items/support-script/", changed).status_code == 302
    assert "Support has two scripts" in as_("viewer").get("/services/checkout/readiness/").content.decode()
    assert "Support has a script" in editor.get(f"{base}versions/2/").content.decode()
    assert editor.post(f"{base}settings/", {"remind_days": "7", "review_days": "90"}).status_code == 302
    assert editor.post(f"{base}settings/", {"remind_days": "x", "review_days": "0"}).status_code == 422
    assert editor.post(f"{base}items/support-script/remove/", {"reason": "merged"}).status_code == 302
    row = Checklist.objects.get()
    assert (row.revision, row.remind_days, row.definition["own"]) == (4, 7, [])
    assert row.definition["items"] == {"restore-tried": {"tiers": [1], "expires_days": 30, "needs_second": False}}
    assert "restored" in editor.get(base).content.decode()
    assert "Payments" in editor.get("/readiness/checklists/").content.decode()


def test_the_overview_narrows_pages_and_costs_the_same_for_few_and_for_many(
    service: Service, cast: Cast, as_: As
) -> None:
    viewer = as_("viewer")
    ServiceFactory(team=cast.payments, name="tool", title="Tool", tier=4, description="Ours")
    ServiceFactory(team=cast.search, name="secret", title="Secret")

    def names(query: str) -> list[str]:
        page = viewer.get(f"/readiness/?{query}")
        assert page.status_code == 200
        return [row.found.service.name for row in page.context["rows"]]

    assert names("") == ["checkout", "tool"]
    assert names("state=ready") == ["tool"]
    assert names("state=not_ready&item=restore-tried&day=day_1") == ["checkout"]
    assert names("item=owner-and-tier") == []
    assert names("state=review_due&tier=4") == ["tool"]
    assert names("state=nonsense&day=%00&page=99&q=check") == ["checkout"]
    few = queries_of(viewer, "/readiness/")
    ServiceFactory.create_batch(30, team=cast.payments, tier=2)
    assert queries_of(viewer, "/readiness/") <= few
    assert "Page 1 of 2" in viewer.get("/readiness/").content.decode()


def test_the_file_holds_each_item_and_no_formula(service: Service, cast: Cast, as_: As) -> None:
    given = {"created_at": timezone.now(), "happened_on": "2026-01-05", "author_name": "@Editor"}
    Evidence.objects.create(service=service, item="load-tested", text='=HYPERLINK("https://evil")', **given)
    answer = as_("viewer").get("/readiness/readiness.csv?day=day_1")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert {row["day"] for row in rows} == {"day_1"}
    row = next(row for row in rows if row["item"] == "load-tested")
    assert (row["service"], row["state"], row["required"]) == ("checkout", "met", "yes")
    assert (row["evidence"], row["given_by"]) == ('\'=HYPERLINK("https://evil")', "'@Editor")


def test_a_pipeline_asks_and_answers_over_the_api(service: Service, cast: Cast, bearer: Bearer, as_: As) -> None:
    client = bearer(team=cast.payments, role=30)
    asked = client.get(f"{API}/services/checkout").json()
    assert asked["ready"] is False
    missing = {one["item"]: one for one in asked["missing"]}
    assert missing["slo-exists"]["next_step"] == "Set an objective"
    assert missing["load-tested"]["state"] == "missing"
    assert len(asked["items"]) > len(missing)
    base = f"{API}/services/checkout"
    given = post(client, f"{base}/evidence", {"item": "load-tested", "text": "820/s", "happened_on": "2026-01-05"})
    assert (given.status_code, given.json()["expires_at"]) == (201, "2027-01-06T00:00:00Z")
    assert post(client, f"{base}/evidence/{given.json()['id']}/review", {}).status_code == 403  # a token has no eyes
    assert post(client, f"{base}/evidence/{given.json()['id']}/withdraw", {"reason": "wrong"}).json()["withdrawn_at"]
    assert client.get(f"{base}/evidence?item=load-tested").json()["total"] == 1
    wrong = post(client, f"{base}/evidence", {"item": "load-tested", "text": " "})
    assert (wrong.status_code, wrong.json()["error"]["details"][0]["field"]) == (422, "text")
    until = (timezone.now() + timedelta(days=3)).isoformat()
    for item in missing:
        assert post(client, f"{base}/waivers", {"item": item, "reason": "a pilot", "until": until}).status_code == 201
    waived = client.get(base).json()
    assert (waived["ready"], waived["verdict"], waived["missing"]) == (True, "ready_with_exceptions", [])
    assert {one["item"] for one in waived["exceptions"]} == set(missing)
    assert client.get(f"{base}?with_review=true").json()["ready"] is False
    body = {"verdict": "ready_with_exceptions", "reason": "a pilot", "good_days": 9}
    assert post(client, f"{base}/reviews", body).status_code == 403  # a person decides
    decided = post(as_("editor"), f"{base}/reviews", body)
    assert decided.status_code == 201
    assert client.get(f"{base}?with_review=true").json()["ready"] is True
    detail = client.get(f"{base}/reviews/{decided.json()['id']}").json()
    assert {one["state"] for one in detail["answers"]} >= {"met", "waived"}
    assert client.get(f"{base}/reviews").json()["total"] == 1
    first = client.get(f"{base}/waivers").json()["items"][0]
    assert post(client, f"{base}/waivers/{first['id']}/end", {}).json()["ended_at"]
    assert client.get(base).json()["ready"] is False
    assert [one["service"] for one in client.get(API).json()["items"]] == ["checkout"]
    assert client.get(f"{API}?limit=201").status_code == 422


def test_a_checklist_is_put_with_the_revision_that_was_read(cast: Cast, bearer: Bearer) -> None:
    client, address = bearer(team=cast.payments, role=30), f"{API}/checklists/payments"
    read = client.get(address)
    assert (read["ETag"], read.json()["revision"], read.json()["definition"]) == ('"0"', 0, {"items": {}, "own": []})
    own = {"slug": "script", "title": "Support has a script", "day": "day_1", "tiers": [1]}
    body = {"items": {"load-tested": {"off": "static pages"}}, "own": [own], "reason": "ours"}
    put = client.put(address, body, content_type="application/json", headers={"If-Match": '"0"'})
    assert (put.status_code, put.json()["revision"]) == (200, 1)
    by_slug = {one["slug"]: one for one in put.json()["items"]}
    assert (by_slug["load-tested"]["off"], by_slug["script"]["is_own"]) == ("static pages", True)
    assert client.put(address, body, content_type="application/json", headers={"If-Match": '"0"'}).status_code == 412
    wrong = {"items": {"slo-exists": {"expires_days": 3}}, "own": [{**own, "slug": "load-tested"}]}
    refused = client.put(address, wrong, content_type="application/json")
    assert {one["path"] for one in refused.json()["error"]["details"]} == {
        "items.slo-exists.expires_days",
        "own.0.slug",
    }
    assert AuditEntry.objects.filter(action="readiness_checklist.change").count() == 1


def test_the_command_line_ends_with_what_it_found(service: Service, cast: Cast) -> None:
    def check(*arguments: str) -> tuple[int, str]:
        out = StringIO()
        try:
            call_command("readiness", "check", *arguments, stdout=out)
        except SystemExit as end:
            return int(str(end.code)), out.getvalue()
        return 0, out.getvalue()

    status, told = check("checkout")
    assert (status, told.splitlines()[0].startswith("checkout: not ready, 3 of ")) == (1, True)
    assert "missing  slo-exists: no objective is set; next: Set an objective" in told
    ServiceFactory(team=cast.payments, name="tool", tier=4, description="Ours")
    assert check("tool") == (0, "tool: ready, 1 of 1 required items met\n")
    status, told = check("tool", "--with-review")
    assert (status, "no decision that lets it go is in force" in told) == (1, True)
    status, told = check("tool", "--json")
    assert (status, orjson.loads(told)["ready"]) == (0, True)
    with pytest.raises(CommandError) as unknown:
        check("nobody")
    assert unknown.value.returncode == 2


def test_the_page_of_a_service_asks_no_proof_and_loads_how_far_it_is_by_itself(
    service: Service, as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer, summary = as_("viewer"), "/services/checkout/readiness/?part=summary"
    part = viewer.get(summary).content.decode()
    assert "required items met" in part
    assert "<html" not in part
    assert part.count('class="next-what"') == 5

    def asked(**_: Any) -> None:
        raise AssertionError("the page of a service asks proofs")

    monkeypatch.setattr("reliability.readiness.selectors.standings.answers_of", asked)
    page = viewer.get("/services/checkout/").content.decode()
    assert f'hx-get="{summary}"' in page
    assert '<a href="/services/checkout/readiness/">What is met, and what is missing</a>' in page
