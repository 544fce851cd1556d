"""An incident of Payments, somebody of support outside, a member of the team, and mails that land in a folder."""

from __future__ import annotations

import mailbox
from collections.abc import Callable
from datetime import datetime
from email.message import Message
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pytest_django import Settings

from incidents.response.domain.severity import Severity
from incidents.response.models import ImpactedService, Incident
from incidents.response.selectors.incidents import incident as incident_numbered
from incidents.response.services.incidents import open_incident
from incidents.stakeholders.domain.kinds import Audience, EventKind, Mode
from incidents.stakeholders.models import Delivery, Stakeholder, StakeholderMessage
from incidents.stakeholders.selectors.composing import Asked, compose
from incidents.stakeholders.selectors.subjects import Subject, subject_of_incident
from incidents.stakeholders.services import delivering, stakeholders
from incidents.stakeholders.services.messages import Draft, Sending, send
from incidents.stakeholders.services.stakeholders import StakeholderDraft
from reliability.catalog.models import Service
from tests.cast import Cast, ServiceFactory

UTC_ZONE = ZoneInfo("UTC")
Add = Callable[..., Stakeholder]
Tell = Callable[..., StakeholderMessage]
Mails = Callable[[], list[Message]]


@pytest.fixture(autouse=True)
def mails(settings: Settings, tmp_path: Path) -> Mails:
    settings.PUBLIC_URL = "https://rel.example.org"
    settings.DEFAULT_FROM_EMAIL = "Reliability <reliability@rel.example.org>"
    settings.EMAIL_MAILBOX = str(tmp_path / "mails")
    return lambda: sorted(mailbox.Maildir(tmp_path / "mails"), key=lambda mail: str(mail["To"]))


@pytest.fixture
def service(cast: Cast) -> Service:
    made: Service = ServiceFactory(team=cast.payments, name="checkout", title="Checkout")
    return made


@pytest.fixture
def incident(cast: Cast, service: Service, now: datetime) -> Incident:
    made = open_incident(
        caller=cast.caller("responder"),
        team_id=cast.payments.pk,
        title="Checkout fails",
        severity=Severity.SEV3,
        now=now,
    )
    ImpactedService.objects.create(incident=made, service=service)
    return made


@pytest.fixture
def add(cast: Cast, now: datetime) -> Add:
    """`add("Ines", address="ines@partner.example", hours="…")`: outside, support, by mail, at any time."""

    def call(name: str, **fields: Any) -> Stakeholder:
        address = f"{name.lower()}@partner.example"
        wanted = {"audience": "support", "way": "email", "address": address, "consent_note": "asked for it"}
        draft = StakeholderDraft(name=name, **{**wanted, **fields})
        return stakeholders.create(
            caller=cast.caller("editor"), team_id=cast.payments.pk, draft=draft, now=now
        ).stakeholder

    return call


def subject_now(incident: Incident, caller: Any, now: datetime, kind: EventKind = EventKind.UPDATED) -> Subject:
    found = incident_numbered(caller=caller, number=incident.pk)
    return subject_of_incident(incident=found, kind=kind, zone=UTC_ZONE, now=now)


@pytest.fixture
def tell(cast: Cast, incident: Incident, now: datetime) -> Tell:
    """Tell everybody to whom it matters of the incident, in the team's words."""

    def call(*, at: datetime = now, mode: Mode = Mode.NOW, impact: str = "", **fields: Any) -> StakeholderMessage:
        caller = cast.caller("responder")
        subject = subject_now(incident, caller, at)
        asked = Asked(list(Audience), impact=impact, next_update_at=fields.get("next_update_at"))
        previews = compose(subject=subject, asked=asked, zone=UTC_ZONE, now=at)
        drafts = [
            Draft(one.audience, one.subject, one.text, [plan.stakeholder.pk for plan in one.planned if not plan.silent])
            for one in previews
        ]
        sending = Sending([draft for draft in drafts if draft.stakeholder_ids], mode=mode, **fields)
        return send(caller=caller, subject=subject, sending=sending, now=at)

    return call


def deliver_all(now: datetime) -> dict[str, datetime | None]:
    """One try of each that is open; when each is tried again, by the name of whom it is for."""
    rows = list(Delivery.objects.filter(state__in=("queued", "waiting")).select_related("recipient").order_by("pk"))
    return {row.recipient.name: delivering.deliver(delivery_id=row.pk, now=now) for row in rows}
