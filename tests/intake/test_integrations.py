"""Integrations and their keys: who may, what is kept, how keys change without a gap."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from incidents.intake.domain.grouping import GroupBy, Grouping
from incidents.intake.models import Integration, IntegrationKey
from incidents.intake.services import integrations
from incidents.intake.services.authentication import key_in_force
from incidents.intake.services.integrations import NewIntegration, Settings
from incidents.intake.services.keys import keys
from incidents.response.models import Incident
from reliability.access.models import AuditEntry
from reliability.web.errors import Conflict, Forbidden, Invalid, NotFound
from tests.cast import Cast, EscalationPolicyFactory, ServiceFactory
from tests.intake.conftest import PROTOCOLS

DAY = timedelta(days=1)


@pytest.fixture
def made(cast: Cast, now: datetime) -> NewIntegration:
    return create(cast, now)


def create(
    cast: Cast, now: datetime, *, who: str = "editor", kind: str = "alertmanager", **changes: Any
) -> NewIntegration:
    return integrations.create(
        caller=cast.caller(who),
        team=cast.payments,
        name="shop",
        kind=kind,
        settings=Settings(**({"title": "Shop"} | changes)),
        now=now,
    )


def opens(text: str, at: datetime) -> bool:
    return key_in_force(presented=text, now=at) is not None


def test_a_key_has_the_length_that_tools_expect_and_is_stored_as_a_hash(made: NewIntegration) -> None:
    assert made.key is not None
    assert len(made.key.text) == 32
    assert made.key.text not in json.dumps(list(IntegrationKey.objects.values()), default=str)
    assert made.key.text not in json.dumps(list(AuditEntry.objects.values()), default=str)


def test_two_keys_are_valid_while_they_change(made: NewIntegration, cast: Cast, now: datetime) -> None:
    assert made.key is not None
    second = keys.rotate(caller=cast.caller("editor"), integration=made.integration, overlap=DAY, now=now)
    assert opens(made.key.text, now + DAY - timedelta(seconds=1))
    assert not opens(made.key.text, now + DAY)
    assert opens(second.text, now + 400 * DAY)
    entry = AuditEntry.objects.get(action="integration.rotate")
    assert entry.changes["key"] == [f"{made.key.key.prefix}…", f"{second.key.prefix}…"]


def test_a_leaked_key_ends_at_once(made: NewIntegration, cast: Cast, now: datetime) -> None:
    assert made.key is not None
    keys.rotate(caller=cast.caller("editor"), integration=made.integration, overlap=timedelta(0), now=now)
    assert not opens(made.key.text, now)


def test_a_second_change_does_not_prolong_the_first_key(made: NewIntegration, cast: Cast, now: datetime) -> None:
    assert made.key is not None
    editor = cast.caller("editor")
    keys.rotate(caller=editor, integration=made.integration, overlap=DAY, now=now)
    keys.rotate(caller=editor, integration=made.integration, overlap=30 * DAY, now=now)
    assert not opens(made.key.text, now + DAY)


def test_a_revoked_key_opens_nothing(made: NewIntegration, cast: Cast, now: datetime) -> None:
    assert made.key is not None
    keys.revoke(caller=cast.caller("editor"), integration=made.integration, key_id=made.key.key.pk, now=now)
    assert not opens(made.key.text, now)
    with pytest.raises(NotFound):
        keys.revoke(caller=cast.caller("editor"), integration=made.integration, key_id=0, now=now)


def test_the_use_of_a_key_is_noted_at_most_once_a_minute(
    made: NewIntegration, sender: Client, django_assert_max_num_queries: Any
) -> None:
    assert made.key is not None
    body = (PROTOCOLS / "alertmanager" / "good-truncated.json").read_bytes()
    url = f"/intake/{made.key.text}/alertmanager"
    for _ in range(2):
        sender.post(url, body, content_type="application/json")
    with django_assert_max_num_queries(9):  # four, and those of transaction and savepoints
        sender.post(url, body, content_type="application/json")
    assert IntegrationKey.objects.get().last_used_at is not None


@pytest.mark.parametrize(("who", "refusal"), [("viewer", Forbidden), ("responder", Forbidden), ("outsider", NotFound)])
def test_who_may_not(cast: Cast, now: datetime, who: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        create(cast, now, who=who)


def test_a_stale_edit_is_a_conflict(made: NewIntegration, cast: Cast, now: datetime) -> None:
    wanted = Settings(title="Shop, all of it")
    changed = integrations.update(
        caller=cast.caller("editor"), integration=made.integration, settings=wanted, revision=1, now=now
    )
    assert changed.revision == 2
    with pytest.raises(Conflict):
        integrations.update(
            caller=cast.caller("editor"), integration=made.integration, settings=wanted, revision=1, now=now
        )


def test_a_taken_name_is_a_conflict_even_when_it_is_private(made: NewIntegration, cast: Cast, now: datetime) -> None:
    with pytest.raises(Conflict, match="choose another name"):
        integrations.create(
            caller=cast.caller("outsider"),
            team=cast.search,
            name="shop",
            kind="generic",
            settings=Settings(title="x", config={"key": "a", "title": "b"}),
            now=now,
        )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"grouping": Grouping(by=GroupBy.LABELS)}, "grouping"),
        ({"grouping": Grouping(by=GroupBy.WINDOW)}, "grouping"),
        ({"config": {"severities": "platinum"}}, "config.severities"),
        ({"config": {"colour": "red"}}, "config.colour"),
        ({"kind": "generic", "config": {"key": "a[", "title": "b"}}, "config.key"),
        ({"kind": "generic", "config": {}}, "config.title"),
        ({"kind": "morse"}, "kind"),
        ({"kind": "email", "config": {"how": "imap"}}, "config.host"),
    ],
)
def test_mistakes_are_named_at_their_field(cast: Cast, now: datetime, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        create(cast, now, **changes)
    assert field in {detail["field"] for detail in refusal.value.details}


def test_another_teams_policy_and_hidden_service_are_refused(cast: Cast, now: datetime) -> None:
    for changes, field in (
        ({"policy": EscalationPolicyFactory(team=cast.search)}, "policy"),
        ({"service": ServiceFactory(team=cast.search)}, "service"),
    ):
        with pytest.raises(Invalid) as refusal:
            create(cast, now, **changes)
        assert refusal.value.details[0]["field"] == field


def test_deleting_it_keeps_its_incidents(made: NewIntegration, cast: Cast, sender: Client, now: datetime) -> None:
    assert made.key is not None
    body = (PROTOCOLS / "alertmanager" / "good-truncated.json").read_bytes()
    sender.post(f"/intake/{made.key.text}/alertmanager", body, content_type="application/json")
    integrations.delete(caller=cast.caller("editor"), integration=made.integration, now=now)
    assert not Integration.objects.exists()
    assert Incident.objects.count() == 1
    assert (
        sender.post(f"/intake/{made.key.text}/alertmanager", body, content_type="application/json").status_code == 401
    )
