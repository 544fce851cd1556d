"""Telling the team: a policy came into force or is over, somebody overrode the gate. One row for each place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from reliability.access.domain.caller import Role
from reliability.access.models import Membership, User
from reliability.channels.domain.message import Event, Message
from reliability.channels.models import Channel
from reliability.channels.services import notices
from reliability.gate.domain.budget_rules import Action
from reliability.gate.models import BudgetPolicy, GateNotice, GateOverride, PolicyPeriod, TeamGate
from reliability.gate.services.due_kinds import NOTICE

_PEOPLE_MAX = 20
_TEXT_MAX = 2_000


def tell_period(*, period: PolicyPeriod, kind: GateNotice.Kind, now: datetime) -> None:
    """In the transaction that writes the period. Needs period.service at hand."""
    _make(period.service.team_id, f"{kind.value}:{period.pk}", {"kind": kind, "period": period}, now)


def tell_override(*, override: GateOverride, now: datetime) -> None:
    """In the transaction that makes it. Needs override.service at hand."""
    columns = {"kind": GateNotice.Kind.OVERRIDDEN, "override": override}
    _make(override.service.team_id, f"override:{override.pk}", columns, now)


def deliver(*, notice_id: int, now: datetime) -> datetime | None:
    """One try, if it is still true. Returns when to try again; None when there is nothing left to do."""
    return notices.deliver(telling=_TELLING, notice_id=notice_id, now=now)


def message_of(*, notice: GateNotice, now: datetime) -> Message:
    """What the place is told."""
    if notice.override is not None:
        return _of_override(notice, notice.override, now)
    if notice.period is None:
        raise ValueError(f"{notice} is about nothing")
    return _of_period(notice, notice.period, now)


def _make(team_id: int, key: str, columns: dict[str, Any], now: datetime) -> None:
    for place in _places(team_id):
        notices.make_for_place(telling=_TELLING, key=f"gate:{key}", place=place, columns=columns, now=now)


def _places(team_id: int) -> Sequence[Channel | User]:
    """The team's channel for it; where none is chosen, or it is off, administrators and editors of the team."""
    gate = TeamGate.objects.filter(team_id=team_id).select_related("channel").first()
    channel = gate.channel if gate is not None else None
    if channel is not None and channel.is_enabled and channel.team_id == team_id:
        return [channel]
    rows = Membership.objects.filter(team_id=team_id, role__gte=Role.EDITOR, user__is_active=True)
    return [one.user for one in rows.select_related("user").order_by("-role", "pk")[:_PEOPLE_MAX]]


def _of_period(notice: GateNotice, period: PolicyPeriod, now: datetime) -> Message:
    is_over = notice.kind == GateNotice.Kind.LEFT
    is_freeze = period.action == Action.FREEZE
    what = "Freeze" if is_freeze else "Work shifts to reliability"
    title = f"{'Over' if is_over else what}: {period.policy_title} on {period.service.title}"
    lines = [
        period.left_reason if is_over else period.entered_reason,
        f"The rule: {period.rule_words}.",
        "" if is_over else _todo(period, is_freeze=is_freeze),
    ]
    return _message(
        notice,
        subject=f"gate:period:{period.pk}",
        title=title,
        lines=lines,
        severity="info" if is_over else "warning",
        team=period.service.team.name,
        service=period.service.title,
        path=reverse("gate-service", args=(period.service.name,)),
        now=now,
    )


def _todo(period: PolicyPeriod, *, is_freeze: bool) -> str:
    policy: BudgetPolicy | None = period.policy
    if not is_freeze or policy is None:
        return "" if is_freeze else "Changes go on, with a warning."
    passing = ", ".join(kind.value for kind in policy.terms.passes)
    return f"Changes wait, but for: {passing}." if passing else "Every change waits."


def _of_override(notice: GateNotice, override: GateOverride, now: datetime) -> Message:
    until = f"{override.expires_at:%Y-%m-%d %H:%M} UTC"
    which = f"the revision {override.revision}" if override.revision else "any revision"
    return _message(
        notice,
        subject=f"gate:override:{override.pk}",
        title=f"Gate overridden: {override.service.title} in {override.environment}",
        lines=[f"{override.by_name} lets {which} through until {until}.", f"Why: {override.reason}"],
        severity="warning",
        team=override.service.team.name,
        service=override.service.title,
        path=reverse("gate-service", args=(override.service.name,)),
        now=now,
    )


def _message(
    notice: GateNotice,
    *,
    subject: str,
    title: str,
    lines: Sequence[str],
    severity: str,
    team: str,
    service: str,
    path: str,
    now: datetime,
) -> Message:
    return Message(
        event=Event.NOTICE,
        subject_key=subject,
        idempotency_key=notice.idempotency_key,
        title=title,
        text="\n".join(line for line in lines if line)[:_TEXT_MAX],
        severity=severity,
        severity_word="",
        url=f"{settings.PUBLIC_URL}{path}",
        at=now,
        team=team,
        service=service,
    )


def _void_because(*, notice: GateNotice, now: datetime) -> str:
    if notice.period is not None and notice.kind == GateNotice.Kind.ENTERED and notice.period.left_at is not None:
        return "it was over before it was told"
    if notice.period is not None and notice.kind == GateNotice.Kind.LEFT and not _was_told(notice, notice.period):
        return "nobody was told that it was in force"
    is_revoked = notice.override is not None and notice.override.revoked_at is not None
    return "it was revoked before it was told" if is_revoked else ""


def _was_told(notice: GateNotice, period: PolicyPeriod) -> bool:
    """Whether this place was told that it came into force, or may have been; of a new place, whether any was."""
    entered = period.notices.filter(kind=GateNotice.Kind.ENTERED)
    own = entered.filter(channel=notice.channel, user=notice.user)
    asked = own if own.exists() else entered
    # A try that has begun may have arrived. What nobody tried yet is void from now on.
    return asked.filter(Q(state=GateNotice.State.SENT) | Q(state=GateNotice.State.WAITING, attempts__gt=0)).exists()


_TELLING = notices.Telling(
    model=GateNotice,
    due_kind=NOTICE,
    joined=("period__service__team", "period__policy", "override__service__team", "channel", "user"),
    void_because=_void_because,
    send=notices.to_its_place(message_of),
    patience=timedelta(hours=12),
    waits_for_morning=True,
)
