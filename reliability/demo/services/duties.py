"""The demo's recurring duties with their log, and toil of the last weeks."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from chaos.backlog.models import Trial
from reliability.access.domain.caller import Caller
from reliability.access.models import Team, User
from reliability.access.selectors.callers import caller_of_user
from reliability.catalog.models import Service
from reliability.demo.domain.stakeholders import DUTIES, TOIL, DemoDuty
from reliability.duties.domain.drafts import DutyDraft
from reliability.duties.domain.kinds import Responsible
from reliability.duties.models import Duty
from reliability.duties.services import duties, entries, toil
from reliability.duties.services.entries import EntryDraft
from reliability.duties.services.toil import ToilDraft

_ON_CALL = Responsible.ON_CALL.value


@transaction.atomic
def load_duties(*, email: str, now: datetime) -> None:
    """Once: what people make of them afterwards stays."""
    if Duty.objects.exists():
        return
    caller = caller_of_user(user=User.objects.get(email=email))
    for entry in DUTIES:
        _duty(caller, entry, now)
    for one in TOIL:
        writer = caller_of_user(user=User.objects.get(email=one.who))
        service = Service.objects.get(name=one.service)
        day = (now - timedelta(days=one.days)).date()
        draft = ToilDraft(one.what, Decimal(one.hours), one.category, day, service.pk)
        toil.write(caller=writer, team_id=service.team_id, draft=draft, now=now)
    team = Team.objects.get(slug="payments")
    toil.set_capacity(caller=caller, team=team, hours_per_week=Decimal(20), now=now)


def _duty(caller: Caller, entry: DemoDuty, now: datetime) -> None:
    service = Service.objects.get(name=entry.service)
    is_on_call = entry.responsible == _ON_CALL
    person = None if is_on_call else User.objects.get(email=entry.responsible)
    done_at = now - timedelta(days=entry.done[0]) if entry.done else None
    trial = Trial.objects.filter(team_id=service.team_id).order_by("pk").first()
    draft = DutyDraft(
        title=entry.title,
        kind=entry.kind,
        service_id=service.pk,
        instructions=entry.instructions,
        link_url=f"/chaos/trials/{trial.pk}/" if trial is not None and entry.kind == "dr_promotion" else "",
        every=entry.every,
        every_count=entry.every_count,
        cron=entry.cron,
        zone="Europe/Berlin",
        due_at=(done_at or now + timedelta(days=entry.days)).replace(hour=8, minute=0),
        responsible=_ON_CALL if is_on_call else Responsible.PERSON.value,
        responsible_id=person.pk if person is not None else None,
    )
    made = duties.create(caller=caller, team_id=service.team_id, draft=draft, now=done_at or now)
    if entry.done and done_at is not None and person is not None:
        note = EntryDraft(note=entry.done[1], minutes=entry.done[2])
        entries.done(caller=caller_of_user(user=person), duty=made, draft=note, now=done_at)
