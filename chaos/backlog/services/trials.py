"""Trials: how often a disaster recovery experiment is repeated, who is reminded, when it is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from chaos.backlog.domain.trials import EVERY_MAX, REMIND_DAYS_MAX, Unit, due_at, next_reminder_after, reminder_at
from chaos.backlog.models import Trial
from chaos.backlog.selectors.trials import last_success_of
from chaos.backlog.services.due_kinds import REMIND
from chaos.backlog.services.revisions import check_revision
from chaos.experiments.domain.kinds import Kind
from chaos.experiments.models import Experiment
from reliability.access.domain.caller import Caller, Role
from reliability.access.models import User
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.channels.models import Channel
from reliability.outbox.services import due
from reliability.web.errors import Conflict, Invalid, NotFound

KIND = "trial"
PLACES_MAX = 20
FIELDS = ("every_count", "every_unit", "first_due_at", "remind_days", "is_enabled")


def create(
    *,
    caller: Caller,
    experiment: Experiment,
    values: Mapping[str, Any],
    channels: Sequence[str] = (),
    people: Sequence[str] = (),
    now: datetime,
    reason: str = "",
) -> Trial:
    """Repeat *experiment*. values: of FIELDS, the others by default. channels: names of the team's; people: mail
    addresses of its members. Raises NotFound, Forbidden (editors), Invalid, Conflict when it has one already."""
    require(caller=caller, team_id=experiment.team_id, role=Role.EDITOR)
    if experiment.kind != Kind.DR_TRIAL:
        raise Invalid(details=[{"field": "experiment", "message": "is no disaster recovery trial: change its kind"}])
    if Trial.objects.filter(team_id=experiment.team_id).count() >= settings.TRIALS_PER_TEAM_MAX:
        raise Conflict(f"the team has {settings.TRIALS_PER_TEAM_MAX:,} trials: remove some first", reason="too_many")
    trial = Trial(
        team_id=experiment.team_id,
        experiment=experiment,
        **{"first_due_at": now, **values},
        due_at=now,
        created_at=now,
        updated_at=now,
        updated_by_name=caller.name[:160],
    )
    _check(trial)
    places = _places(trial, channels, people)
    _reckon(trial)
    try:
        with transaction.atomic():
            trial.save(force_insert=True)
            _set_places(trial, places)
            _tell(
                caller,
                "trial.create",
                trial,
                now,
                {name: [None, value] for name, value in _audited(trial).items()},
                reason,
            )
            _remind(trial, now)
    except IntegrityError as error:
        raise Conflict("this experiment is repeated already: change its trial", reason="exists") from error
    return trial


def edit(
    *,
    caller: Caller,
    trial: Trial,
    values: Mapping[str, Any],
    channels: Sequence[str] | None = None,
    people: Sequence[str] | None = None,
    now: datetime,
    expected_revision: int | None = None,
    reason: str = "",
) -> Trial:
    """What is not named stays. Raises as create, and Conflict when *expected_revision* is not the stored one."""
    with transaction.atomic():
        row = _locked(caller, trial)
        check_revision(stored=row, expected=expected_revision)
        before = _audited(row)
        for name, value in values.items():
            setattr(row, name, value)
        _check(row)
        given = (
            [one.name for one in row.channels.all()] if channels is None else channels,
            [one.email for one in row.people.all()] if people is None else people,
        )
        _set_places(row, _places(row, *given, kept=row))
        _reckon(row)
        changes = audit.changes_between(old=before, new=_audited(row))
        if changes:
            row.revision += 1
            row.updated_at, row.updated_by_name = now, caller.name[:160]
            names = ("due_at", "succeeded_at", "revision", "updated_at", "updated_by_name")
            row.save(update_fields=(*FIELDS, *names))
            _tell(caller, "trial.update", row, now, changes, reason)
            _remind(row, now)
    return row


def remove(*, caller: Caller, trial: Trial, now: datetime, reason: str = "") -> None:
    """Repeat it no more; the experiment and its runs stay. Raises NotFound, Forbidden."""
    with transaction.atomic():
        row = _locked(caller, trial)
        _tell(caller, "trial.delete", row, now, {name: [value, None] for name, value in _audited(row).items()}, reason)
        due.cancel(kind=REMIND, key=row.pk)
        row.delete()


def run_ended(*, payload: Mapping[str, Any], now: datetime) -> None:
    """Of the fact RunEnded: when its trial is due now. Safe to call twice."""
    with transaction.atomic():
        rows = Trial.objects.select_for_update(of=("self",)).filter(experiment_id=payload["experiment_id"])
        row = rows.first()
        if row is None:
            return
        before = row.due_at
        _reckon(row)
        row.save(update_fields=("due_at", "succeeded_at"))
        if row.due_at != before:
            _remind(row, now)


def _reckon(trial: Trial) -> None:
    trial.succeeded_at = last_success_of(experiment_id=trial.experiment_id)
    trial.due_at = due_at(
        first_due_at=trial.first_due_at,
        succeeded_at=trial.succeeded_at,
        every=trial.every_count,
        unit=Unit(trial.every_unit),
    )


def _remind(trial: Trial, now: datetime) -> None:
    """At once when a reminder stands already, else at the next one."""
    if not trial.is_enabled:
        due.cancel(kind=REMIND, key=trial.pk)
        return
    stands = reminder_at(due_at=trial.due_at, remind_days=trial.remind_days, now=now)
    at = now if stands else next_reminder_after(due_at=trial.due_at, remind_days=trial.remind_days, now=now)
    due.schedule(kind=REMIND, key=trial.pk, due_at=at, reschedule=True)


def _check(trial: Trial) -> None:
    mistakes = []
    most = EVERY_MAX.get(trial.every_unit)
    if most is None:
        mistakes.append(("every_unit", f"is one of {', '.join(Unit)}"))
    elif isinstance(trial.every_count, bool) or not 1 <= trial.every_count <= most:
        mistakes.append(("every_count", f"is a whole number of {trial.every_unit}s from 1 to {most}"))
    if isinstance(trial.remind_days, bool) or not 0 <= trial.remind_days <= REMIND_DAYS_MAX:
        mistakes.append(("remind_days", f"is a whole number of days from 0 to {REMIND_DAYS_MAX}"))
    if not 2000 <= trial.first_due_at.year <= 2900:
        mistakes.append(("first_due_at", "lies in the years 2000 to 2900"))
    if mistakes:
        raise Invalid(details=[{"field": name, "message": message} for name, message in mistakes])


def _places(
    trial: Trial, channels: Sequence[str], people: Sequence[str], *, kept: Trial | None = None
) -> tuple[list[Channel], list[User]]:
    if len(channels) > PLACES_MAX or len(people) > PLACES_MAX:
        raise Invalid(
            details=[{"field": "people", "message": f"at most {PLACES_MAX} channels and {PLACES_MAX} people"}]
        )
    team_id = trial.team_id
    found = list(Channel.objects.filter(team_id=team_id, name__in=channels).order_by("name"))
    members = list(User.objects.filter(memberships__team=team_id, is_active=True, email__in=people).order_by("email"))
    # Whoever has left stays written until somebody takes them off: nothing is sent to them.
    known = set(kept.people.values_list("email", flat=True)) if kept is not None else set()
    members += list(User.objects.filter(email__in=(known & set(people)) - {one.email for one in members}))
    lacks = [
        ("channels", sorted(set(channels) - {one.name for one in found}), "channel of the team"),
        ("people", sorted(set(people) - {one.email for one in members}), "member of the team"),
    ]
    details = [{"field": field, "message": f"there is no {noun} {names[0]!r}"} for field, names, noun in lacks if names]
    if details:
        raise Invalid(details=details)
    return found, members


def _set_places(trial: Trial, places: tuple[list[Channel], list[User]]) -> None:
    trial.channels.set(places[0])
    trial.people.set(places[1])


def _locked(caller: Caller, trial: Trial) -> Trial:
    rows = Trial.objects.select_for_update(of=("self",)).select_related("experiment", "team")
    row: Trial | None = rows.filter(pk=trial.pk).first()
    if row is None:
        raise NotFound("this trial is not there any more")
    require(caller=caller, team_id=row.team_id, role=Role.EDITOR)
    return row


def _audited(row: Trial) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in FIELDS},
        "channels": [one.name for one in row.channels.order_by("name")],
        "people": [one.email for one in row.people.order_by("email")],
    }


def _tell(caller: Caller, action: str, row: Trial, now: datetime, changes: dict[str, list[Any]], reason: str) -> None:
    audit.record(
        caller=caller,
        action=action,
        object_kind=KIND,
        object_name=row.experiment.slug,
        team_id=row.team_id,
        now=now,
        changes=changes,
        reason=reason,
    )
