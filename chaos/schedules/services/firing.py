"""The due work of schedules: what has come is settled, and at most one run is asked for, in one transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from chaos.runs.domain.states import OPEN, Mode
from chaos.runs.models import Run
from chaos.runs.services.requests import WAITS_AT_MOST, request_run
from chaos.schedules.domain.deciding import Decision, Instant, Settled, decide
from chaos.schedules.domain.policies import Cause, Outcome
from chaos.schedules.models import Firing, Schedule
from chaos.schedules.services import telling
from chaos.schedules.services.owners import OwnerGoneError, owner_of
from reliability.outbox.services import due
from reliability.web.errors import ProblemError

FIRE = "chaos.schedule"  # key: a schedule's id
_FORGOTTEN_AT_ONCE = 400
_REASON_MAX = 500


def begin(*, schedule: Schedule, now: datetime) -> None:
    """From *now* on. The caller holds the schedule locked, or has just made it, in a transaction."""
    _move(schedule, schedule.timing.next_due(after=now))
    if schedule.next_at is None:
        due.cancel(kind=FIRE, key=schedule.pk)
    else:
        due.schedule(kind=FIRE, key=schedule.pk, due_at=schedule.next_at, reschedule=True)


def let_go(*, schedule: Schedule, cause: Cause, reason: str, now: datetime) -> None:
    """What waits or is due already will not fire: that is written down. The caller holds the schedule locked."""
    waiting = _waiting(schedule)
    if waiting is not None:
        _write(schedule, Settled(waiting.due_at, Outcome.SKIPPED, cause, reason), now=now)
    if schedule.next_at is not None and schedule.next_at <= now:
        _write(schedule, Settled(schedule.next_at, Outcome.SKIPPED, cause, reason), now=now)
    forget(schedule=schedule)
    _move(schedule, None)


def forget(*, schedule: Schedule) -> None:
    due.cancel(kind=FIRE, key=schedule.pk)


@transaction.atomic
def look(*, schedule_id: int, now: datetime) -> datetime | None:
    """Settle what has come. Returns when to look again. Safe to run twice: what was settled is not looked at again."""
    rows = Schedule.objects.select_for_update(of=("self",)).select_related("team", "experiment__team")
    schedule: Schedule | None = rows.filter(pk=schedule_id).first()
    if schedule is None or schedule.is_paused:
        return None
    waiting = _waiting(schedule)
    decision = decide(
        schedule.timing,
        since=schedule.next_at,
        waiting=None if waiting is None else Instant(waiting.due_at, waiting.starts_at),
        now=now,
    )
    if waiting is None and decision.next_at == schedule.next_at:
        return decision.look_at  # too early, or over
    for one in decision.settled:
        if one.outcome is Outcome.REQUESTED:
            _fire(schedule, one, decision, now=now)
        else:
            _write(schedule, one, now=now)
    _move(schedule, decision.next_at)
    _forget_oldest(schedule)
    return decision.look_at


@transaction.atomic
def after_clock_step(*, step: timedelta, now: datetime) -> None:
    """The clock was set back: instants that the former clock had passed by mistake come again, those that fired do not.

    Set forward, it is as after an outage.
    """
    if step > timedelta():
        return
    ahead = Schedule.objects.select_for_update(of=("self",)).filter(is_paused=False).order_by("pk")
    for schedule in ahead:
        at = schedule.timing.next_due(after=now)
        if at is not None and (schedule.next_at is None or at < schedule.next_at):
            _move(schedule, at)
            due.schedule(kind=FIRE, key=schedule.pk, due_at=at)


def _fire(schedule: Schedule, one: Settled, decision: Decision, *, now: datetime) -> None:
    """Ask for the run in the owner's name; or write down why not."""
    known = Firing.objects.filter(schedule=schedule, due_at=one.due_at).exclude(outcome=Outcome.WAITING.value)
    if known.exists():
        return
    if schedule.experiment.is_archived:
        words = "the experiment is archived"
        _write(schedule, Settled(one.due_at, Outcome.SKIPPED, Cause.ARCHIVED, words), now=now)
        return
    open_run = Run.objects.filter(firings__schedule=schedule, state__in=OPEN).order_by("-pk").first()
    if open_run is not None:
        words = f"run {open_run.pk} of this schedule has not ended"
        _write(schedule, Settled(one.due_at, Outcome.SKIPPED, Cause.OVERLAP, words), now=now)
        return
    try:
        run = _ask(schedule, one, decision, now=now)
    except OwnerGoneError as refusal:
        _refuse(schedule, one, Cause.OWNER, str(refusal), now=now)
    except ProblemError as refusal:
        _refuse(schedule, one, Cause.NOT_RUNNABLE, refusal.message, now=now)
    else:
        _write(schedule, one, run=run, now=now)


def _ask(schedule: Schedule, one: Settled, decision: Decision, *, now: datetime) -> Run:
    """Raises OwnerGoneError, and whatever asking for a run refuses."""
    caller = owner_of(schedule=schedule, now=now)
    until = now + WAITS_AT_MOST
    return request_run(
        caller=caller,
        experiment=schedule.experiment,
        mode=Mode(schedule.mode),
        reason=schedule.reason,
        not_before=now,
        not_after=until if decision.start_by is None else min(until, decision.start_by),
        origin=f"schedule:{schedule.pk}",
        origin_key=f"schedule:{schedule.pk}:{one.due_at:%Y-%m-%dT%H:%MZ}",
        now=now,
    )


def _refuse(schedule: Schedule, one: Settled, cause: Cause, reason: str, *, now: datetime) -> None:
    """People are told once for each reason, not at every firing."""
    before = schedule.firings.filter(due_at__lt=one.due_at).exclude(outcome=Outcome.WAITING.value)
    last = before.order_by("-due_at", "-pk").first()
    firing = _write(schedule, Settled(one.due_at, Outcome.REFUSED, cause, reason), now=now)
    is_known = last is not None and last.outcome == Outcome.REFUSED and last.reason == firing.reason
    if not is_known:
        telling.plan(firing=firing, schedule=schedule, now=now)


def _write(schedule: Schedule, one: Settled, *, now: datetime, run: Run | None = None) -> Firing:
    """The row of the instant. One that waited is brought to its end; any other stays as it was decided first."""
    values = {
        "until_at": one.until,
        "starts_at": one.starts_at,
        "decided_at": now,
        "outcome": one.outcome.value,
        "cause": one.cause.value,
        "reason": one.reason[:_REASON_MAX],
        "run": run,
    }
    firing, is_new = Firing.objects.get_or_create(schedule=schedule, due_at=one.due_at, defaults=values)
    if not is_new and firing.outcome == Outcome.WAITING:
        for name, value in values.items():
            setattr(firing, name, value)
        firing.save(update_fields=tuple(values))
    return firing


def _waiting(schedule: Schedule) -> Firing | None:
    return schedule.firings.filter(outcome=Outcome.WAITING.value).order_by("-due_at", "-pk").first()


def _move(schedule: Schedule, at: datetime | None) -> None:
    schedule.next_at = at
    schedule.save(update_fields=("next_at",))


def _forget_oldest(schedule: Schedule) -> None:
    kept = schedule.firings.order_by("-due_at", "-pk").values_list("pk", flat=True)
    most = settings.SCHEDULE_FIRINGS_MAX
    old = list(kept[most : most + _FORGOTTEN_AT_ONCE])
    if old:
        Firing.objects.filter(pk__in=old).delete()
