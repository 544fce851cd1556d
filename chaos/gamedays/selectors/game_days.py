"""Game days as lists and single ones, as far as a caller may see them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from chaos.gamedays.domain.states import State
from chaos.gamedays.models import (
    ChecklistItem,
    GameDay,
    Invitee,
    Observation,
    RoleHolder,
    Scenario,
)
from reliability.access.domain.caller import Caller
from reliability.kit.periods import Period


@dataclass(frozen=True, slots=True)
class GameDayFilters:
    """What to list; empty fields do not filter."""

    team_slug: str = ""
    states: tuple[State, ...] = ()
    starts: Period | None = None
    text: str = ""


def list_game_days(*, caller: Caller, filters: GameDayFilters | None = None) -> QuerySet[GameDay]:
    """Readable ones, the newest first (drafts without a time before them), with team and `scenarios_count`,
    `coming_count` (accepted), `unanswered_count`."""
    raise NotImplementedError


def game_day(*, caller: Caller, number: int) -> GameDay:
    """One readable game day with its team. Raises NotFound, for those of private teams of others, too."""
    raise NotImplementedError


def scenarios_of(*, game_day: GameDay) -> list[Scenario]:
    """In order, with experiment, service and run at hand."""
    raise NotImplementedError


def checklist_of(*, game_day: GameDay) -> list[ChecklistItem]:
    """In order."""
    raise NotImplementedError


def roles_of(*, game_day: GameDay) -> list[RoleHolder]:
    """Who has a role now, owner first, with the user at hand."""
    raise NotImplementedError


def roles_history_of(*, game_day: GameDay) -> list[RoleHolder]:
    """Everybody who ever had one, in order of time."""
    raise NotImplementedError


def invitees_of(*, game_day: GameDay) -> list[Invitee]:
    """Who is asked, by name, with notices at hand (`invitee.notices.all()`)."""
    raise NotImplementedError


def observations_of(*, game_day: GameDay) -> list[Observation]:
    """By time, those taken back, too, with edits and scenario at hand."""
    raise NotImplementedError


def invitee_of(*, caller: Caller, game_day: GameDay) -> Invitee | None:
    """The caller's own invitation."""
    raise NotImplementedError
