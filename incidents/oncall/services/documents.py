"""A schedule as one document, as the API and files write it: brought about as a whole, again and again the same."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from incidents.oncall.declared import Applied
from incidents.oncall.domain.mistakes import Mistake
from incidents.oncall.models import Schedule
from incidents.oncall.selectors.schedules import named_users
from incidents.oncall.selectors.warnings import told_together, warnings_of
from incidents.oncall.services import definitions, schedules
from incidents.oncall.services.overrides import OverrideDraft, period_mistake
from incidents.oncall.services.schedules import ScheduleDraft, Stored
from reliability.access.domain.caller import Caller, Role
from reliability.access.models import Team
from reliability.access.selectors.teams import readable_teams, writable_teams
from reliability.access.services.authorize import require
from reliability.kit.periods import Period
from reliability.kit.times import TimeError, parse_moment
from reliability.kit.wall_clock import WallClock, wall_clock

_KNOWN = ("title", "team", "description", "notice_minutes", "time_zone", "layers", "overrides")
_OVERRIDE = ("start", "end", "user", "replaces", "reason", "is_declared")


def put(
    *,
    caller: Caller,
    slug: str,
    document: Mapping[str, Any],
    now: datetime,
    effective_from: datetime | None = None,
    expected_revision: int | None = None,
    reason: str = "",
) -> Stored:
    """Create or change the schedule *slug* to be as *document* says. What it leaves out stays (or is the default).

    Raises Invalid with the path of every mistake, Forbidden, NotFound, Conflict.
    """
    with transaction.atomic():
        stored: Schedule | None = Schedule.objects.readable_by(caller).select_related("team").filter(slug=slug).first()
        if stored is not None:
            require(caller=caller, team_id=stored.team_id, role=Role.EDITOR)
        draft = _draft(caller, slug, document, stored)
        declared = _declared(caller, draft, document, stored)
        if stored is None:
            return schedules.create(caller=caller, draft=draft, now=now, reason=reason, declared=declared or ())
        return schedules.update(
            caller=caller,
            schedule=stored,
            draft=draft,
            now=now,
            reason=reason,
            effective_from=effective_from,
            expected_revision=expected_revision,
            declared=declared,
        )


def apply(*, caller: Caller, name: str, spec: Mapping[str, Any], now: datetime) -> Applied:
    """A document of the kind Schedule."""
    stored = put(caller=caller, slug=name, document=spec, now=now, reason="applied from a file")
    found = warnings_of(schedules=[stored.schedule], now=now)[stored.schedule.pk]
    told = tuple(f"{one.text}, from {one.first:%Y-%m-%d %H:%M} UTC" for one in told_together(found))
    return Applied("Schedule", name, stored.change, stored.details, told)


def _draft(caller: Caller, slug: str, document: Mapping[str, Any], stored: Schedule | None) -> ScheduleDraft:
    mistakes = [
        Mistake(str(name), f"is not known here: known are {', '.join(_KNOWN)}")
        for name in document
        if name not in _KNOWN
    ]
    team_id = _team_id(caller, document.get("team"), stored, mistakes)
    texts = {}
    for name in ("title", "description"):
        value = document.get(name, getattr(stored, name, ""))
        if not isinstance(value, str):
            mistakes.append(Mistake(name, "must be text"))
        texts[name] = str(value)
    notice = document.get("notice_minutes", stored.notice_minutes if stored else 0)
    if isinstance(notice, bool) or not isinstance(notice, int):
        mistakes.append(Mistake("notice_minutes", "must be a whole number of minutes"))
        notice = 0
    if "layers" not in document:
        mistakes.append(Mistake("layers", "are required: an empty list has nobody on call"))
    definitions.refuse(mistakes)
    definition = {name: document[name] for name in ("time_zone", "layers") if name in document}
    return ScheduleDraft(slug=slug, team_id=team_id, definition=definition, notice_minutes=notice, **texts)


def _team_id(caller: Caller, slug: object, stored: Schedule | None, mistakes: list[Mistake]) -> int:
    if slug is None and stored is not None:
        return stored.team_id
    teams = writable_teams(caller=caller)
    if slug is None:
        own: list[Team] = list(teams.order_by("pk")[:2])
        if len(own) == 1:
            return own[0].pk
        definitions.refuse([*mistakes, Mistake("team", "is required: name the slug of a team in which you are editor")])
    found = readable_teams(caller=caller).filter(slug=str(slug)[:63]).first()
    if found is None:
        words = f"there is no team {str(slug)[:63]!r}, or it is not yours to see: name one in which you are editor"
        definitions.refuse([*mistakes, Mistake("team", words)])
        raise AssertionError  # pragma: no cover  refuse raised
    require(caller=caller, team_id=found.pk, role=Role.EDITOR)
    return found.pk


def _declared(
    caller: Caller, draft: ScheduleDraft, document: Mapping[str, Any], stored: Schedule | None
) -> list[OverrideDraft] | None:
    """The overrides of a document, None when it does not speak of them."""
    written = document.get("overrides")
    if written is None:
        return None
    if not isinstance(written, list):
        definitions.refuse([Mistake("overrides", "must be a list")])
    if len(written) > settings.ONCALL_OVERRIDES_MAX:
        most = f"has {len(written)} entries: at most {settings.ONCALL_OVERRIDES_MAX} are allowed"
        definitions.refuse([Mistake("overrides", most)])
    named = named_users(schedule=stored) if stored else set()
    entries = [entry for entry in written if isinstance(entry, Mapping)]
    wanted = [entry.get(name) for entry in entries for name in ("user", "replaces")]
    people = definitions.People(caller=caller, team_id=draft.team_id, named=named, wanted=wanted)
    mistakes: list[Mistake] = []
    clock = _clock(draft.definition.get("time_zone", "UTC"))
    by_hand = _by_hand(stored)
    read = []
    for index, entry in enumerate(written):
        path = f"overrides[{index}]"
        rule = _override(entry, path, people, clock, mistakes)
        if rule is None or entry.get("is_declared", True):
            read.append(rule)
        elif (rule.period, rule.user_id, rule.replaces_id) not in by_hand:
            words = "was made by hand and is not there (any more): leave it out, or declare it without is_declared"
            mistakes.append(Mistake(path, words))
    definitions.refuse(mistakes)
    return [entry for entry in read if entry is not None]


def _by_hand(stored: Schedule | None) -> set[tuple[Period, int, int | None]]:
    """The overrides in force that no document declares: read and sent back, they stay as they are."""
    rows = stored.overrides.filter(is_declared=False, revoked_at=None) if stored else ()
    return {(Period(row.start_at, row.end_at), row.user_id, row.replaces_id) for row in rows}


def _override(
    written: object, path: str, people: definitions.People, clock: WallClock, mistakes: list[Mistake]
) -> OverrideDraft | None:
    if not isinstance(written, Mapping):
        mistakes.append(Mistake(path, f"must have {', '.join(_OVERRIDE)}"))
        return None
    before = len(mistakes)
    for name in written:
        if name not in _OVERRIDE:
            mistakes.append(Mistake(f"{path}.{name}", f"is not known here: known are {', '.join(_OVERRIDE)}"))
    start = _moment(written.get("start"), f"{path}.start", clock, mistakes)
    end = _moment(written.get("end"), f"{path}.end", clock, mistakes)
    user_id = definitions.person_or_mistake(people, written.get("user"), f"{path}.user", mistakes)
    replaces = written.get("replaces")
    replaces_id = None
    if replaces is not None:
        replaces_id = definitions.person_or_mistake(people, replaces, f"{path}.replaces", mistakes)
        if replaces_id is not None and replaces_id == user_id:
            mistakes.append(Mistake(f"{path}.replaces", "nobody replaces themselves: name another person"))
    if start and end and end <= start:
        mistakes.append(Mistake(f"{path}.end", "must be later than start"))
    elif start and end and (mistake := period_mistake(Period(start, end))):
        mistakes.append(Mistake(f"{path}.end", mistake))
    if start is None or end is None or user_id is None or len(mistakes) > before:
        return None
    return OverrideDraft(Period(start, end), user_id, replaces_id, str(written.get("reason") or "")[:2000])


def _moment(value: object, path: str, clock: WallClock, mistakes: list[Mistake]) -> datetime | None:
    try:
        return datetime.fromtimestamp(parse_moment(value, clock=clock).instant, UTC)
    except TimeError as error:
        mistakes.append(Mistake(path, str(error)))
        return None


def _clock(zone_name: object) -> WallClock:
    """The clock of the schedule; of an unknown zone, which is refused with the definition, any."""
    try:
        return wall_clock(str(zone_name))
    except (LookupError, ValueError, OSError):
        return wall_clock("UTC")
