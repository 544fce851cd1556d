"""Stakeholders, groups and words: how they are written, and what is refused."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from incidents.stakeholders.domain.kinds import Audience, EventKind
from incidents.stakeholders.models import Stakeholder
from incidents.stakeholders.services import groups, stakeholders, wordings
from incidents.stakeholders.services.stakeholders import StakeholderDraft
from reliability.access.models import AuditEntry
from reliability.web.errors import Conflict, Forbidden, Invalid
from tests.cast import Cast, ChannelFactory, ServiceFactory
from tests.stakeholders.conftest import Add

pytestmark = pytest.mark.django_db


def test_an_address_of_a_user_is_that_user_and_others_need_a_consent(add: Add, cast: Cast) -> None:
    user = add("Viewer", address=cast.viewer.email.upper(), consent_note="")
    assert (user.way, user.user, user.address, user.was_member) == ("person", cast.viewer, "", True)
    other = add("Outsider", address=cast.outsider.email)
    assert (other.way, other.was_member) == ("person", False)
    with pytest.raises(Invalid) as refused:
        add("Ines", consent_note=" ")
    assert refused.value.details[0]["field"] == "consent_note"
    add("Ines")
    with pytest.raises(Conflict, match="reached there already"):
        add("Ines", address="INES@partner.example")
    with pytest.raises(Conflict):
        add("Twice", address=cast.viewer.email)
    trail = str(list(AuditEntry.objects.filter(action="stakeholder.create").values_list("changes", flat=True)))
    assert "ines@partner.example" not in trail


def test_a_webhook_has_a_secret_that_is_kept_and_never_shown(add: Add, cast: Cast, now: datetime) -> None:
    fields: dict[str, Any] = {"way": "webhook", "url": "https://93.184.215.14/hook", "consent_note": "by contract"}
    draft = StakeholderDraft(name="Partner", audience="customer", **fields)
    editor = cast.caller("editor")
    saved = stakeholders.create(caller=editor, team_id=cast.payments.pk, draft=draft, now=now)
    assert saved.made_secret.startswith("whsec_")
    row = saved.stakeholder
    assert row.config == {"url": "https://93.184.215.14/hook"}
    assert saved.made_secret.encode() not in bytes(row.secrets or b"")
    sealed = bytes(row.secrets or b"")
    again = stakeholders.edit(caller=editor, stakeholder=row, draft=draft, now=now, expected_revision=1)
    assert again.made_secret == ""
    assert stakeholders.readable_secrets_of(again.stakeholder)["secret"] == saved.made_secret
    assert sealed
    with pytest.raises(Invalid):
        add("Inner", **{**fields, "url": "http://127.0.0.1/hook"})


def test_each_mistake_stands_at_its_field_and_nothing_of_other_teams_is_taken(add: Add, cast: Cast) -> None:
    foreign = ServiceFactory(team=cast.search)
    channel = ChannelFactory(team=cast.search)
    for fields, field in (
        ({"name": " "}, "name"),
        ({"audience": "everybody"}, "audience"),
        ({"address": "no address"}, "address"),
        ({"hours": "at night"}, "hours"),
        ({"zone": "Mars/Base"}, "zone"),
        ({"kinds": ["party"]}, "kinds"),
        ({"severity_max": 6}, "severity_max"),
        ({"at_once": -1}, "at_once"),
        ({"way": "person", "user_id": cast.outsider.pk}, "user_id"),
        ({"way": "channel", "channel_id": channel.pk}, "channel_id"),
        ({"service_ids": [foreign.pk]}, "service_ids"),
    ):
        name = fields.pop("name", "Ines")
        with pytest.raises(Invalid) as refused:
            add(str(name), **{"address": "ines@partner.example", **fields})
        assert refused.value.details[0]["field"] == field
    assert not Stakeholder.objects.exists()


def test_two_editors_at_once_lose_nothing_and_viewers_write_nothing(add: Add, cast: Cast, now: datetime) -> None:
    ines = add("Ines", hours="mon-fri 09:00-17:00")
    draft = StakeholderDraft("Ines W", "support", "email", address="ines@partner.example", consent_note="asked")
    edited = stakeholders.edit(
        caller=cast.caller("editor"), stakeholder=ines, draft=draft, now=now, expected_revision=1
    )
    assert edited.stakeholder.revision == 2
    with pytest.raises(Conflict, match="Editor changed this"):
        stakeholders.edit(caller=cast.caller("editor"), stakeholder=ines, draft=draft, now=now, expected_revision=1)
    for name in ("viewer", "responder"):
        with pytest.raises(Forbidden):
            stakeholders.remove(caller=cast.caller(name), stakeholder=ines, now=now)
    made = groups.create(
        caller=cast.caller("editor"), team_id=cast.payments.pk, name="Board", member_ids=[ines.pk], now=now
    )
    with pytest.raises(Conflict, match="of this name already"):
        groups.create(caller=cast.caller("editor"), team_id=cast.payments.pk, name="BOARD", now=now)
    with pytest.raises(Conflict):
        groups.edit(
            caller=cast.caller("editor"),
            group=made,
            name="x",
            description="",
            member_ids=[],
            now=now,
            expected_revision=9,
        )


def test_words_are_refused_with_the_placeholder_that_is_wrong_and_go_back(cast: Cast, now: datetime) -> None:
    place: dict[str, Any] = {
        "caller": cast.caller("editor"),
        "team_id": cast.payments.pk,
        "audience": Audience.EXECUTIVE,
        "kind": EventKind.DECLARED,
        "now": now,
    }
    with pytest.raises(Invalid) as refused:
        wordings.put(**place, subject="{servcie}", text="a {", is_automatic=False, expected_revision=0)
    assert [one["field"] for one in refused.value.details] == ["subject", "text"]
    row = wordings.put(**place, subject="{service}", text="{impact}", is_automatic=False, expected_revision=0)
    with pytest.raises(Conflict):
        wordings.put(**place, subject="a", text="b", is_automatic=False, expected_revision=0)
    assert row.revision == 1
    wordings.reset(**place)
    wordings.reset(**place)
    assert AuditEntry.objects.filter(action="stakeholder_wording.reset").count() == 1
