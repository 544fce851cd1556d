"""The demo's stakeholders: two groups, three people, and the message that told them of a past incident."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from incidents.response.models import Incident
from incidents.response.selectors.incidents import incident as incident_numbered
from incidents.stakeholders.domain.kinds import Audience, EventKind, Mode, Way
from incidents.stakeholders.models import Delivery, Recipient, Stakeholder, StakeholderMessage
from incidents.stakeholders.selectors.composing import Asked, compose
from incidents.stakeholders.selectors.subjects import subject_of_incident
from incidents.stakeholders.services import delivering, groups, messages, stakeholders
from incidents.stakeholders.services.messages import Draft, Sending
from incidents.stakeholders.services.stakeholders import StakeholderDraft
from reliability.access.domain.caller import Caller
from reliability.access.models import Team, User
from reliability.access.selectors.callers import caller_of_user
from reliability.demo.domain.stakeholders import GROUPS, IMPACT, STAKEHOLDERS, TEAM, DemoStakeholder

_ZONE = ZoneInfo("Europe/Berlin")


def load_stakeholders(*, email: str, now: datetime) -> None:
    """Once: what people make of them afterwards stays."""
    if Stakeholder.objects.exists():
        return
    caller = caller_of_user(user=User.objects.get(email=email))
    message = _write(caller, now)
    if message is not None:
        _send(message)


@transaction.atomic
def _write(caller: Caller, now: datetime) -> StakeholderMessage | None:
    team = Team.objects.get(slug=TEAM)
    made = {entry.name: _stakeholder(caller, team, entry, now) for entry in STAKEHOLDERS}
    for name, description in GROUPS.items():
        members = [made[entry.name].pk for entry in STAKEHOLDERS if name in entry.groups]
        groups.create(caller=caller, team_id=team.pk, name=name, description=description, member_ids=members, now=now)
    past = Incident.objects.filter(team=team, resolved_at__isnull=False, merged_into=None, severity__lte=3)
    incident = past.order_by("severity", "-resolved_at", "-pk").first()
    return None if incident is None else _tell(caller, incident)


def _stakeholder(caller: Caller, team: Team, entry: DemoStakeholder, now: datetime) -> Stakeholder:
    draft = StakeholderDraft(
        name=entry.name,
        role=entry.role,
        audience=entry.audience,
        way=Way.EMAIL.value,
        address=entry.address,
        consent_note=f"{entry.name} asked for it at the start of the year",
        severity_max=entry.severity_max,
        zone=entry.zone,
        hours=entry.hours,
        at_once=entry.at_once,
    )
    return stakeholders.create(caller=caller, team_id=team.pk, draft=draft, now=now).stakeholder


def _tell(caller: Caller, incident: Incident) -> StakeholderMessage:
    at = (incident.resolved_at or incident.detected_at) + timedelta(minutes=6)
    found = incident_numbered(caller=caller, number=incident.pk)
    subject = subject_of_incident(incident=found, kind=EventKind.RESOLVED, zone=_ZONE, now=at)
    asked = Asked([Audience.EXECUTIVE, Audience.SUPPORT, Audience.ENGINEERING], impact=IMPACT)
    drafts = [
        Draft(one.audience, one.subject, one.text, [plan.stakeholder.pk for plan in one.planned])
        for one in compose(subject=subject, asked=asked, zone=_ZONE, now=at)
    ]
    sending = Sending([draft for draft in drafts if draft.stakeholder_ids], mode=Mode.NOW)
    return messages.send(caller=caller, subject=subject, sending=sending, now=at)


def _send(message: StakeholderMessage) -> None:
    """As the worker would have; all but the first have read it since."""
    at = message.created_at + timedelta(seconds=3)
    for pk in Delivery.objects.filter(recipient__message=message).order_by("pk").values_list("pk", flat=True):
        delivering.deliver(delivery_id=pk, now=at)
    readers = Recipient.objects.filter(message=message).order_by("pk").values_list("pk", flat=True)[1:]
    Recipient.objects.filter(pk__in=list(readers)).update(read_at=at + timedelta(minutes=9), read_by="link")
