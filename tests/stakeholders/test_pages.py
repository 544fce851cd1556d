"""The pages and the API of stakeholders, from the first address to a message that is read."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from incidents.response.models import Incident
from incidents.stakeholders.models import Delivery, Stakeholder, StakeholderMessage, Wording
from tests.cast import Cast
from tests.queries import queries_of
from tests.stakeholders.conftest import Add, Tell

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
Bearer = Callable[..., Client]
API = "/api/v1/stakeholders"
JSON = "application/json"


def test_a_stakeholder_is_added_changed_and_deleted_on_pages(as_: As) -> None:
    editor = as_("editor")
    sent = {
        "name": "Ines", "audience": "support", "way": "email", "address": "ines", "severity_max": "2", "zone": "UTC",
        "at_once": "2", "is_enabled": "on", "hours": "mon-fri 09:00-17:00",
    }  # fmt: skip
    refused = editor.post("/stakeholders/new/?team=payments", sent)
    page = refused.content.decode()
    assert (refused.status_code, "write a mail address" in page, "mon-fri 09:00-17:00" in page) == (422, True, True)
    sent |= {"address": "ines@partner.example", "consent_note": "asked for it"}
    assert editor.post("/stakeholders/new/?team=payments", sent).status_code == 302
    pk = Stakeholder.objects.get().pk
    assert "mail to ines@partner.example" in editor.get(f"/stakeholders/{pk}/").content.decode()
    assert "ines@partner.example" not in as_("viewer").get("/stakeholders/").content.decode()
    assert editor.post(f"/stakeholders/{pk}/edit/", sent | {"revision": "9"}).status_code == 422
    group = editor.post("/stakeholders/groups/new/?team=payments", {"name": "Board", "member_ids": [pk]})
    assert "Ines" in editor.get(group["Location"]).content.decode()
    assert editor.post(f"/stakeholders/{pk}/delete/", {"reason": "left"}).status_code == 302
    assert not Stakeholder.objects.exists()


def test_the_composer_previews_by_its_address_and_sends_what_was_edited(as_: As, add: Add, incident: Incident) -> None:
    ines = add("Ines", hours="mon-fri 09:00-17:00", severity_max=5)
    responder = as_("responder")
    start = f"/incidents/{incident.pk}/tell/"
    assert "Tell stakeholders" in responder.get(f"/incidents/{incident.pk}/").content.decode()
    assert as_("viewer").get(start).status_code == 403
    asked = f"{start}?kind=updated&audiences=support&impact=Cards+fail&next_minutes=60&remind_after_hours=4"
    page = responder.get(asked).content.decode()
    assert "What users notice: Cards fail" in page
    assert not StakeholderMessage.objects.exists(), "a preview sends nothing"
    hidden = {name: re.search(f'name="{name}" value="([^"]*)"', page)[1] for name in ("nonce", "next_update")}  # type: ignore[index]  # they stand there
    sent = {
        **hidden,
        "remind_after_hours": "4",
        "mode": "hours",
        "subject-support": "Cards",
        "text-support": "They fail",
    }
    refused = responder.post(asked, sent)
    assert (refused.status_code, "nobody would be told" in refused.content.decode()) == (422, True)
    sent["people-support"] = str(ines.pk)
    assert responder.post(asked, sent | {"text-support": ""}).status_code == 422
    answers = {responder.post(asked, sent)["Location"] for _ in range(2)}
    message = StakeholderMessage.objects.get()
    assert answers == {f"/stakeholders/messages/{message.pk}/"}, "pressed twice, sent once"
    assert (message.texts.get().text, message.remind_after_hours) == ("They fail", 4)
    assert message.next_update_at is not None
    panel = responder.get(f"/incidents/{incident.pk}/").content.decode()
    assert "Told last" in panel
    shown = responder.get(f"/stakeholders/messages/{message.pk}/").content.decode()
    assert "They fail" in shown
    assert responder.post(f"/stakeholders/messages/{message.pk}/remind/").status_code == 302
    planned = "/stakeholders/tell/?team=payments&kind=maintenance&audiences=support&title=Gateway+moves&when=Sunday"
    assert "Maintenance Sunday: Gateway moves" in responder.get(planned).content.decode()


def test_words_are_previewed_on_a_real_incident_and_saved(as_: As, incident: Incident) -> None:
    editor = as_("editor")
    address = "/stakeholders/words/payments/executive/declared/"
    assert "Checkout" in editor.get(address).content.decode()
    sent = {"subject": "{severity} {title}", "text": "<b>{service}</b>", "revision": "0"}
    preview = editor.post(address, sent | {"preview": "1", "incident": str(incident.pk)}).content.decode()
    assert "Sev3 Checkout fails" in preview
    assert "&lt;b&gt;Checkout&lt;/b&gt;" in preview
    assert not Wording.objects.exists()
    assert "did you mean {service}?" in editor.post(address, sent | {"text": "{servcie}"}).content.decode()
    assert editor.post(address, sent).status_code == 302
    assert editor.get("/stakeholders/words/payments/party/declared/").status_code == 404
    assert editor.post(f"{address}reset/").status_code == 302
    assert not Wording.objects.exists()


def test_lists_cost_the_same_however_long_they_are(as_: As, add: Add, tell: Tell) -> None:
    add("Ines")
    tell()
    viewer = as_("viewer")
    paths = ("/stakeholders/", "/stakeholders/messages/", "/stakeholders/messages/1/")
    message = StakeholderMessage.objects.get()
    paths = (*paths[:2], f"/stakeholders/messages/{message.pk}/")
    few = [queries_of(viewer, path) for path in paths]
    for number in range(6):
        add(f"Person{number}")
    tell(cause="second")
    newest = StakeholderMessage.objects.order_by("-pk")[0]
    many = [queries_of(viewer, path) for path in (*paths[:2], f"/stakeholders/messages/{newest.pk}/")]
    assert many == few


def test_the_api_previews_sends_once_and_tells_who_has_read(
    bearer: Bearer, cast: Cast, incident: Incident, now: datetime
) -> None:
    editor, responder = (bearer(team=cast.payments, role=role) for role in (30, 20))
    body = {
        "team": "payments", "name": "Ines", "audience": "support", "way": "email", "address": "ines@partner.example",
        "consent_note": "asked", "hours": "mon-fri 09:00-17:00",
    }  # fmt: skip
    assert responder.post(API, body, content_type=JSON).status_code == 403
    made = editor.post(API, body, content_type=JSON)
    assert (made.status_code, made["ETag"], made.json()["is_told"]) == (201, '"1"', True)
    pk = made.json()["id"]
    del body["team"]
    stale = editor.put(f"{API}/{pk}", body, content_type=JSON, headers={"If-Match": '"7"'})
    assert stale.status_code == 412
    group = editor.post(f"{API}/groups", {"team": "payments", "name": "Board", "members": [pk]}, content_type=JSON)
    assert group.json()["members"] == [pk]
    asked = {"incident": incident.pk, "audiences": ["support"], "impact": "Cards fail"}
    preview = responder.post(f"{API}/messages/preview", asked, content_type=JSON).json()
    assert [one["name"] for one in preview[0]["recipients"]] == ["Ines"]
    sent = [responder.post(f"{API}/messages", asked | {"key": "k", "mode": "now"}, content_type=JSON) for _ in range(2)]
    assert [one.status_code for one in sent] == [201, 201]
    assert sent[0].json()["id"] == sent[1].json()["id"]
    assert [one["standing"] for one in sent[0].json()["people"]] == ["queued"]
    assert Delivery.objects.count() == 1
    listed = responder.get(f"{API}/messages", {"incident": incident.pk}).json()
    assert (listed["total"], listed["items"][0]["recipients"], listed["items"][0]["read"]) == (1, 1, 0)
    wrong = responder.post(f"{API}/messages", asked | {"incident": 10**9}, content_type=JSON)
    assert (wrong.status_code, wrong.json()["error"]["details"][0]["field"]) == (422, "incident")
    words = editor.put(f"{API}/words/payments/support/updated", {"subject": "{x}", "text": "y"}, content_type=JSON)
    assert words.status_code == 422
    assert editor.delete(f"{API}/{pk}").status_code == 204
