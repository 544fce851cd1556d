"""Game days as lists and single ones, as far as a caller may see them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Case, Count, F, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from chaos.gamedays.domain.states import Answer, RoleKind, State
from chaos.gamedays.models import (
    ChecklistItem,
    GameDay,
    Invitee,
    InviteeNotice,
    Observation,
    ObservationEdit,
    RoleHolder,
    Scenario,
)
from reliability.access.domain.caller import Caller
from reliability.kit.periods import Period
from reliability.web.errors import NotFound

_ORDER = {kind: place for place, kind in enumerate(RoleKind)}


@dataclass(frozen=True, slots=True)
class GameDayFilters:
    """What to list; empty fields do not filter."""

    team_slug: str = ""
    states: tuple[State, ...] = ()
    starts: Period | None = None
    text: str = ""


def list_game_days(*, caller: Caller, filters: GameDayFilters | None = None) -> QuerySet[GameDay]:
    """Readable ones, the newest first (drafts without a time before them), with team and `scenarios_count`,
    `coming_count` (accepted), `unanswered_count`; without their records."""
    wanted = filters or GameDayFilters()
    found: QuerySet[GameDay] = GameDay.objects.readable_by(caller).select_related("team").defer("record")
    if wanted.team_slug:
        found = found.filter(team__slug=wanted.team_slug)
    if wanted.states:
        found = found.filter(state__in=[one.value for one in wanted.states])
    if wanted.starts is not None:
        found = found.filter(starts_at__gte=wanted.starts.start, starts_at__lt=wanted.starts.end)
    for word in wanted.text.split()[:8]:
        found = found.filter(Q(title__icontains=word) | Q(goal__icontains=word) | Q(hypothesis__icontains=word))
    invited = Invitee.objects.filter(game_day=OuterRef("pk"), removed_at=None).order_by()
    return found.annotate(
        scenarios_count=_count(Scenario.objects.filter(game_day=OuterRef("pk")).order_by()),
        coming_count=_count(invited.filter(answer=Answer.ACCEPTED)),
        unanswered_count=_count(invited.filter(answer=Answer.NONE)),
        has_time=Case(When(starts_at=None, then=Value(0)), default=Value(1), output_field=IntegerField()),
    ).order_by("has_time", F("starts_at").desc(), "-pk")


def game_day(*, caller: Caller, number: int) -> GameDay:
    """One readable game day with its team. Raises NotFound, for those of private teams of others, too."""
    found: GameDay | None = None
    if number < 2**63:
        found = GameDay.objects.readable_by(caller).select_related("team").filter(pk=number).first()
    if found is None:
        raise NotFound(f"there is no game day {number}, or it is not yours to see")
    return found


def scenarios_of(*, game_day: GameDay) -> list[Scenario]:
    """In order, with experiment, service and run at hand."""
    rows = Scenario.objects.filter(game_day=game_day).select_related("experiment", "service__team", "run")
    return list(rows.defer("run__journal").order_by("position", "pk"))


def checklist_of(*, game_day: GameDay) -> list[ChecklistItem]:
    """In order."""
    return list(game_day.checklist.order_by("position", "pk"))


def roles_of(*, game_day: GameDay) -> list[RoleHolder]:
    """Who has a role now, owner first, with the user at hand."""
    rows = game_day.role_holders.filter(until_at=None).select_related("user").order_by("since_at", "pk")
    return sorted(rows, key=lambda one: _ORDER[RoleKind(one.kind)])


def roles_history_of(*, game_day: GameDay) -> list[RoleHolder]:
    """Everybody who ever had one, in order of time."""
    return list(game_day.role_holders.select_related("user").order_by("since_at", "pk"))


def invitees_of(*, game_day: GameDay) -> list[Invitee]:
    """Who is asked, by name, with notices at hand (`invitee.notices.all()`)."""
    notices = Prefetch("notices", queryset=InviteeNotice.objects.order_by("created_at", "pk"))
    rows = game_day.invitees.filter(removed_at=None).select_related("user").prefetch_related(notices)
    return list(rows.order_by("name", "pk"))


def unanswered(*, game_day: GameDay) -> list[Invitee]:
    """Who was asked and has not answered, by name."""
    rows = game_day.invitees.filter(removed_at=None, answer=Answer.NONE, asked_sequence__isnull=False)
    return list(rows.select_related("user").order_by("name", "pk"))


def observations(*, game_day: GameDay) -> QuerySet[Observation]:
    """By time, those taken back, too, with edits and scenario at hand."""
    edits = Prefetch("edits", queryset=ObservationEdit.objects.order_by("revision"))
    rows: QuerySet[Observation] = game_day.observations.select_related("scenario").prefetch_related(edits)
    return rows.order_by("at", "number")


def observations_of(*, game_day: GameDay) -> list[Observation]:
    """All of them: there are at most GAME_DAY_OBSERVATIONS_MAX."""
    return list(observations(game_day=game_day))


def invitee_of(*, caller: Caller, game_day: GameDay) -> Invitee | None:
    """The caller's own invitation."""
    if caller.user_id is None:
        return None
    return game_day.invitees.filter(user_id=caller.user_id, removed_at=None).first()


def _count(rows: QuerySet[Scenario] | QuerySet[Invitee]) -> Coalesce:
    counted = rows.values("game_day").annotate(of=Count("pk")).values("of")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))
