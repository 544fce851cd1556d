"""The demo's postmortems, written by the services people use, with the clock of the time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from incidents.postmortems.domain.states import ReviewAnswer
from incidents.postmortems.models import Postmortem, ServiceRate
from incidents.postmortems.services import (
    drafting,
    factors,
    postmortems,
    publishing,
    rates,
    reviews,
    sections,
    timeline,
    whys,
)
from incidents.response.models import Incident
from reliability.access.models import User
from reliability.access.selectors.callers import caller_of_user
from reliability.catalog.models import Service
from reliability.demo.domain.lessons import LESSONS, RATES, DemoLesson
from slo.models import Slo


@transaction.atomic
def load_lessons(*, email: str, now: datetime) -> None:
    """Once: what people make of it afterwards stays."""
    if Postmortem.objects.exists() or ServiceRate.objects.exists():
        return
    people = {user.email: user for user in User.objects.all()}
    owner = caller_of_user(user=people[email])
    for name, objective, per_lost_event, currency in RATES:
        service = Service.objects.get(name=name)
        rates.set_rate(
            caller=owner,
            service=service,
            per_lost_event=Decimal(per_lost_event),
            per_minute=None,
            currency=currency,
            slo=Slo.objects.get(name=objective),
            now=now,
        )
    for entry in LESSONS:
        incident = Incident.objects.filter(title=entry.incident).first()
        if incident is not None and incident.resolved_at is not None:
            _write(entry, incident, people, min(incident.resolved_at + timedelta(hours=entry.hours), now))


def _write(entry: DemoLesson, incident: Incident, people: Mapping[str, User], at: datetime) -> None:
    caller = caller_of_user(user=people[entry.writer])
    row = drafting.draft_from(caller=caller, incident=incident, now=at)
    postmortems.edit(
        caller=caller,
        postmortem=row,
        title=entry.title or None,
        facilitator_id=people[entry.facilitator].pk,
        now=at,
    )
    for number, (slug, text) in enumerate(entry.texts.items()):
        moment = at + timedelta(minutes=4 * number)
        sections.save(caller=caller, postmortem=row, slug=slug, text=text, base=None, now=moment)
    later = at + timedelta(minutes=40)
    for category, text in entry.factors:
        factors.add(caller=caller, postmortem=row, category=category, text=text, now=later)
    whys.put_back(caller=caller, postmortem=row, outline=entry.whys, now=later)
    for words, annotation in entry.annotations:
        item = row.timeline.filter(text__startswith=words).first()
        if item is not None:
            timeline.edit(caller=caller, postmortem=row, item_id=item.pk, annotation=annotation, now=later)
    if entry.is_published:
        _publish(entry, people, row, later + timedelta(hours=1))


def _publish(entry: DemoLesson, people: Mapping[str, User], row: Postmortem, at: datetime) -> None:
    """Whoever facilitates reads and approves it."""
    writer, reader = caller_of_user(user=people[entry.writer]), caller_of_user(user=people[entry.facilitator])
    reviews.ask(caller=writer, postmortem=row, reviewer_ids=[people[entry.facilitator].pk], now=at)
    comment = "Reads well. I took the names of people out of the why."
    read_at = at + timedelta(hours=2)
    reviews.answer(caller=reader, postmortem=row, answer=ReviewAnswer.APPROVED, comment=comment, now=read_at)
    publishing.publish(caller=writer, postmortem=row, now=read_at + timedelta(minutes=20))
