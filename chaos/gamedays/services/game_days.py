"""Game days: made and edited while they are planned."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from chaos.gamedays.domain import bounds
from chaos.gamedays.domain.states import INVITING, OVER, PLANNING, RoleKind, State
from chaos.gamedays.models import GameDay, RoleHolder
from chaos.gamedays.services.checked import check_texts, is_zone
from chaos.gamedays.services.holding import check_revision, check_state, held, save, tell
from chaos.gamedays.services.telling import ask_anew, tell_change
from reliability.access.domain.caller import Caller, Role
from reliability.access.services.audit import changes_between
from reliability.access.services.authorize import require
from reliability.kit.instants import InstantError, format_instant, require_bounded
from reliability.web.errors import Conflict, Invalid

_MOST = {"title": bounds.TITLE_MAX, "place": bounds.PLACE_MAX, "notes": bounds.LONG_TEXT_MAX}
_NEEDED = {"title": "give it a title, such as “Payments without their cache”"}
# What invitees have in their calendars: a change of the time asks them anew, of the others they are told.
_TIME = ("starts_at", "length_minutes")
_TOLD = ("title", "place", "zone")


@dataclass(frozen=True, slots=True)
class GameDayDraft:
    """What a plan says. starts_at: aware, UTC; None only in a draft. place: the address of a call, or a room."""

    team_id: int
    title: str
    goal: str = ""
    hypothesis: str = ""
    notes: str = ""
    starts_at: datetime | None = None
    length_minutes: int = 120
    zone: str = "UTC"
    place: str = ""

    def values(self) -> dict[str, Any]:
        """The columns, texts without space around them."""
        found = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "team_id"}
        return {name: value.strip() if isinstance(value, str) else value for name, value in found.items()}


def create(*, caller: Caller, draft: GameDayDraft, now: datetime) -> GameDay:
    """A new draft, with its maker as owner. Editors of the team. Raises Forbidden, NotFound, Invalid by field."""
    require(caller=caller, team_id=draft.team_id, role=Role.EDITOR)
    values = _checked(draft, state=State.DRAFT)
    name = caller.name[:160]
    with transaction.atomic():
        open_days = GameDay.objects.filter(team_id=draft.team_id).exclude(state__in=OVER).order_by()
        if open_days.count() >= settings.GAME_DAYS_OPEN_MAX:
            raise Conflict(
                f"the team has {settings.GAME_DAYS_OPEN_MAX} game days that are not over: close some", reason="too_many"
            )
        row = GameDay.objects.create(
            team_id=draft.team_id,
            uid=f"game-day-{uuid.uuid4().hex}@{urlsplit(settings.PUBLIC_URL).hostname or 'localhost'}",
            created_at=now,
            created_by_name=name,
            updated_at=now,
            updated_by_name=name,
            **values,
        )
        if caller.user_id is not None:
            RoleHolder.objects.create(
                game_day=row,
                kind=RoleKind.OWNER.value,
                user_id=caller.user_id,
                name=name,
                since_at=now,
                given_by_name=name,
            )
        changes = {key: [None, value] for key, value in _audited(row).items() if value not in ("", None)}
        tell(caller=caller, row=row, action="create", changes=changes, now=now)
    return row


def edit(
    *, caller: Caller, number: int, draft: GameDayDraft, expected_revision: int | None = None, now: datetime
) -> GameDay:
    """Bring the texts and the time to *draft*; the team stays. Before it began; while it is live only the notes.

    Another time of a planned one asks the invitees anew, and takes a go back; of another title or place they are told.
    Raises NotFound, Forbidden, Invalid, Conflict (another revision, or over).
    """
    with transaction.atomic():
        row = held(caller=caller, number=number, role=Role.EDITOR)
        check_state(row=row, allowed=PLANNING | {State.LIVE, State.WRAPPING_UP}, what="be edited")
        check_revision(stored=row.revision, expected=expected_revision)
        values = _checked(draft, state=State(row.state))
        if not row.is_planning:
            values = {"notes": values["notes"]}
        before, was_at = _audited(row), row.starts_at
        is_moved, is_told = (any(_differs(row, values, name) for name in names) for names in (_TIME, _TOLD))
        for name, value in values.items():
            setattr(row, name, value)
        changes = changes_between(old=before, new=_audited(row))
        if not changes:
            return row
        is_invited = State(row.state) in INVITING
        if is_invited and is_moved:
            check_coming(starts_at=row.starts_at, now=now)
            row.state = State.PLANNED.value
        row.sequence += is_invited and (is_moved or is_told)
        save(caller=caller, row=row, now=now, fields=[*values, "state", "sequence"])
        if is_invited and is_moved:
            ask_anew(row=row, was_at=was_at, now=now)
        elif is_invited and is_told:
            tell_change(row=row, now=now)
        tell(caller=caller, row=row, action="update", changes=changes, now=now)
    return row


def check_coming(*, starts_at: datetime | None, now: datetime) -> None:
    """Raises Invalid for a start that nobody could be invited to."""
    if starts_at is None:
        raise Invalid(details=[{"field": "starts_at", "message": "say when it starts"}])
    if starts_at <= now:
        raise Invalid(details=[{"field": "starts_at", "message": "must be in the future: it has passed"}])


def draft_of(*, game_day: GameDay) -> GameDayDraft:
    """The stored plan as a draft to change."""
    return GameDayDraft(**{one.name: getattr(game_day, one.name) for one in fields(GameDayDraft)})


def _checked(draft: GameDayDraft, *, state: State) -> dict[str, Any]:
    values = draft.values()
    others: list[dict[str, Any]] = []
    least, most = bounds.LENGTH_MINUTES
    if not least <= draft.length_minutes <= most:
        others.append({"field": "length_minutes", "message": f"must be between {least} and {most} minutes"})
    if not is_zone(draft.zone):
        others.append({"field": "zone", "message": "is no time zone: write one such as Europe/Berlin"})
    if draft.starts_at is None and state is not State.DRAFT:
        others.append({"field": "starts_at", "message": "say when it starts: it is planned"})
    if draft.starts_at is not None:
        try:
            values["starts_at"] = require_bounded(draft.starts_at)
        except InstantError as error:
            others.append({"field": "starts_at", "message": str(error)})
    texts = {name: value for name, value in values.items() if isinstance(value, str)}
    check_texts(texts=texts, most=_MOST, needed=_NEEDED, others=others)
    return values


def _audited(row: GameDay) -> dict[str, Any]:
    """Texts as they are: what people wrote is what the trail is asked about."""
    names = [one.name for one in fields(GameDayDraft) if one.name not in ("team_id", "starts_at")]
    found = {name: getattr(row, name) for name in names}
    return {**found, "starts_at": format_instant(row.starts_at) if row.starts_at else None}


def _differs(row: GameDay, values: dict[str, Any], name: str) -> bool:
    return name in values and getattr(row, name) != values[name]
