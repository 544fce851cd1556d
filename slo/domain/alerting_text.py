"""What people are told when an alert fires: the answers to their first questions, in plain words.

Where it comes from, which objective, what customers notice, which systems, what to do first. What was changed
lately is not known here: whoever knows adds it. At most LINES_MAX lines, for a phone at three in the morning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from reliability.kit.durations import format_duration, humanize_duration
from reliability.kit.instants import format_instant
from reliability.kit.percent import share_text
from slo.domain.alerting_readings import Reading, WindowReading
from slo.domain.alerting_rules import Rule
from slo.domain.alerting_steps import number

LINES_MAX = 20
TITLE_MAX = 200
_NAMES_MAX = 6


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom an alert is about. objective: as a sentence; needs: what the service stands on; needed_by: who would
    notice; url: the page of the alert."""

    slo: str
    title: str
    objective: str
    team: str
    url: str
    service: str = ""
    description: str = ""
    runbook_url: str = ""
    needs: tuple[str, ...] = ()
    needed_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """The budget when the alert fires. None without data."""

    remaining: float | None
    window_length: timedelta
    exhausted_at: datetime | None = None
    measured_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What goes out: one line, up to LINES_MAX lines, and the numbers in them."""

    title: str
    text: str
    numbers: dict[str, Any] = field(default_factory=dict)


def burn_told(
    *, subject: Subject, rule: Rule, reading: Reading, standing: Standing, reason: str, began_at: datetime, at: datetime
) -> Told:
    """What is said of a burn."""
    long, lasts = reading.long, time_left(remaining=standing.remaining, burn=reading.long.burn, standing=standing)
    title = f"{subject.title} burns {long.burn or 0:,.3g}× its error budget"
    lines = [
        f"{subject.title} ({subject.slo}) of {subject.team}: {reason}.",
        f"Objective: {subject.objective}",
        *_impact(rule, reading, standing, lasts),
        f"It began at {began_at:%Y-%m-%d %H:%M} UTC, {humanize_duration(at - began_at)} before this alert.",
        f"Rule: {rule.title}; Sev{rule.severity}.",
        *_systems(subject),
        *_first_steps(subject),
    ]
    return Told(title[:TITLE_MAX], _text(lines), _numbers(rule, reading, standing, lasts, began_at, at))


def silence_told(
    *, subject: Subject, severity: int, after: timedelta, window: WindowReading, standing: Standing, reason: str,
    began_at: datetime, at: datetime,
) -> Told:  # fmt: skip
    """What is said of missing data."""
    until = standing.measured_until
    lines = [
        f"{subject.title} ({subject.slo}) of {subject.team}: {reason}.",
        f"Objective: {subject.objective}",
        "Customer impact: unknown. While nothing is measured, no burn alert of this objective can fire.",
        f"Last measured minute: {f'{until:%Y-%m-%d %H:%M} UTC' if until else 'none'}.",
        f"Rule: no data for {humanize_duration(after)}; Sev{severity}.",
        *_systems(subject),
        "First steps: 1. look at the service itself, silence may be an outage. 2. look at the source of the numbers.",
        *_links(subject),
    ]
    numbers = {
        "silent_minutes": int(after / timedelta(minutes=1)),
        "measured_minutes": window.covered,
        "valid_events": window.valid,
        "measured_until": format_instant(until) if until else None,
        "budget_remaining": standing.remaining,
        "began_at": format_instant(began_at),
        "evaluated_at": format_instant(at),
    }
    return Told(f"{subject.title} is not measured any more"[:TITLE_MAX], _text(lines), numbers)


def time_left(*, remaining: float | None, burn: float | None, standing: Standing) -> timedelta | None:
    """remaining × window / burn, from what is left and not from a full budget; None when nothing is spent or left."""
    if remaining is None or burn is None or burn <= 0 or remaining <= 0:
        return None
    return timedelta(seconds=min(remaining * standing.window_length.total_seconds() / burn, 3660 * 86_400.0))


def rule_words(rule: Rule) -> str:
    """When a rule fires, as one sentence with its factor."""
    compared = f"burn {rule.op.sign} {number(rule.threshold)}×"
    windows = f"over {humanize_duration(rule.long)}"
    if rule.short is not None:
        windows += f" and over {humanize_duration(rule.short)}"
    after = f", true for {humanize_duration(rule.alert_after)}" if rule.alert_after else ""
    over = f"over once the shorter is calm for {humanize_duration(rule.hold)}"
    if rule.short is None:
        over = f"over once it is calm for {humanize_duration(rule.hold)}"
    return f"Fires on {compared} {windows}{after}; {over}."


def _impact(rule: Rule, reading: Reading, standing: Standing, lasts: timedelta | None) -> list[str]:
    long = reading.long
    lines = []
    if long.valid > 0:
        share = share_text(max(0.0, long.bad) / long.valid)
        counts = f"{number(max(0.0, long.bad))} of {number(long.valid)} events were bad ({share})"
        lines.append(f"Customer impact: {counts} in {_last(rule.long)}.")
    if reading.short is not None and reading.short.valid > 0 and rule.short is not None:
        share = share_text(max(0.0, reading.short.bad) / reading.short.valid)
        lines.append(f"Now: {share} of the events of {_last(rule.short)} were bad.")
    if standing.remaining is not None:
        length = humanize_duration(standing.window_length)
        words = f"Budget left: {share_text(standing.remaining)} of {length}"
        if standing.remaining <= 0:
            words = f"Budget left: none of {length}, overspent by {share_text(-standing.remaining)}"
        elif lasts is not None:
            words += f"; at this burn it is spent in {humanize_duration(lasts)}"
        lines.append(f"{words}.")
    if long.coverage < 0.995:
        lines.append(f"Measured: {share_text(long.coverage)} of {_last(rule.long)}.")
    return lines


def _systems(subject: Subject) -> list[str]:
    lines = [f"Service: {subject.service}."] if subject.service else []
    if subject.needs:
        lines.append(f"It needs: {_listed(subject.needs)}.")
    if subject.needed_by:
        lines.append(f"Needed by: {_listed(subject.needed_by)}.")
    return lines


def _first_steps(subject: Subject) -> list[str]:
    steps = "First steps: 1. see what changed when the burn began. 2. roll it back or shed load. 3. follow the runbook."
    if not subject.runbook_url:
        steps = (
            "First steps: 1. see what changed when the burn began. 2. roll it back or shed load. (No runbook is set.)"
        )
    return [steps, *_links(subject)]


def _links(subject: Subject) -> list[str]:
    runbook = [f"Runbook: {subject.runbook_url}"] if subject.runbook_url else []
    return [*runbook, f"Alert: {subject.url}"]


def _numbers(
    rule: Rule, reading: Reading, standing: Standing, lasts: timedelta | None, began_at: datetime, at: datetime
) -> dict[str, Any]:
    long, short = reading.long, reading.short
    return {
        "burn_long": long.burn,
        "burn_short": short.burn if short else None,
        "threshold": rule.threshold,
        "op": rule.op.value,
        "long_window": format_duration(rule.long),
        "short_window": format_duration(rule.short) if rule.short else None,
        "budget_share": rule.share,
        "bad_events": long.bad,
        "valid_events": long.valid,
        "bad_share": long.bad / long.valid if long.valid > 0 else None,
        "bad_share_now": short.bad / short.valid if short and short.valid > 0 else None,
        "coverage": long.coverage,
        "budget_remaining": standing.remaining,
        "exhausted_in_seconds": None if lasts is None else round(lasts.total_seconds()),
        "measured_until": format_instant(standing.measured_until) if standing.measured_until else None,
        "began_at": format_instant(began_at),
        "evaluated_at": format_instant(at),
    }


def _last(length: timedelta) -> str:
    """The last hour, the last 6 h."""
    words = humanize_duration(length)
    return {"1 h": "the last hour", "1 day": "the last day", "1 min": "the last minute"}.get(words, f"the last {words}")


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_NAMES_MAX])
    return shown if len(names) <= _NAMES_MAX else f"{shown} and {len(names) - _NAMES_MAX} more"


def _text(lines: Sequence[str]) -> str:
    return "\n".join(line for line in lines[:LINES_MAX])
