"""What became of actions in a period."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from incidents.actions.domain.states import State
from incidents.actions.models import Action, ActionNote
from incidents.actions.selectors.actions import ActionFilters, list_actions
from reliability.access.domain.caller import Caller
from reliability.kit.days import day_of
from reliability.kit.periods import Period

SHOWN_MAX = 8


@dataclass(frozen=True, slots=True)
class ActionCounts:
    """opened: written in the period; closed: of any kind, of which verified and unproven; overdue: at its end."""

    opened: int
    closed: int
    verified: int
    unproven: int
    cancelled: int
    reopened: int
    overdue: int


def counts_between(
    *, caller: Caller, period: Period, team_slug: str = "", service_name: str = "", zone_name: str = "UTC"
) -> ActionCounts:
    """Of readable actions. Those that were closed count as what they are now. Two queries.

    zone_name: whose day it is at the end of the period, for what is overdue then.
    """
    found = _of(caller, team_slug, service_name)
    within = Q(closed_at__gte=period.start, closed_at__lt=period.end)
    counted = found.aggregate(
        opened=Count("pk", filter=Q(created_at__gte=period.start, created_at__lt=period.end)),
        closed=Count("pk", filter=within),
        overdue=Count("pk", filter=_overdue_at_end(period, zone_name)),
        **{
            state.value: Count("pk", filter=within & Q(state=state.value))
            for state in (State.VERIFIED, State.UNPROVEN, State.CANCELLED)
        },
    )
    return ActionCounts(**counted, reopened=_reopened(found, period).count())


def overdue_at_end(
    *, caller: Caller, period: Period, team_slug: str = "", service_name: str = "", zone_name: str = "UTC"
) -> list[Action]:
    """The longest overdue first, a few."""
    found = _of(caller, team_slug, service_name).filter(_overdue_at_end(period, zone_name))
    return list(found.order_by("due_on", "pk")[:SHOWN_MAX])


def closed_as(
    *, caller: Caller, period: Period, state: State, team_slug: str = "", service_name: str = ""
) -> list[Action]:
    """The newest first, a few."""
    found = _of(caller, team_slug, service_name).filter(
        state=state.value, closed_at__gte=period.start, closed_at__lt=period.end
    )
    return list(found.order_by("-closed_at", "-pk")[:SHOWN_MAX])


def reopened_in(*, caller: Caller, period: Period, team_slug: str = "", service_name: str = "") -> list[Action]:
    """The newest number first, a few."""
    found = _reopened(_of(caller, team_slug, service_name), period)
    return list(found.order_by("-pk")[:SHOWN_MAX])


def _of(caller: Caller, team_slug: str, service_name: str) -> QuerySet[Action]:
    filters = ActionFilters(team_slug=team_slug, service_name=service_name)
    return list_actions(caller=caller, filters=filters).select_related(None).order_by()


def _overdue_at_end(period: Period, zone_name: str) -> Q:
    """Due before the last day was over on the clocks of the zone, and neither done nor closed by then."""
    day = day_of(period.end, zone_name=zone_name)
    until = Q(closed_at=None) | Q(closed_at__gte=period.end)
    undone = Q(done_at=None) | Q(done_at__gte=period.end)
    return Q(due_on__lt=day, created_at__lt=period.end) & until & undone


def _reopened(found: QuerySet[Action], period: Period) -> QuerySet[Action]:
    again = ActionNote.objects.filter(
        state=State.OPEN.value, at__gte=period.start, at__lt=period.end, action__reopened__gt=0
    ).exclude(kind=ActionNote.Kind.STATE, text="")
    return found.filter(pk__in=again.values("action_id"))
