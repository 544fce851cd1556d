from __future__ import annotations

import os
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from incidents.paging.domain.content import Content
from incidents.paging.domain.urgency import Urgency
from incidents.paging.models import Escalation, EscalationPolicy, PolicyStep, StepTarget
from incidents.paging.services import escalations
from incidents.paging.services.due_kinds import STEP
from reliability.access.models import Team
from reliability.channels.models import Channel
from reliability.outbox.registry import HALF_OF_THE_SLOTS, due_work
from reliability.outbox.services import due

SLOW = "probe.slow"
SOURCE = "probe.source"
PAGE = "probe.page"
ADVANCE = "probe.advance"
ACKNOWLEDGE = "probe.acknowledge"
ALIVE = "probe.alive"


def _note(payload: dict[str, Any], text: str) -> None:
    with Path(payload["trace"]).open("a") as trace:
        trace.write(f"{text}\n")


@due_work(SLOW)
def slow(*, key: str, payload: dict[str, Any], now: datetime) -> None:
    """Takes payload["seconds"], of the first run only when payload["first"] is set."""
    is_first = not Path(payload["trace"]).exists()
    _note(payload, f"begin {key} {os.getpid()}")
    if is_first or not payload.get("first"):
        time.sleep(payload["seconds"])
    _note(payload, f"end {key} {os.getpid()}")


@due_work(SOURCE, at_once=HALF_OF_THE_SLOTS)
def source(*, key: str, payload: dict[str, Any], now: datetime) -> None:
    """Waits for a slow source, as a collection does."""
    slow(key=key, payload=payload, now=now)


@due_work(PAGE)
def page(*, key: str, payload: dict[str, Any], now: datetime) -> None:
    """Begin an escalation about *key*: its steps are lists of webhook addresses."""
    with transaction.atomic():
        if Escalation.objects.filter(subject=key).exists():
            return
        team, _ = Team.objects.get_or_create(slug="probe", defaults={"name": "Probe"})
        policy = EscalationPolicy.objects.create(team=team, slug=key, title=key)
        for position, urls in enumerate(payload["steps"]):
            step = PolicyStep.objects.create(policy=policy, position=position, delay_minutes=payload.get("delay", 5))
            for number, url in enumerate(urls):
                name = f"{key}-{position}-{number}"
                channel = Channel.objects.create(team=team, name=name, title=name, kind="webhook", config={"url": url})
                StepTarget.objects.create(step=step, channel=channel)
        escalations.begin(
            team_id=team.pk, subject=key, policy=policy, urgency=Urgency.URGENT, content=Content(title=key), now=now
        )


@due_work(ADVANCE)
def advance(*, key: str, payload: dict[str, Any], now: datetime) -> None:
    """As if the delay of the step had passed."""
    with transaction.atomic():
        escalation = Escalation.objects.select_for_update().get(subject=key)
        Escalation.objects.filter(pk=escalation.pk).update(next_step_at=now)
        due.schedule(kind=STEP, key=escalation.pk, due_at=now)


@due_work(ACKNOWLEDGE)
def acknowledge(*, key: str, payload: dict[str, Any], now: datetime) -> None:
    escalations.pause(escalation_id=Escalation.objects.get(subject=key).pk, now=now, by="Probe")


@due_work(ALIVE)
def alive(*, key: str, payload: dict[str, Any], now: datetime) -> None:
    """Its row is gone once a worker works again."""
