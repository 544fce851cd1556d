"""What the composer offers to tell does not contradict how the incident stands."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from incidents.response.models import Incident
from incidents.stakeholders.domain.kinds import EventKind, why_untrue
from incidents.stakeholders.models import StakeholderMessage
from tests.cast import Cast
from tests.stakeholders.conftest import Add

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
Bearer = Callable[..., Client]


def offered(page: str) -> set[str]:
    (select,) = re.findall(r'<select name="kind".*?</select>', page, re.S)
    return set(re.findall(r'value="(\w+)"', select))


def test_only_what_is_true_may_be_told() -> None:
    told = {
        is_open: {kind.value for kind in EventKind if not why_untrue(kind, is_open=is_open)}
        for is_open in (True, False)
    }
    assert {"declared", "updated"} == told[True] - told[False]
    assert {"resolved"} == told[False] - told[True]


def test_the_composer_offers_what_fits_the_state(as_: As, add: Add, incident: Incident) -> None:
    add("Ines", severity_max=5)
    responder, start = as_("responder"), f"/incidents/{incident.pk}/tell/"
    assert offered(responder.get(start).content.decode()) == {"declared", "updated"}
    refused = responder.get(f"{start}?kind=resolved&audiences=support")
    assert (refused.status_code, "the incident is still open" in refused.content.decode()) == (422, True)
    asked = f"{start}?kind=updated&audiences=support"
    page = responder.get(asked).content.decode()
    nonce = re.search(r'name="nonce" value="([^"]*)"', page)
    assert nonce is not None
    (ines,) = re.findall(r'name="people-support" value="(\d+)"', page)
    Incident.objects.filter(pk=incident.pk).update(status="resolved")
    assert offered(responder.get(start).content.decode()) == {"resolved"}
    refused = responder.get(asked)
    assert (refused.status_code, "the incident is over" in refused.content.decode()) == (422, True)
    sent = {
        "nonce": nonce[1], "mode": "now", "remind_after_hours": "0", "people-support": ines,
        "subject-support": "Cards", "text-support": "They still fail, with words of mine",
    }  # fmt: skip
    late = responder.post(asked, sent)
    words = late.content.decode()
    assert (late.status_code, "The incident is over" in words, "with words of mine" in words) == (422, True, True)
    assert not StakeholderMessage.objects.exists()


def test_the_api_refuses_what_contradicts_the_state(bearer: Bearer, cast: Cast, add: Add, incident: Incident) -> None:
    add("Ines", severity_max=5)
    body = {"incident": incident.pk, "kind": "resolved", "audiences": ["support"]}
    for path in ("/api/v1/stakeholders/messages/preview", "/api/v1/stakeholders/messages"):
        answer = bearer(team=cast.payments, role=20).post(path, body, content_type="application/json")
        assert (answer.status_code, answer.json()["error"]["details"][0]["field"]) == (422, "kind")


def test_a_team_without_stakeholders_is_told_so_once(as_: As, incident: Incident) -> None:
    page = as_("responder").get(f"/incidents/{incident.pk}/tell/?kind=updated&audiences=support&audiences=executive")
    words = page.content.decode()
    assert "The team has no stakeholders yet" in words
    assert "matters to none of them" not in words
    assert 'name="mode"' not in words
