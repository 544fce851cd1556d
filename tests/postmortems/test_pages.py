"""The pages of the document: reading, writing in place, trees and lists without JavaScript, history."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from incidents.postmortems.domain import whys as tree
from incidents.postmortems.models import Postmortem, ServiceRate, Tag, Version
from incidents.postmortems.services import sections, whys
from incidents.postmortems.services.sections import Base
from incidents.response.models import Incident
from tests.cast import Cast, IncidentFactory, ServiceFactory
from tests.postmortems.conftest import Outage
from tests.queries import queries_of

As = Callable[[str], Client]


def url(postmortem: Postmortem, path: str = "") -> str:
    return f"/postmortems/{postmortem.pk}/{path}"


def test_the_document_shows_words_evidence_and_who_may_write(as_: As, postmortem: Postmortem) -> None:
    page = as_("viewer").get(url(postmortem)).content.decode()
    for words in (
        "One in five payments failed.", "Rolling back.", "checkout 4.18", "12 min before", "Time to detect",
        "400</strong> of 3,700", "20 of 37 below the objective", "Burn rate: Checkout Works", "Nothing was agreed",
    ):  # fmt: skip
        assert words in page, words
    assert "Paged Responder." not in page
    assert "?edit=" not in page
    responder = as_("responder")
    writing = responder.get(url(postmortem, "?edit=timeline")).content.decode()
    assert "Paged Responder." in writing
    assert '?edit=summary#summary"' in writing
    assert queries_of(as_("viewer"), url(postmortem)) <= 40


def test_a_section_is_previewed_saved_merged_and_refused_without_javascript(
    as_: As, cast: Cast, postmortem: Postmortem, now: datetime
) -> None:
    responder = as_("responder")
    at = url(postmortem, "sections/summary/")
    assert responder.get(at).headers["Location"].endswith("?edit=summary#summary")
    shown = responder.post(at, {"act": "preview", "text": "**Bold** <b>not</b>", "base": "1"}).content.decode()
    assert "<strong>Bold</strong> &lt;b&gt;not&lt;/b&gt;" in shown
    assert postmortem.sections.get(slug="summary").revision == 1
    part = responder.post(url(postmortem, "preview/"), {"text": "*x*"}).content.decode()
    assert "<em>x</em>" in part
    assert "<html" not in part
    text = "First.\r\n\r\nSecond."
    assert responder.post(at, {"text": text, "base": "1"}).headers["Location"].endswith("#summary")
    sections.save(
        caller=cast.caller("editor"), postmortem=postmortem, slug="summary", text="First of Editor.\n\nSecond.",
        base=Base(2), now=now,
    )  # fmt: skip
    saved = responder.post(at, {"act": "autosave", "text": "First.\n\nSecond, too.", "base": "2"})
    assert saved.json() == {
        "outcome": "merged", "words": "Saved, merged with Editor", "base": "4", "typed_base": "4t",
        "text": "First of Editor.\n\nSecond, too.",
    }  # fmt: skip
    clash = responder.post(at, {"text": "First of mine.\n\nSecond.", "base": "2"})
    page = clash.content.decode()
    assert clash.status_code == 409
    assert "First of mine." in page
    assert "First of Editor." in page
    assert 'name="base" value="4"' in page
    by_itself = responder.post(at, {"act": "autosave", "text": "First of mine.\n\nSecond.", "base": "2"})
    assert (by_itself.status_code, by_itself.json()["outcome"]) == (409, "clash")
    assert responder.post(at, {"text": "First of both.", "base": "4"}).status_code == 302
    long = responder.post(at, {"act": "autosave", "text": "x" * 20_001, "base": "5"})
    assert (long.status_code, "at most 20,000" in long.json()["words"]) == (422, True)
    kept = responder.post(at, {"text": "y" * 20_001, "base": "5"})
    assert kept.status_code == 422
    assert "y" * 20_001 in kept.content.decode()
    assert as_("viewer").post(at, {"text": "x", "base": "5"}).status_code == 403


def test_lists_and_trees_are_written_by_forms(as_: As, postmortem: Postmortem) -> None:
    responder = as_("responder")
    assert responder.post(url(postmortem, "factors/"), {"category": "data", "text": ""}).status_code == 422
    for text in ("the pool was small", "nobody was told"):
        responder.post(url(postmortem, "factors/"), {"category": "capacity", "text": text})
    first, second = postmortem.factors.all()
    at = url(postmortem, f"factors/{second.pk}/")
    responder.post(at, {"act": "up"})
    responder.post(at, {"act": "save", "category": "detection", "text": "no alert", "revision": "1"})
    stale = responder.post(at, {"act": "save", "category": "detection", "text": "mine", "revision": "1"})
    assert stale.status_code == 422
    assert "it says now: detection: no alert" in stale.content.decode()
    responder.post(url(postmortem, f"factors/{first.pk}/"), {"act": "remove"})
    assert [(one.category, one.text) for one in postmortem.factors.all()] == [("detection", "no alert")]

    assert responder.post(url(postmortem, "whys/"), {"text": " "}).status_code == 422
    responder.post(url(postmortem, "whys/"), {"text": "Why did it fail?"})
    top = postmortem.whys.get()
    for text in ("One", "Two"):
        responder.post(url(postmortem, "whys/"), {"text": text, "parent": top.pk})
    one, two = postmortem.whys.filter(parent=top)
    page = responder.get(url(postmortem, "?edit=whys")).content.decode()
    assert "fork of 2" in page
    responder.post(url(postmortem, f"whys/{two.pk}/"), {"act": "up"})
    responder.post(url(postmortem, f"whys/{one.pk}/"), {"act": "move", "target": two.pk})
    responder.post(url(postmortem, f"whys/{one.pk}/"), {"act": "save", "text": "One!"})
    asked = responder.get(url(postmortem, f"whys/{two.pk}/remove/")).content.decode()
    assert "Remove 2 answers" in asked
    assert "One!" in asked
    assert responder.post(url(postmortem, f"whys/{two.pk}/remove/")).status_code == 302
    assert [node.row.text for node in tree.walk(whys.nodes_of(postmortem))] == ["Why did it fail?"]

    item = postmortem.timeline.get(text="Rolling back.")
    at = url(postmortem, f"timeline/{item.pk}/")
    assert "Rolling back." in responder.get(at).content.decode()
    wrong = responder.post(at, {"at": "yesterday", "text": "x", "revision": "1"})
    assert "2026-03-02 10:04" in wrong.content.decode()
    said = {"at": "2026-03-02 09:00", "text": "Rolled back.", "annotation": "*quick*", "is_selected": "on"}
    assert responder.post(at, said | {"revision": "1"}).status_code == 302
    conflict = responder.post(at, said | {"text": "Mine", "revision": "1"})
    assert (conflict.status_code, "Mine" in conflict.content.decode()) == (422, True)
    new = url(postmortem, "timeline/new/")
    assert responder.post(new, {"at": "2026-03-02 09:30", "text": "Called."}).status_code == 302
    assert responder.post(new, {"at": "", "text": "Called."}).status_code == 422
    shown = [str(pk) for pk in postmortem.timeline.values_list("pk", flat=True)]
    responder.post(url(postmortem, "timeline/"), {"shown": shown, "selected": [item.pk, "x"]})
    page = responder.get(url(postmortem)).content.decode()
    assert "<em>quick</em>" in page
    assert "Called." not in page

    responder.post(url(postmortem, "sections/"), {"title": "Costs"})
    assert responder.post(url(postmortem, "sections/"), {"title": ""}).status_code == 422
    assert responder.get(url(postmortem, "sections/free-1/remove/")).status_code == 200
    responder.post(url(postmortem, "sections/free-1/remove/"))
    assert not postmortem.sections.filter(slug="free-1").exists()


def test_history_shows_each_difference_and_puts_it_back(
    as_: As, cast: Cast, postmortem: Postmortem, now: datetime
) -> None:
    for number, text in enumerate(("One in five payments failed.\nLong.", "All payments failed.\nLong."), start=1):
        sections.save(
            caller=cast.caller("responder"),
            postmortem=postmortem,
            slug="summary",
            text=text,
            base=Base(number),
            now=now,
        )
    responder = as_("responder")
    page = responder.get(url(postmortem, "history/?part=summary")).content.decode()
    assert "2 times in a row" in page
    newest = Version.objects.filter(what="section", key="summary").order_by("-number")[0]
    one = responder.get(url(postmortem, f"history/{newest.pk}/")).content.decode()
    assert "<del>One in five</del>" in one
    assert "<ins>All</ins>" in one
    first = Version.objects.get(what="section", key="summary", revision=1)
    both = responder.get(url(postmortem, f"history/{newest.pk}/?since={first.pk}")).content.decode()
    assert "together with changes" in both
    back = responder.post(url(postmortem, f"history/{first.pk}/"))
    assert back.headers["Location"] == url(postmortem)
    assert postmortem.sections.get(slug="summary").text == "One in five payments failed."
    assert as_("viewer").post(url(postmortem, f"history/{first.pk}/")).status_code == 403
    postmortem.refresh_from_db()
    postmortem.state, postmortem.published_at, postmortem.is_published_to_organisation = "published", now, True
    postmortem.save(update_fields=("state", "published_at", "is_published_to_organisation"))
    outsider = as_("outsider")
    read = outsider.get(url(postmortem)).content.decode()
    assert "One in five payments failed." in read
    assert "/history/" not in read
    assert outsider.get(url(postmortem, "history/")).status_code == 404
    assert outsider.post(url(postmortem, "factors/"), {"category": "data", "text": "x"}).status_code in {403, 404}


def test_lists_tell_what_there_is_and_what_is_missing(as_: As, cast: Cast, outage: Outage) -> None:
    responder = as_("responder")
    Incident.objects.filter(pk=outage.incident.pk).update(resolved_at=timezone.now())
    assert "Nothing was written down yet" in responder.get("/postmortems/").content.decode()
    missing = responder.get("/postmortems/missing/").content.decode()
    assert f"#{outage.incident.pk} Checkout fails" in missing
    assert "Draft the postmortem" in responder.get(f"/incidents/{outage.incident.pk}/").content.decode()
    draft = f"/postmortems/draft/{outage.incident.pk}/"
    assert "3 entries, of people and of the system" in responder.get(draft).content.decode()
    assert as_("viewer").get(draft).status_code == 403
    made = responder.post(draft)
    assert responder.get(draft).headers["Location"] == made.headers["Location"]
    refreshed = responder.post(f"{made.headers['Location']}refresh/")
    assert "0 new entries" in str(list(get_messages(refreshed.wsgi_request))[-1])
    assert "Every grave incident" in responder.get("/postmortems/missing/").content.decode()
    for query, found in (
        ("?q=rolling+fails", True), ("?q=nothing", False), ("?service=checkout", True), ("?severity=1", False),
        ("?state=draft&team=payments", True), ("?state=overdue", False), ("?factor=data", False), ("?state=%00", True),
    ):  # fmt: skip
        assert ("Checkout fails</a>" in responder.get(f"/postmortems/{query}").content.decode()) is found, query
    assert "Checkout fails" in responder.get("/search/?q=rolling").content.decode()
    viewer, pages = as_("viewer"), ("/postmortems/", "/postmortems/missing/", "/api/v1/postmortems")
    IncidentFactory(team=cast.payments, status="resolved", resolved_at=timezone.now())
    before = [queries_of(viewer, path) for path in pages]
    assert before[0] <= 30
    tag = Tag.objects.create(team=cast.payments, name="pool")
    for number in range(4):
        one = Postmortem.objects.create(
            team=cast.payments, title="More", created_at=timezone.now(), updated_at=timezone.now()
        )
        one.services.add(ServiceFactory(team=(cast.payments, cast.commons)[number % 2]), outage.service)
        one.tags.add(tag)
        IncidentFactory(team=cast.payments, status="resolved", resolved_at=timezone.now())
    assert [queries_of(viewer, path) for path in pages] == before
    assert viewer.get("/postmortems/?tag=pool").content.decode().count(">More</a>") == 4
    assert "Checkout fails" not in as_("outsider").get("/postmortems/").content.decode()
    service = responder.get("/services/checkout/").content.decode()
    assert "All postmortems of" in service

    rate = "/postmortems/rates/checkout/"
    assert responder.get(rate).status_code == 403
    editor = as_("editor")
    wrong = editor.post(rate, {"per_lost_event": "-1", "currency": "E", "revision": "0"})
    assert wrong.status_code == 422
    whose = editor.post(rate, {"per_lost_event": "1", "currency": "EUR", "revision": "0"})
    assert "say whose lost events" in whose.content.decode()
    assert (
        editor.post(
            rate, {"per_lost_event": "2.5", "currency": "eur", "slo": "checkout-works", "revision": "0"}
        ).status_code
        == 302
    )
    assert ServiceRate.objects.get().currency == "EUR"
    assert editor.post(rate, {"per_minute": "1", "currency": "EUR", "revision": "0"}).status_code == 422
    assert editor.post(rate, {"currency": "EUR", "revision": "1"}).status_code == 302
    assert not ServiceRate.objects.exists()


@pytest.mark.parametrize("path", ["edit/"])
def test_the_head_says_why_a_responder_does_not_facilitate(
    as_: As, cast: Cast, postmortem: Postmortem, path: str
) -> None:
    responder = as_("responder")
    assert "Responder was commander" in responder.get(url(postmortem, path)).content.decode()
    refused = responder.post(url(postmortem, path), {"title": "New", "facilitator": cast.responder.pk, "revision": "1"})
    assert refused.status_code == 422
    assert "choose somebody who was not there" in refused.content.decode()
    typed = {"title": "New", "facilitator": cast.editor.pk, "revision": "1", "tags": "#Pool, retries,  pool,"}
    many = responder.post(url(postmortem, path), {**typed, "tags": ",".join(f"t{n}" for n in range(21))})
    assert (many.status_code, b"20 fit" in many.content) == (422, True)
    taken = responder.post(url(postmortem, path), typed)
    assert taken.status_code == 302
    assert [tag.name for tag in postmortem.tags.all()] == ["pool", "retries"]
    assert 'value="pool, retries"' in responder.get(url(postmortem, path)).content.decode()
    assert '<a href="?tag=pool">pool</a>' in responder.get("/postmortems/").content.decode()
    stale = responder.post(url(postmortem, path), {"title": "Newer", "facilitator": "", "revision": "1"})
    assert stale.status_code == 422
    assert 'name="revision" value="2"' in stale.content.decode()
