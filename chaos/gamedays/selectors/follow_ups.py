"""Follow-ups as lists and single ones."""

from __future__ import annotations

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from chaos.gamedays.domain.states import FollowUpState
from chaos.gamedays.models import Finding, FollowUp, GameDay
from reliability.access.domain.caller import Caller
from reliability.web.errors import NotFound


def list_follow_ups(
    *,
    caller: Caller,
    team_slug: str = "",
    states: tuple[FollowUpState, ...] = (),
    game_day_number: int | None = None,
    text: str = "",
) -> QuerySet[FollowUp]:
    """Readable ones, the next due first (without a date last), with team, game_day, owner, experiment and verified_by
    at hand."""
    found = _joined(caller)
    if team_slug:
        found = found.filter(team__slug=team_slug)
    if states:
        found = found.filter(state__in=[one.value for one in states])
    if game_day_number is not None:
        found = found.filter(game_day_id=min(game_day_number, 2**63 - 1))
    for word in text.split()[:8]:
        found = found.filter(Q(title__icontains=word) | Q(text__icontains=word))
    has_date = Case(When(due_on=None, then=Value(1)), default=Value(0), output_field=IntegerField())
    return found.annotate(is_dateless=has_date).order_by("is_dateless", "due_on", "pk")


def follow_up(*, caller: Caller, follow_up_id: int) -> FollowUp:
    """One readable follow-up with everything at hand. Raises NotFound."""
    found = _joined(caller).filter(pk=min(follow_up_id, 2**63 - 1)).first()
    if found is None:
        raise NotFound("there is no such follow-up, or it is not yours to see")
    return found


def findings_of(*, game_day: GameDay) -> list[Finding]:
    """In order of time, with service and scenario at hand."""
    return list(game_day.findings.select_related("service__team", "scenario").order_by("at", "pk"))


def _joined(caller: Caller) -> QuerySet[FollowUp]:
    readable: QuerySet[FollowUp] = FollowUp.objects.readable_by(caller)
    joined = readable.select_related("team", "game_day", "owner", "experiment", "verified_by")
    return joined.defer("game_day__record", "verified_by__journal")
