"""Recovery trials as the calendar of chaos shows them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.urls import reverse

from chaos.backlog.models import Trial
from chaos.runs.calendar import ENTRIES_MAX, Entry, Kind
from reliability.kit.periods import Period


def trials_due(*, team_ids: Collection[int], period: Period) -> list[Entry]:
    """Those that are due in *period*, each at that moment; not what is switched off or archived. One query."""
    rows = Trial.objects.filter(
        team_id__in=team_ids,
        due_at__gte=period.start,
        due_at__lt=period.end,
        is_enabled=True,
        experiment__is_archived=False,
    )
    return [_entry(one) for one in rows.select_related("experiment").order_by("due_at", "pk")[:ENTRIES_MAX]]


def _entry(trial: Trial) -> Entry:
    experiment = trial.experiment
    return Entry(
        kind=Kind.TRIAL,
        title=experiment.title,
        start=trial.due_at,
        end=trial.due_at,
        url=reverse("trial-detail", args=(trial.pk,)),
        team_id=trial.team_id,
        service_ids=frozenset() if experiment.service_id is None else frozenset({experiment.service_id}),
        state="" if trial.succeeded_at else "trial_coming",
        note="due",
        # A run that held ends this event and makes the next: its revision has nothing to do with the next due instant.
        uid=f"trial-{trial.pk}-{int(trial.due_at.timestamp())}",
        changed_at=_latest(trial.updated_at, experiment.updated_at, trial.succeeded_at),
        revision=trial.revision + experiment.revision,
    )


def _latest(*instants: datetime | None) -> datetime:
    return max(instant for instant in instants if instant is not None)
