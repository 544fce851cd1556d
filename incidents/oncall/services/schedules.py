"""Creating, changing and deleting schedules; applying a document of one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from incidents.oncall.domain.names import TITLE_LENGTH_MAX, slug_mistake
from incidents.oncall.domain.notation import parse_definition, to_json
from incidents.oncall.domain.rota import Definition
from incidents.oncall.models import Schedule
from incidents.oncall.selectors.schedules import named_users, newest_version
from incidents.oncall.services import definitions, overrides, versions
from incidents.oncall.services.audited import differences
from incidents.oncall.services.due import forget_shifts, look_at_shifts
from incidents.oncall.services.overrides import OverrideDraft
from reliability.access.domain.caller import Caller, Role
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict, Invalid, NotFound

KIND = "schedule"
NOTICE_MINUTES_MAX = 14 * 24 * 60
_OWN_FIELDS = ("team_id", "slug", "title", "description", "notice_minutes")


@dataclass(frozen=True, slots=True)
class ScheduleDraft:
    """A schedule as a person or file writes it.

    definition: the notation of incidents.oncall.domain.notation, with people as email addresses or ids.
    """

    slug: str
    team_id: int
    definition: dict[str, Any] = field(default_factory=dict)
    title: str = ""
    description: str = ""
    notice_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Stored:
    """change: added, changed or unchanged; details: a line for each difference."""

    schedule: Schedule
    change: str
    details: tuple[str, ...] = ()


def create(
    *,
    caller: Caller,
    draft: ScheduleDraft,
    now: datetime,
    reason: str = "",
    declared: Sequence[OverrideDraft] = (),
) -> Stored:
    """Create a schedule. Raises Invalid with paths, Conflict when the slug is taken, Forbidden, NotFound."""
    require(caller=caller, team_id=draft.team_id, role=Role.EDITOR)
    definition = _checked(caller, draft, named=())
    schedule = Schedule(**_own(draft), created_at=now, updated_by_name=caller.name[:160])
    with transaction.atomic():
        try:
            with transaction.atomic():
                schedule.save(force_insert=True)
        except IntegrityError as error:
            raise _taken(draft.slug) from error
        versions.begin(schedule=schedule, definition=definition, caller=caller, reason=reason)
        changes = {name: [None, value] for name, value in _audited(schedule).items()}
        changes |= differences(old=None, new=to_json(definition))
        _record(caller, "schedule.create", schedule, now, reason, changes)
        words = overrides.declare(caller=caller, schedule=schedule, drafts=declared, now=now)
        look_at_shifts(schedule_id=schedule.pk, now=now)
    layers = len(definition.layers)
    return Stored(schedule, "added", (f"+ {layers} {'layer' if layers == 1 else 'layers'}", *words))


def update(
    *,
    caller: Caller,
    schedule: Schedule,
    draft: ScheduleDraft,
    now: datetime,
    reason: str = "",
    effective_from: datetime | None = None,
    expected_revision: int | None = None,
    declared: Sequence[OverrideDraft] | None = None,
) -> Stored:
    """Bring a schedule to *draft*. Another definition is a new version from *effective_from* on, default now.

    declared: the overrides that a document names; None leaves them. Raises as create, and Conflict when
    *expected_revision* is no longer the stored one.
    """
    with transaction.atomic():
        stored = _locked(schedule)
        for team_id in sorted({stored.team_id, draft.team_id}):
            require(caller=caller, team_id=team_id, role=Role.EDITOR)
        _check_revision(stored, expected_revision)
        definition = _checked(caller, draft, named=named_users(schedule=stored))
        before = _audited(stored)
        for name, value in _own(draft).items():
            setattr(stored, name, value)
        changes = audit.changes_between(old=before, new=_audited(stored))
        changes |= versions.put(
            schedule=stored,
            definition=definition,
            effective_from=effective_from,
            caller=caller,
            reason=reason,
            now=now,
        )
        words = [f"~ {name}" for name in changes]
        if changes:
            _save(stored, caller)
            _record(caller, "schedule.update", stored, now, reason, changes)
        if declared is not None:
            words += overrides.declare(caller=caller, schedule=stored, drafts=declared, now=now)
        if words:
            look_at_shifts(schedule_id=stored.pk, now=now)
    return Stored(stored, "changed" if words else "unchanged", tuple(words))


def delete(*, caller: Caller, schedule: Schedule, now: datetime, reason: str = "") -> None:
    """Delete a schedule with its history. Raises Conflict naming what still pages by it, Forbidden, NotFound."""
    require(caller=caller, team_id=schedule.team_id, role=Role.EDITOR)
    try:
        with transaction.atomic():
            stored = _locked(schedule)
            changes = {name: [value, None] for name, value in _audited(stored).items()}
            changes |= differences(old=definition_of(schedule=stored), new=None)
            _record(caller, "schedule.delete", stored, now, reason, changes)
            forget_shifts(schedule_id=stored.pk)
            stored.delete()
    except ProtectedError as error:
        words = _uses(caller, {_owner(entry) for entry in error.protected_objects})
        message = f"{schedule} is paged by {words}: take it out of there first"
        raise Conflict(message, reason="in_use") from error


def definition_of(*, schedule: Schedule) -> dict[str, Any]:
    """The newest definition as it is stored, with ids."""
    newest = newest_version(schedule=schedule)
    return dict(newest.definition) if newest else {"time_zone": "UTC", "layers": []}


def draft_of(*, schedule: Schedule) -> ScheduleDraft:
    """The schedule as a draft to change."""
    return ScheduleDraft(
        **{name: getattr(schedule, name) for name in _OWN_FIELDS}, definition=definition_of(schedule=schedule)
    )


def parsed(*, schedule: Schedule) -> Definition:
    return parse_definition(definition_of(schedule=schedule))


def _owner(entry: object) -> Any:
    """A target of a step stands for its policy: that is what people know."""
    step = getattr(entry, "step", None)
    return getattr(step, "policy", entry)


def _uses(caller: Caller, owners: Collection[Any]) -> str:
    """Names of those that the caller may read; of private ones of other teams only that there are some."""
    shown = sorted(str(owner) for owner in owners if caller.may_read(getattr(owner, "team_id", 0)))
    hidden = len(owners) - len(shown)
    words = shown[:5]
    if len(shown) > 5:
        words.append(f"{len(shown) - 5} more")
    if hidden:
        words.append("something of a team that you cannot see")
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _checked(caller: Caller, draft: ScheduleDraft, named: Any) -> Definition:
    mistakes = []
    if slug := slug_mistake(draft.slug):
        mistakes.append({"field": "slug", "message": slug})
    if len(draft.title.strip()) > TITLE_LENGTH_MAX:
        mistakes.append({"field": "title", "message": f"has at most {TITLE_LENGTH_MAX} characters"})
    if not 0 <= draft.notice_minutes <= NOTICE_MINUTES_MAX:
        mistakes.append({"field": "notice_minutes", "message": f"is a number from 0 to {NOTICE_MINUTES_MAX}"})
    if mistakes:
        raise Invalid(details=mistakes)
    return definitions.checked(caller=caller, team_id=draft.team_id, written=draft.definition, named=named)


def _locked(schedule: Schedule) -> Schedule:
    stored: Schedule | None = Schedule.objects.select_for_update(of=("self",)).filter(pk=schedule.pk).first()
    if stored is None:
        raise NotFound(f"the schedule {schedule.slug!r} has been deleted meanwhile")
    return stored


def _own(draft: ScheduleDraft) -> dict[str, Any]:
    titled = replace(draft, title=draft.title.strip() or draft.slug.replace("-", " ").capitalize())
    return {name: getattr(titled, name) for name in _OWN_FIELDS}


def _save(stored: Schedule, caller: Caller) -> None:
    stored.revision += 1
    stored.updated_by_name = caller.name[:160]
    try:
        with transaction.atomic():
            stored.save(update_fields=(*_OWN_FIELDS, "revision", "updated_by_name", "updated_at"))
    except IntegrityError as error:
        raise _taken(stored.slug) from error


def _taken(slug: str) -> Conflict:
    message = f"there is a schedule {slug!r} already (it may be private to another team): choose another name"
    return Conflict(message, reason="exists", details=[{"field": "slug", "message": message}])


def _check_revision(stored: Schedule, expected: int | None) -> None:
    if expected is None or stored.revision == expected:
        return
    message = (
        f"{stored.updated_by_name or 'somebody'} changed this schedule at "
        f"{stored.updated_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, after you opened it: your change is not saved; "
        "compare both and save again"
    )
    detail = {"field": "revision", "message": message, "expected": expected, "stored": stored.revision}
    raise Conflict(message, reason="changed_meanwhile", details=[detail])


def _audited(schedule: Schedule) -> dict[str, Any]:
    return {
        "team": schedule.team.slug,
        **{name: getattr(schedule, name) for name in _OWN_FIELDS if name != "team_id"},
    }


def _record(
    caller: Caller, action: str, schedule: Schedule, now: datetime, reason: str, changes: dict[str, list[Any]]
) -> None:
    audit.record(
        caller=caller,
        action=action,
        object_kind=KIND,
        object_name=schedule.slug,
        team_id=schedule.team_id,
        now=now,
        changes=changes,
        reason=reason,
    )
