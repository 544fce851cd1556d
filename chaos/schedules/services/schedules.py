"""Schedules: created, changed, paused, resumed, deleted. Whoever sets one up last is its owner."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from chaos.experiments.models import Experiment
from chaos.schedules.domain.policies import Cause
from chaos.schedules.models import Schedule
from chaos.schedules.services import firing
from chaos.schedules.services.drafts import ScheduleDraft, check
from reliability.access.domain.caller import Caller, Role
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict, Invalid, NotFound

KIND = "experiment_schedule"
WHY_MAX = 300
_OWNED = ("team", "owner", "owner_token", "owner_name")


def create(*, caller: Caller, experiment: Experiment, draft: ScheduleDraft, now: datetime, why: str = "") -> Schedule:
    """A new schedule of the experiment, in the caller's name. Raises NotFound, Forbidden (editors), Invalid, Conflict.

    why: for the audit trail.
    """
    require(caller=caller, team_id=experiment.team_id, role=Role.EDITOR)
    _require_name(caller)
    checked = check(experiment=experiment, draft=draft, former_once_at=None, now=now)
    with transaction.atomic():
        _require_room(experiment.team_id)
        schedule = Schedule(experiment=experiment, created_at=now, updated_at=now, **checked.columns)
        _take_over(schedule, caller)
        schedule.save(force_insert=True)
        firing.begin(schedule=schedule, now=now)
        changes = {name: [None, value] for name, value in _audited(schedule).items() if value not in ("", None, [])}
        _record(caller, "create", schedule, now, changes, why)
    return schedule


def edit(
    *,
    caller: Caller,
    schedule: Schedule,
    draft: ScheduleDraft,
    now: datetime,
    expected_revision: int | None = None,
    why: str = "",
) -> Schedule:
    """Bring it to *draft*, in the caller's name, also when nothing else changes. What was due before is not fired.

    Raises as create, and Conflict when *expected_revision* is no longer the stored one.
    """
    with transaction.atomic():
        stored = _locked(schedule)
        for team_id in sorted({stored.team_id, stored.experiment.team_id}):
            require(caller=caller, team_id=team_id, role=Role.EDITOR)
        _require_name(caller)
        if expected_revision is not None and stored.revision != expected_revision:
            message = "somebody changed this schedule since you opened it: look at it and change it again"
            raise Conflict(message, reason="changed_meanwhile")
        checked = check(experiment=stored.experiment, draft=draft, former_once_at=stored.once_at, now=now)
        before, was_of = _audited(stored), (stored.owner_id, stored.owner_token_id)
        is_as_before = (stored.timing, stored.mode) == (checked.timing, checked.columns["mode"])
        for name, value in checked.columns.items():
            setattr(stored, name, value)
        _take_over(stored, caller)
        changes = audit.changes_between(old=before, new=_audited(stored))
        if not changes and was_of == (stored.owner_id, stored.owner_token_id):
            return stored
        stored.revision += 1
        stored.updated_at = now
        stored.save(update_fields=(*checked.columns, *_OWNED, "revision", "updated_at"))
        if not is_as_before:
            firing.let_go(schedule=stored, cause=Cause.CHANGED, reason="the schedule was changed", now=now)
            if not stored.is_paused:
                firing.begin(schedule=stored, now=now)
        _record(caller, "update", stored, now, changes, why)
    return stored


def pause(*, caller: Caller, schedule: Schedule, reason: str, now: datetime) -> Schedule:
    """Nothing fires until it is resumed; what waited is left out. Raises NotFound, Forbidden (responders), Invalid."""
    with transaction.atomic():
        stored = _locked(schedule)
        require(caller=caller, team_id=stored.team_id, role=Role.RESPONDER)
        if stored.is_paused:
            return stored
        words = _reason(reason)
        stored.is_paused, stored.paused_at = True, now
        stored.paused_by_name, stored.pause_reason = caller.name[:160], words
        _save_pause(stored, now)
        firing.let_go(schedule=stored, cause=Cause.PAUSED, reason=f"paused by {caller.name}: {words}", now=now)
        _record(caller, "pause", stored, now, {"is_paused": [False, True]}, words)
    return stored


def resume(*, caller: Caller, schedule: Schedule, now: datetime, why: str = "") -> Schedule:
    """It fires again from now on; what was due while it was paused is not made up for. Raises NotFound, Forbidden."""
    with transaction.atomic():
        stored = _locked(schedule)
        require(caller=caller, team_id=stored.team_id, role=Role.EDITOR)
        if not stored.is_paused:
            return stored
        stored.is_paused, stored.paused_at, stored.paused_by_name, stored.pause_reason = False, None, "", ""
        _save_pause(stored, now)
        firing.begin(schedule=stored, now=now)
        _record(caller, "resume", stored, now, {"is_paused": [True, False]}, why)
    return stored


def delete(*, caller: Caller, schedule: Schedule, now: datetime, why: str = "") -> None:
    """With its history; its runs stay, and one that waits is not stopped. Raises NotFound, Forbidden."""
    with transaction.atomic():
        stored = _locked(schedule)
        require(caller=caller, team_id=stored.team_id, role=Role.EDITOR)
        changes = {name: [value, None] for name, value in _audited(stored).items() if value not in ("", None, [])}
        _record(caller, "delete", stored, now, changes, why)
        firing.forget(schedule=stored)
        stored.delete()


def _take_over(schedule: Schedule, caller: Caller) -> None:
    schedule.team = schedule.experiment.team
    schedule.owner_id, schedule.owner_token_id = caller.user_id, None if caller.user_id else caller.token_id
    schedule.owner_name = caller.name[:160]


def _require_name(caller: Caller) -> None:
    """Runs are asked for by somebody whose rights can be looked up again."""
    if caller.user_id is None and caller.token_id is None:
        raise Invalid("a schedule runs in the name of a person or a token: set it up as one of them", reason="no_name")


def _require_room(team_id: int) -> None:
    most = settings.SCHEDULES_PER_TEAM_MAX
    if Schedule.objects.filter(team_id=team_id).count() >= most:
        raise Conflict(f"the team has {most:,} schedules: delete some first", reason="too_many")


def _reason(text: str) -> str:
    words = text.strip()
    if not 1 <= len(words) <= WHY_MAX:
        raise Invalid(details=[{"field": "reason", "message": f"say why, in 1 to {WHY_MAX} characters"}])
    return words


def _save_pause(schedule: Schedule, now: datetime) -> None:
    schedule.revision += 1
    schedule.updated_at = now
    names = ("is_paused", "paused_at", "paused_by_name", "pause_reason", "revision", "updated_at")
    schedule.save(update_fields=names)


def _locked(schedule: Schedule) -> Schedule:
    rows = Schedule.objects.select_for_update(of=("self",)).select_related("team", "experiment__team")
    stored: Schedule | None = rows.filter(pk=schedule.pk).first()
    if stored is None:
        raise NotFound("the schedule has been deleted meanwhile")
    return stored


def _audited(schedule: Schedule) -> dict[str, Any]:
    names = ("mode", "cron", "time_zone", "windows", "outside", "misfire", "grace_minutes", "reason", "owner_name")
    instants = {name: getattr(schedule, name) for name in ("once_at", "first_day", "last_day")}
    return {
        "team": schedule.team.slug,
        **{name: getattr(schedule, name) for name in names},
        **{name: None if value is None else value.isoformat() for name, value in instants.items()},
    }


def _record(caller: Caller, verb: str, schedule: Schedule, now: datetime, changes: audit.Changes, why: str) -> None:
    audit.record(
        caller=caller,
        action=f"{KIND}.{verb}",
        object_kind=KIND,
        object_name=f"{schedule.experiment.slug} #{schedule.pk}",
        team_id=schedule.team_id,
        changes=changes,
        reason=why,
        now=now,
    )
