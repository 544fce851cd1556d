"""What is told without anybody composing it: a postmortem that was published, maintenance that was announced."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pytest_django import Settings

from incidents.postmortems.domain.states import State
from incidents.postmortems.models import Postmortem
from incidents.postmortems.models import Section as PostmortemSection
from incidents.postmortems.services.publishing import publish
from incidents.response.models import Incident
from incidents.stakeholders import handlers
from incidents.stakeholders.domain.kinds import Audience, EventKind
from incidents.stakeholders.models import Delivery, StakeholderMessage
from incidents.stakeholders.services import wordings
from incidents.status_page.services import components, maintenances, pages
from incidents.status_page.services.components import ComponentDraft
from incidents.status_page.services.maintenances import MaintenanceDraft
from incidents.status_page.services.pages import PageDraft
from reliability.catalog.models import Service
from reliability.outbox.models import Fact
from tests.cast import Cast, ServiceFactory
from tests.stakeholders.conftest import Add


def say_by_itself(cast: Cast, kind: EventKind, now: datetime, text: str = "{service}: {summary} {when}") -> None:
    wordings.put(
        caller=cast.caller("editor"),
        team_id=cast.payments.pk,
        audience=Audience.SUPPORT,
        kind=kind,
        subject="{title}",
        text=text,
        is_automatic=True,
        now=now,
        expected_revision=0,
    )


def told() -> list[str]:
    return sorted(Delivery.objects.values_list("recipient__name", flat=True))


def handed(kind: str, handler: Any, now: datetime) -> None:
    """As the outbox hands it over: what was written down, twice."""
    fact = Fact.objects.get(kind=kind)
    for _ in range(2):
        handler(fact_id=fact.pk, payload=fact.payload, now=now)


def test_a_published_postmortem_reaches_those_to_whom_its_services_matter(
    add: Add, cast: Cast, service: Service, now: datetime
) -> None:
    other = ServiceFactory(team=cast.payments, name="refunds")
    add("Ines", service_ids=[service.pk])
    add("Olga", service_ids=[other.pk])
    say_by_itself(cast, EventKind.POSTMORTEM, now)
    made = Postmortem.objects.create(
        team=cast.payments, title="Checkout failed", state=State.APPROVED, created_at=now, updated_at=now
    )
    made.services.add(service)
    PostmortemSection.objects.create(
        postmortem=made, slug="summary", title="Summary", position=1, text="A certificate ended.", updated_at=now
    )
    publish(caller=cast.caller("editor"), postmortem=made, now=now)
    handed("PostmortemPublished", handlers.postmortem_published, now)
    message = StakeholderMessage.objects.get()
    assert (message.kind, message.about_url) == ("postmortem", f"/postmortems/{made.pk}/")
    text = message.texts.get()
    assert (text.subject, text.text) == ("Checkout failed", "Checkout: A certificate ended.")
    assert told() == ["Ines"]


def test_words_that_grow_too_long_are_cut_instead_of_never_told(
    add: Add, cast: Cast, incident: Incident, now: datetime, settings: Settings
) -> None:
    add("Ines")
    say_by_itself(cast, EventKind.RESOLVED, now, text="{summary} " * 4)
    Incident.objects.filter(pk=incident.pk).update(summary="x" * 2_000)
    resolved: dict[str, Any] = {"payload": {"incident_id": incident.pk}, "now": now}
    handlers.incident_resolved(**resolved, fact_id=1)
    text = StakeholderMessage.objects.get().texts.get().text
    assert (len(text), text[-1]) == (5_000, "…")
    settings.STAKEHOLDER_MESSAGES_MAX = 1
    handlers.incident_resolved(**resolved, fact_id=2)
    assert StakeholderMessage.objects.count() == 1


def test_a_postmortem_for_its_team_alone_is_told_nobody_by_itself_until_it_is_opened(
    add: Add, cast: Cast, now: datetime
) -> None:
    add("Ines")
    say_by_itself(cast, EventKind.POSTMORTEM, now)
    made = Postmortem.objects.create(
        team=cast.payments, title="Ours", state=State.APPROVED, created_at=now, updated_at=now
    )
    PostmortemSection.objects.create(
        postmortem=made, slug="summary", title="Summary", position=1, text="A certificate ended.", updated_at=now
    )
    publish(caller=cast.caller("editor"), postmortem=made, is_for_organisation=False, now=now)
    handed("PostmortemPublished", handlers.postmortem_published, now)
    assert not StakeholderMessage.objects.exists()
    for is_open in (True, False, True):
        publish(caller=cast.caller("editor"), postmortem=made, is_for_organisation=is_open, now=now)
    for fact in Fact.objects.filter(kind="PostmortemPublished").order_by("pk"):
        handlers.postmortem_published(fact_id=fact.pk, payload=fact.payload, now=now)
    assert StakeholderMessage.objects.count() == 1, "opened later it is told, and once"


def test_announced_maintenance_reaches_them_with_its_time_and_unannounced_does_not(
    add: Add, cast: Cast, service: Service, now: datetime
) -> None:
    add("Ines")
    say_by_itself(cast, EventKind.MAINTENANCE, now)
    editor = cast.caller("editor")
    page = pages.create(caller=editor, team_id=cast.payments.pk, draft=PageDraft("shop", "Shop"), now=now)
    part = components.create(
        caller=editor, page_id=page.pk, draft=ComponentDraft("Checkout", service_id=service.pk), now=now
    )
    starts_at = now + timedelta(days=1)
    draft = MaintenanceDraft("New database", starts_at, starts_at + timedelta(hours=1), (part.pk,))
    for is_told in (False, True):
        maintenances.plan(caller=editor, page_id=page.pk, draft=draft, body="Buying stops.", is_told=is_told, now=now)
    handed("MaintenancePlanned", handlers.maintenance_planned, now)
    text = StakeholderMessage.objects.get().texts.get()
    assert text.subject == "New database"
    assert text.text == f"Checkout: Buying stops. {starts_at:%Y-%m-%d %H:%M} UTC"
    assert told() == ["Ines"]
