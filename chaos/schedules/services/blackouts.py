"""Blackouts of our own: made, changed, deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from chaos.schedules.models import Blackout
from chaos.schedules.services.owning import Detail, require_owner, require_room, services_named, zone_mistake
from reliability.access.domain.caller import Caller
from reliability.access.services import audit
from reliability.kit.instants import EARLIEST, END
from reliability.kit.repeats import Repeat
from reliability.kit.wall_clock import DAY_SECONDS, WallClock, wall_clock
from reliability.web.errors import Conflict, Invalid, NotFound

TITLE_LENGTH_MAX = 120
NOTE_LENGTH_MAX = 2_000
_LATEST = END - timedelta(days=800)  # room for a repeat beyond it
_OWN = (
    "title", "note", "time_zone", "is_whole_days", "start_at", "end_at", "repeats", "repeats_until_at"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BlackoutDraft:
    """team_id None: the whole installation. is_whole_days: start and end are widened to midnights of the zone.

    repeats_until: no time begins from then on. service_ids: none is all of the team (or of everybody).
    """

    team_id: int | None
    title: str
    start: datetime
    end: datetime
    time_zone: str
    is_whole_days: bool = False
    repeats: str = Repeat.NEVER.value
    repeats_until: datetime | None = None
    note: str = ""
    service_ids: Sequence[int] = ()


def create(*, caller: Caller, draft: BlackoutDraft, now: datetime, reason: str = "") -> Blackout:
    """Raises Forbidden, NotFound, Invalid with every mistake, Conflict for too many."""
    require_owner(caller=caller, team_id=draft.team_id)
    require_room(model=Blackout, team_id=draft.team_id, most=settings.BLACKOUTS_PER_TEAM_MAX, noun="blackouts")
    fields = _checked(draft)
    services = services_named(caller=caller, team_id=draft.team_id, ids=draft.service_ids)
    with transaction.atomic():
        made = Blackout.objects.create(
            team_id=draft.team_id, created_at=now, updated_at=now, updated_by_name=caller.name[:160], **fields
        )
        made.services.set(services)
        _record(caller, "blackout.create", made, now, reason, {n: [None, v] for n, v in _audited(made).items() if v})
    return made


def edit(
    *,
    caller: Caller,
    blackout: Blackout,
    draft: BlackoutDraft,
    now: datetime,
    expected_revision: int | None = None,
    reason: str = "",
) -> Blackout:
    """Bring it to *draft*; whose it is stays. Raises as create, and Conflict when somebody changed it since."""
    require_owner(caller=caller, team_id=blackout.team_id)
    if draft.team_id != blackout.team_id:
        raise Invalid(details=[{"field": "team", "message": "stays as it is: make another blackout"}])
    fields = _checked(draft)
    services = services_named(caller=caller, team_id=blackout.team_id, ids=draft.service_ids)
    with transaction.atomic():
        stored = _locked(blackout)
        if expected_revision is not None and expected_revision != stored.revision:
            message = (
                f"{stored.updated_by_name or 'somebody'} changed this blackout after you opened it: "
                "your change is not saved; look at both and save again"
            )
            raise Conflict(message, reason="changed_meanwhile", details=[{"field": "revision", "message": message}])
        before = _audited(stored)
        for name, value in fields.items():
            setattr(stored, name, value)
        stored.services.set(services)
        changes = audit.changes_between(old=before, new=_audited(stored))
        if changes:
            stored.revision += 1
            stored.updated_at, stored.updated_by_name = now, caller.name[:160]
            stored.save(update_fields=(*_OWN, "revision", "updated_at", "updated_by_name"))
            _record(caller, "blackout.update", stored, now, reason, changes)
    return stored


def delete(*, caller: Caller, blackout: Blackout, now: datetime, reason: str = "") -> None:
    """From here on runs may begin. Raises Forbidden, NotFound."""
    require_owner(caller=caller, team_id=blackout.team_id)
    with transaction.atomic():
        stored = _locked(blackout)
        _record(
            caller, "blackout.delete", stored, now, reason, {n: [v, None] for n, v in _audited(stored).items() if v}
        )
        stored.delete()


def draft_of(*, blackout: Blackout) -> BlackoutDraft:
    """The blackout as a draft to change."""
    return BlackoutDraft(
        team_id=blackout.team_id,
        title=blackout.title,
        start=blackout.start_at,
        end=blackout.end_at,
        time_zone=blackout.time_zone,
        is_whole_days=blackout.is_whole_days,
        repeats=blackout.repeats,
        repeats_until=blackout.repeats_until_at,
        note=blackout.note,
        service_ids=[service.pk for service in blackout.services.all()],
    )


def _checked(draft: BlackoutDraft) -> dict[str, Any]:
    details = _mistakes(draft)
    if details:
        raise Invalid(details=details)
    start, end = draft.start, draft.end
    if draft.is_whole_days:
        clock = wall_clock(draft.time_zone)
        start, end = _midnight(clock, start, is_end=False), _midnight(clock, end, is_end=True)
    repeat = Repeat(draft.repeats)
    if end - start > repeat.longest:
        days = repeat.longest.days
        words = f"what repeats {repeat.words} lasts at most {days} {'day' if days == 1 else 'days'}"
        raise Invalid(details=[{"field": "end", "message": words if repeat is not Repeat.NEVER else _TOO_LONG}])
    return {
        "title": " ".join(draft.title.split()),
        "note": draft.note.strip(),
        "time_zone": draft.time_zone,
        "is_whole_days": draft.is_whole_days,
        "start_at": start,
        "end_at": end,
        "repeats": repeat.value,
        "repeats_until_at": draft.repeats_until if repeat is not Repeat.NEVER else None,
    }


_TOO_LONG = "a blackout lasts at most 366 days: end it earlier"


def _mistakes(draft: BlackoutDraft) -> list[Detail]:
    found: list[tuple[str, str]] = []
    title = draft.title.strip()
    if not title:
        found.append(("title", "say what is going on, such as Release freeze"))
    elif len(title) > TITLE_LENGTH_MAX:
        found.append(("title", f"has at most {TITLE_LENGTH_MAX} characters"))
    if len(draft.note) > NOTE_LENGTH_MAX:
        found.append(("note", f"has at most {NOTE_LENGTH_MAX:,} characters"))
    if mistake := zone_mistake(draft.time_zone):
        found.append(("time_zone", mistake))
    if draft.repeats not in {one.value for one in Repeat}:
        found.append(("repeats", f"must be one of {', '.join(Repeat)}"))
    for name, value in (("start", draft.start), ("end", draft.end), ("repeats_until", draft.repeats_until)):
        if value is not None and not EARLIEST + timedelta(days=400) <= value < _LATEST:
            found.append((name, "is outside the years 1972 to 2997"))
    if draft.end < draft.start or (draft.end == draft.start and not draft.is_whole_days):
        found.append(("end", "must be later than the start"))
    if draft.repeats_until is not None and draft.repeats_until <= draft.start:
        found.append(("repeats_until", "must be later than the start"))
    return [{"field": name, "message": message} for name, message in found]


def _midnight(clock: WallClock, instant: datetime, *, is_end: bool) -> datetime:
    """The midnight at or before a start; at or after an end, so that its day belongs to it."""
    wall = clock.wall(int(instant.timestamp()))
    day = -(-wall // DAY_SECONDS) if is_end else wall // DAY_SECONDS
    return datetime.fromtimestamp(clock.instant(day * DAY_SECONDS), UTC)


def _locked(blackout: Blackout) -> Blackout:
    stored: Blackout | None = Blackout.objects.select_for_update(of=("self",)).filter(pk=blackout.pk).first()
    if stored is None:
        raise NotFound("this blackout has been deleted meanwhile")
    return stored


def _audited(blackout: Blackout) -> dict[str, Any]:
    names = list(blackout.services.order_by("name").values_list("name", flat=True))
    plain = {name: getattr(blackout, name) for name in _OWN}
    return {
        **{name: value.isoformat() if isinstance(value, datetime) else value for name, value in plain.items()},
        "services": names,
    }


def _record(
    caller: Caller, action: str, blackout: Blackout, now: datetime, reason: str, changes: dict[str, list[Any]]
) -> None:
    audit.record(
        caller=caller,
        action=action,
        object_kind="blackout",
        object_name=blackout.title,
        team_id=blackout.team_id,
        now=now,
        changes=changes,
        reason=reason,
    )
