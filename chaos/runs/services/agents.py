"""Which agents are there: each says so every few seconds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings

from chaos.runs.models import Agent

SEEN_EVERY = timedelta(seconds=5)
_FORGOTTEN_AFTER = timedelta(days=1)


def seen(*, name: str, instance: str, host: str, kinds: Sequence[str], now: datetime) -> None:
    """Write down that it is there; those that were not seen for a day are forgotten."""
    if Agent.objects.filter(instance=instance).update(seen_at=now):
        return
    Agent.objects.create(
        name=name,
        instance=instance,
        host=host,
        kinds=sorted(kinds),
        runs_max=settings.CHAOS_RUNS_MAX,
        started_at=now,
        seen_at=now,
    )
    Agent.objects.filter(seen_at__lt=now - _FORGOTTEN_AFTER).delete()


def gone(*, instance: str) -> None:
    Agent.objects.filter(instance=instance).delete()
