"""Starting, pausing, resuming and ending the reading of an SLI's past. What reads is in backfills_reading.py."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from reliability.access.domain.caller import Caller
from reliability.access.services import audit
from reliability.kit.instants import format_instant, from_minute, to_minute
from reliability.kit.periods import Period
from reliability.outbox.services.due import cancel as cancel_due
from reliability.web.errors import Conflict
from slo.models import Backfill, Sli, SliVersion
from slo.services import editing, schedules
from slo.services.collections_plan import LAG_MINUTES
from slo.services.series import acceptable_minutes

_State = Backfill.State


def start(
    *, caller: Caller, sli: Sli, period: Period, now: datetime, reason: str = "", restate: bool = False
) -> Backfill:
    """Begin to read *period* (cut to retention and to what has settled), each minute as the SLI was defined then.

    restate: read all of it as the SLI is defined now, whatever was measured before; that takes a reason, and later
    edits do not change what this backfill reads.
    Raises Invalid when nothing of it can be read, Conflict while one is open, Forbidden.
    """
    editing.require_editor(caller=caller, team_ids=[sli.team_id])
    oldest, _ = acceptable_minutes(now=now)
    first = max(period.start_minute, oldest)
    end = min(period.end_minute, to_minute(now) - LAG_MINUTES)
    mistakes = []
    if sli.spec.get("kind") == "pushed":
        mistakes.append(("sli", "is pushed: send its past to /api/v1/counts, there is no source to read it from"))
    if first >= end:
        kept = format_instant(from_minute(oldest))
        mistakes.append(("start", f"must name a past period; minutes before {kept} are not kept"))
    if restate and not reason.strip():
        mistakes.append(("reason", "say why the past is to be measured by the present definition"))
    editing.refuse(mistakes)
    try:
        with transaction.atomic():
            backfill = Backfill.objects.create(
                sli=sli,
                restated_as=_newest_version(sli) if restate else None,
                start_at=from_minute(first),
                end_at=from_minute(end),
                cursor_at=from_minute(end),
                author_name=caller.name[:160],
            )
            _record(caller, "backfill.start", backfill, now, reason)
            schedules.backfill(backfill_id=backfill.pk, now=now)
    except IntegrityError as error:
        raise Conflict(
            f"a backfill of the SLI {sli.name!r} is open already: cancel it first, or let it finish",
            reason="backfill_open",
        ) from error
    return backfill


def pause(*, caller: Caller, backfill: Backfill, now: datetime) -> Backfill:
    """Stop after the piece in hand; resume goes on where it stopped. Raises Conflict unless running."""
    return _change(caller, backfill, now, "backfill.pause", {_State.RUNNING}, _State.PAUSED)


def resume(*, caller: Caller, backfill: Backfill, now: datetime) -> Backfill:
    """Go on with a paused or failed backfill. Raises Conflict otherwise, or while another one is open."""
    return _change(caller, backfill, now, "backfill.resume", {_State.PAUSED, _State.FAILED}, _State.RUNNING)


def cancel(*, caller: Caller, backfill: Backfill, now: datetime) -> Backfill:
    """End it for good; what was stored stays. Raises Conflict unless running or paused."""
    return _change(caller, backfill, now, "backfill.cancel", {_State.RUNNING, _State.PAUSED}, _State.CANCELLED)


def _change(
    caller: Caller, backfill: Backfill, now: datetime, action: str, allowed: set[Backfill.State], state: Backfill.State
) -> Backfill:
    editing.require_editor(caller=caller, team_ids=[backfill.sli.team_id])
    try:
        with transaction.atomic():
            stored = (
                Backfill.objects.select_for_update(of=("self",))
                .select_related("sli", "restated_as")
                .get(pk=backfill.pk)
            )
            if stored.state not in allowed:
                raise Conflict(f"the backfill is {stored.state}: load the page again", reason="backfill_state")
            before, stored.state = stored.state, state.value
            is_ended = state is _State.CANCELLED
            stored.finished_at = now if is_ended else None
            if state is _State.RUNNING:
                stored.attempts, stored.halvings, stored.last_error = 0, 0, ""
            stored.save(update_fields=("state", "finished_at", "attempts", "halvings", "last_error", "updated_at"))
            _record(caller, action, stored, now, "", state=[before, state.value])
            if state is _State.RUNNING:
                schedules.backfill(backfill_id=stored.pk, now=now)
            else:
                cancel_due(kind=schedules.BACKFILL, key=stored.pk)
    except IntegrityError as error:
        raise Conflict(
            f"another backfill of the SLI {backfill.sli.name!r} is open: cancel it first", reason="backfill_open"
        ) from error
    return stored


def _newest_version(sli: Sli) -> SliVersion | None:
    return SliVersion.objects.filter(sli=sli).order_by("-effective_from", "-pk").first()


def _record(
    caller: Caller, action: str, backfill: Backfill, now: datetime, reason: str, state: list[str] | None = None
) -> None:
    restated = backfill.restated_as
    audit.record(
        caller=caller,
        action=action,
        object_kind="backfill",
        object_name=backfill.sli.name,
        team_id=backfill.sli.team_id,
        now=now,
        changes={
            "period": [None, [format_instant(backfill.start_at), format_instant(backfill.end_at)]],
            "state": state or [None, backfill.state],
            **({"restated_as": [None, format_instant(restated.effective_from)]} if restated else {}),
        },
        reason=reason,
    )
