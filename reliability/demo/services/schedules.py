"""The demo's schedule of an experiment: each Tuesday morning the rates come a little late, in the name of an editor."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from chaos.experiments.models import Experiment
from chaos.schedules.services import schedules
from chaos.schedules.services.drafts import ScheduleDraft
from reliability.access.models import AuditEntry, User
from reliability.access.selectors.callers import caller_of_user
from reliability.demo.domain import rates

OWNER = "dev.patel@example.org"
# The one that breaks no promise, should nobody look.
HARMLESS = rates.EXPERIMENTS[2].slug
WEEKLY = ScheduleDraft(
    cron="30 10 * * tue",
    time_zone="Europe/Berlin",
    windows=({"weekdays": ["mon", "tue", "wed", "thu"], "start": "09:00", "end": "16:00"},),
    reason="Does the promise still have room for 50 ms?",
)


@transaction.atomic
def load_schedules(*, now: datetime) -> None:
    """Once: what people make of it afterwards stays."""
    if AuditEntry.objects.filter(action="experiment_schedule.create").exists():
        return
    schedules.create(
        caller=caller_of_user(user=User.objects.get(email=OWNER)),
        experiment=Experiment.objects.get(slug=HARMLESS),
        draft=WEEKLY,
        now=now,
    )
