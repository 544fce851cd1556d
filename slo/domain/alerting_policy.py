"""All that an objective is watched by: default rules, own conditions, OpenSLO policies, and silence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from slo.domain.alerting_conditions import condition_rule, stored_conditions
from slo.domain.alerting_defaults import default_rules
from slo.domain.alerting_openslo import Documents, asked_by
from slo.domain.alerting_readings import Guards
from slo.domain.alerting_rules import SEVERITY_NO_DATA, Rule
from slo.domain.alerting_silence import SilenceRule

# Of a source whose senders choose their own rhythm, silence is no alarm unless somebody says so.
_QUIET_KINDS = frozenset({"pushed"})
UNCOUNTED_KINDS = frozenset({"raw_ratio"})  # a ratio per minute: no events to count


@dataclass(frozen=True, slots=True)
class Settings:
    """How an objective is to alert. watches_silence: None leaves it to the indicator (pushed counts may pause)."""

    has_page: bool = True
    has_ticket: bool = True
    min_bad_events: float = 5.0
    min_valid_events: float = 0.0
    cold_start_bad_events: float = 50.0
    watches_silence: bool | None = None
    silence_minutes: int = 15
    silence_severity: int = SEVERITY_NO_DATA
    counts_no_traffic: bool = False
    conditions: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """What is decided by. silence: None where nobody watches for it."""

    rules: tuple[Rule, ...]
    guards: Guards
    silence: SilenceRule | None
    warnings: tuple[str, ...] = field(default=())

    def rule(self, key: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.key == key), None)


def policy_of(
    *,
    settings: Settings,
    objective: Decimal,
    window_length: timedelta,
    indicator_kind: str,
    counts_no_data_as_bad: bool = False,
    policies: tuple[str, ...] = (),
    documents: Documents | None = None,
) -> Policy:
    """The policy of an objective with a window of this length (calendar: its present period)."""
    asked = asked_by(policies=policies, documents=documents or {}, objective=objective, window_length=window_length)
    own = [condition_rule(one, objective=objective) for one in stored_conditions(settings.conditions)]
    defaults = default_rules(
        window_length=window_length,
        objective=objective,
        has_page=settings.has_page,
        has_ticket=settings.has_ticket,
    )
    rules = (*defaults, *own, *asked.rules)
    never = [f"{rule.title}: {rule.never}" for rule in (*defaults, *own) if rule.never]
    nobody = [] if rules else ["nothing watches the burn: switch the defaults on, or add a condition"]
    watches = settings.watches_silence
    if watches is None:
        watches = indicator_kind not in _QUIET_KINDS or asked.watches_silence
    return Policy(
        rules=rules,
        guards=Guards(
            min_bad_events=settings.min_bad_events,
            min_valid_events=settings.min_valid_events,
            cold_start_bad_events=settings.cold_start_bad_events,
            counts_events=indicator_kind not in UNCOUNTED_KINDS and not counts_no_data_as_bad,
            needs_coverage=not counts_no_data_as_bad,
        ),
        silence=SilenceRule(
            after=timedelta(minutes=settings.silence_minutes),
            severity=settings.silence_severity,
            counts_no_traffic=settings.counts_no_traffic,
            tells_resolved=asked.tells_silence_end,
        )
        if watches
        else None,
        warnings=(*never, *asked.warnings, *nobody),
    )
