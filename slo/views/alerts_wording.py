"""Rules and their states as a page shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from reliability.kit.durations import humanize_duration
from reliability.kit.percent import share_text
from reliability.web.states import StateLook, register_state
from slo.domain.alerting_rules import Origin, Rule
from slo.domain.alerting_silence import SilenceRule
from slo.domain.alerting_steps import Why
from slo.domain.alerting_text import rule_words
from slo.models import BurnAlert, CompositeAlert
from slo.selectors.alerts import RuleState, SilenceState
from slo.selectors.replay import RuleReplay

_SLUGS = {
    Why.CALM: "calm",
    Why.LONG_ONLY: "calm",
    Why.SHORT_ONLY: "calm",
    Why.FEW_BAD_EVENTS: "held_back",
    Why.FEW_VALID_EVENTS: "held_back",
    Why.COLD_START: "held_back",
    Why.PENDING: "waiting",
    Why.FIRES: "firing",
    Why.BURNS_ON: "firing",
    Why.CALMING: "calming",
    Why.RESOLVES: "calming",
    Why.NO_DATA: "no_data",
    Why.EXCLUDED: "excluded",
}
_ORIGINS = {Origin.DEFAULT: "default", Origin.OWN: "own condition", Origin.POLICY: "OpenSLO policy"}


def register_looks() -> None:
    """States of alerts; at start-up."""
    register_state("calm", StateLook("Calm", "good", "check"))
    register_state("calming", StateLook("Calming down", "warn", "clock"))
    register_state("held_back", StateLook("Held back", "none", "pause"))
    register_state("excluded", StateLook("Excluded", "none", "minus"))
    register_state("cannot_fire", StateLook("Cannot fire", "warn", "warning"))


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule of the table: in words, where it stands and why."""

    key: str
    title: str
    words: str
    severity: int
    urgency: str
    origin: str
    slug: str
    reason: str
    long: float | None
    short: float | None
    threshold: float
    alert: BurnAlert | CompositeAlert | None
    can_be_drawn: bool


def rule_row(state: RuleState) -> RuleRow:
    rule, reading = state.rule, state.reading
    return RuleRow(
        key=rule.key,
        title=rule.title,
        words=rule_words(rule),
        severity=rule.severity,
        urgency=rule.urgency.value,
        origin=_origin(rule),
        slug="cannot_fire" if rule.never and not state.alert else _slug(state.decision.why, state.alert),
        reason=rule.never or state.decision.reason,
        long=reading.long.burn,
        short=reading.short.burn if reading.short else None,
        threshold=rule.threshold,
        alert=state.alert,
        can_be_drawn=True,
    )


def _origin(rule: Rule) -> str:
    """Who asked for it, and whom it is to tell where that is said."""
    return f"{_ORIGINS[rule.origin]} for {', '.join(rule.targets)}" if rule.targets else _ORIGINS[rule.origin]


def silence_row(rule: SilenceRule, state: SilenceState) -> RuleRow:
    what = "nothing was measured, or no valid event counted," if rule.counts_no_traffic else "nothing was measured"
    return RuleRow(
        key="no-data",
        title="No data",
        words=f"Fires when {what} for {humanize_duration(rule.after)}.",
        severity=rule.severity,
        urgency="urgent" if rule.severity <= 2 else "normal",
        origin="default",
        slug=_slug(state.decision.why, state.alert),
        reason=state.decision.reason,
        long=None,
        short=None,
        threshold=0.0,
        alert=state.alert,
        can_be_drawn=False,
    )


def _slug(why: Why, alert: BurnAlert | CompositeAlert | None) -> str:
    if alert is not None and why is Why.NO_DATA:
        return "firing"
    if alert is None and why is Why.COLD_START:
        return "held_back"
    return _SLUGS[why]


@dataclass(frozen=True, slots=True)
class ReplayRow:
    """What a rule would have done."""

    title: str
    firings: int
    precision: str
    detection: timedelta | None
    longest: timedelta | None
    newest: str


def replay_rows(rules: Sequence[RuleReplay]) -> list[ReplayRow]:
    rows = []
    for one in rules:
        lengths = [firing.resolved_at - firing.fired_at for firing in one.firings if firing.resolved_at]
        share = one.rule.share
        precision = ""
        if one.significant is not None and one.firings and share is not None:
            precision = f"{one.significant} of {len(one.firings)} spent {share_text(round(share, 4))} or more"
        newest = f"{one.firings[-1].fired_at:%Y-%m-%d %H:%M} UTC" if one.firings else ""
        rows.append(
            ReplayRow(one.rule.title, len(one.firings), precision, one.detection, max(lengths, default=None), newest)
        )
    return rows
