"""Reading monitors."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from incidents.intake.domain.rhythms import upcoming
from incidents.intake.models import Monitor, MonitorCall
from reliability.access.domain.caller import Caller
from reliability.web.errors import NotFound

_WORST_FIRST = (
    Monitor.State.DOWN.value,
    Monitor.State.LATE.value,
    Monitor.State.NEW.value,
    Monitor.State.UP.value,
    Monitor.State.PAUSED.value,
)


def list_monitors(*, caller: Caller, text: str = "", team: str = "", state: str = "") -> QuerySet[Monitor]:
    """The readable monitors, the worst first; each argument given narrows them."""
    found: QuerySet[Monitor] = Monitor.objects.readable_by(caller).select_related("team", "service", "policy")
    if text:
        found = found.filter(Q(name__icontains=text) | Q(title__icontains=text))
    if team:
        found = found.filter(team__slug=team)
    if state:
        found = found.filter(state=state)
    ranks = [When(state=slug, then=Value(rank)) for rank, slug in enumerate(_WORST_FIRST)]
    rank = Case(*ranks, default=Value(len(ranks)), output_field=IntegerField())
    return found.annotate(rank=rank).order_by("rank", "name", "pk")


def monitor(*, caller: Caller, name: str) -> Monitor:
    """One readable monitor. Raises NotFound, for private ones of other teams, too."""
    found: Monitor | None = (
        Monitor.objects.readable_by(caller).select_related("team", "service", "policy").filter(name=name).first()
    )
    if found is None:
        raise NotFound(f"there is no monitor {name!r}, or it is not yours to see")
    return found


def next_expected(*, monitor: Monitor, now: datetime, count: int = 5) -> list[datetime]:
    """The next times of its rhythm, the first being the call that is waited for; none while it is paused.

    Of a period that nobody has called yet nothing is known; a cron expression has its times all the same.
    """
    is_cron = monitor.period_seconds is None
    if monitor.state == Monitor.State.PAUSED.value or (monitor.last_call_at is None and not is_cron):
        return []
    waited_for = monitor.expected_by_at
    if waited_for is None or waited_for < now:
        return list(upcoming(monitor.rhythm, after=now, count=count)) if is_cron else []
    return [waited_for, *upcoming(monitor.rhythm, after=waited_for, count=count - 1)]


def calls_of(*, monitor: Monitor, limit: int = 20) -> list[MonitorCall]:
    """The newest calls. Ask `monitor()` first: it checks the caller."""
    return list(MonitorCall.objects.filter(monitor=monitor).order_by("-at", "-pk")[:limit])
