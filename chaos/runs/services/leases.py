"""Who holds a run. Whoever holds an older fence than the row's has lost it and writes nothing any more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q

from chaos.runs.domain.states import LEASED, Mode, State, Verdict
from chaos.runs.models import Run, RunTarget

# Nobody renews so far ahead: the clock was set back, and a lost run is not left to wait until it has caught up.
FAR = timedelta(seconds=60)


class LeaseLostError(Exception):
    """Somebody else has taken the run over, or it has ended."""


class TargetHeldError(Exception):
    """Another run has a target; the message names both."""


def lease() -> timedelta:
    return timedelta(seconds=settings.CHAOS_LEASE_SECONDS)


@contextmanager
def holding(*, run_id: int, fence: int) -> Iterator[Run]:
    """The run, locked in a transaction, for who holds *fence*. Raises LeaseLostError."""
    with transaction.atomic():
        run = Run.objects.select_for_update().filter(pk=run_id, fence=fence).first()
        if run is None or not (run.state in LEASED or (run.verdict == Verdict.FAILED_TO_UNDO and run.lease_until)):
            raise LeaseLostError(f"run {run_id} is not held under fence {fence} any more")
        yield run


def take(*, run: Run, supervisor: str, now: datetime) -> int | None:
    """READY → STARTING with the lease and all targets, at most once. Returns the fence; None when another was quicker.

    Raises TargetHeldError.
    """
    fence = run.fence + 1
    try:
        with transaction.atomic():
            taken = Run.objects.filter(
                pk=run.pk, state=State.READY, fence=run.fence, stop_requested_at__isnull=True
            ).update(
                state=State.STARTING,
                fence=fence,
                supervisor=supervisor,
                lease_until=now + lease(),
                started_at=now,
                waits_for="",
            )
            if not taken:
                return None
            if run.mode == Mode.REAL:
                RunTarget.objects.filter(run=run).update(is_held=True)
    except IntegrityError as error:
        raise TargetHeldError(_holders(run)) from error
    return fence


def renew(*, supervisor: str, run_ids: Sequence[int], now: datetime) -> None:
    """All leases of one agent in one statement. One that was taken over has another supervisor, or another fence."""
    is_again = Q(state=State.ENDED, verdict=Verdict.FAILED_TO_UNDO, lease_until__lt=now + lease())
    rows = Run.objects.filter(Q(state__in=LEASED) | is_again, pk__in=run_ids, supervisor=supervisor)
    rows.update(lease_until=now + lease())


def lost(*, now: datetime) -> list[Run]:
    """Runs that nobody holds any more, and ended ones whose faults are to be tried again. The oldest first."""
    is_over = Q(lease_until__lt=now)
    is_held = Q(state__in=LEASED) & (is_over | Q(lease_until__gt=now + lease() + FAR))
    is_again = Q(state=State.ENDED, verdict=Verdict.FAILED_TO_UNDO) & is_over
    return list(Run.objects.filter(is_held | is_again).order_by("lease_until", "pk")[:100])


def take_over(*, run: Run, supervisor: str, now: datetime) -> int | None:
    """A run of `lost`, by compare-and-set. Returns the new fence; None when another was quicker, or it was renewed."""
    is_ended = run.state == State.ENDED
    taken = Run.objects.filter(pk=run.pk, fence=run.fence, state=run.state, lease_until=run.lease_until).update(
        fence=F("fence") + 1,
        supervisor=supervisor,
        lease_until=now + lease(),
        state=State.ENDED if is_ended else State.UNDOING,
    )
    return run.fence + 1 if taken else None


def give_up(*, run_id: int, fence: int, now: datetime) -> None:
    """An agent that ends leaves what it could not finish: any other takes it over at once."""
    Run.objects.filter(pk=run_id, fence=fence, state__in=LEASED).update(lease_until=now - timedelta(seconds=1))


def _holders(run: Run) -> str:
    wanted = RunTarget.objects.filter(run=run).values("target")
    held = RunTarget.objects.filter(target__in=wanted, is_held=True).exclude(run=run).select_related("target")
    words = [f"{one.target.slug} is held by run {one.run_id}" for one in held.order_by("pk")[:3]]
    return ", ".join(words) or "a target was held by another run"
