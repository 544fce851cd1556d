"""The rules every objective starts with: multiwindow, multi-burn-rate, scaled to its window.

Source: Site Reliability Workbook, chapter 5 ("Multiwindow, Multi-Burn-Rate Alerts"), with Sloth's second ticket rule
(10 % within a day). What is chosen beyond it:

- From 28 days on the look-backs are those of the book (1 h, 6 h, 1 day, 3 days) and the factor follows from the length.
- For shorter windows the look-backs shrink in proportion, down to a twelfth (5 min to 6 h): the factors stay those of
  28 days, and the same share of the budget is noticed. Shorter ones than that would judge single minutes.
- Below that the factors shrink, to 1 at least. A look-back as long as the window itself is left out: there the state
  of the objective says the same.
- A calendar window is as long as its present period.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from reliability.kit.durations import humanize_duration
from slo.domain.alerting_rules import SEVERITY_PAGE, SEVERITY_TICKET, Rule, factor_of, never_reason, short_of


@dataclass(frozen=True, slots=True)
class Default:
    """One line of the table: *percent* of the budget within *long*, still burning over *short*."""

    key: str
    percent: int
    long: timedelta
    short: timedelta
    is_page: bool


DEFAULTS = (
    Default("page-1h", 2, timedelta(hours=1), timedelta(minutes=5), is_page=True),
    Default("page-6h", 5, timedelta(hours=6), timedelta(minutes=30), is_page=True),
    Default("ticket-1d", 10, timedelta(days=1), timedelta(hours=2), is_page=False),
    Default("ticket-3d", 10, timedelta(days=3), timedelta(hours=6), is_page=False),
)
_WHOLE_FROM_DAYS = 28
_SCALE_MIN = 1 / 12


def default_rules(
    *, window_length: timedelta, objective: Decimal, has_page: bool = True, has_ticket: bool = True
) -> tuple[Rule, ...]:
    """The rules of an objective whose window (calendar: present period) is *window_length* long."""
    rules = []
    for default in DEFAULTS:
        if not (has_page if default.is_page else has_ticket):
            continue
        long = _scaled(default.long, window_length)
        if long < window_length:
            rules.append(_rule(default, long, window_length, objective))
    return tuple(rules)


def _rule(default: Default, long: timedelta, window_length: timedelta, objective: Decimal) -> Rule:
    threshold = factor_of(percent=default.percent, over=long, window_length=window_length)
    spent = threshold * (long / window_length)
    rule = Rule(
        key=default.key,
        title=f"{spent * 100:.3g} % of the budget within {humanize_duration(long)}",
        long=long,
        short=default.short if long == default.long else short_of(long),
        threshold=threshold,
        severity=SEVERITY_PAGE if default.is_page else SEVERITY_TICKET,
        share=spent,
    )
    never = never_reason(op=rule.op, threshold=threshold, objective=objective)
    return replace(rule, never=never)


def _scaled(length: timedelta, window_length: timedelta) -> timedelta:
    """*length* for a window this long. Whole days count: clocks set forward take an hour from a month, not a rule."""
    days = window_length / timedelta(days=1)
    scale = min(1.0, max(_SCALE_MIN, (round(days) if days >= 1 else days) / _WHOLE_FROM_DAYS))
    return length if scale == 1.0 else timedelta(minutes=round(length / timedelta(minutes=1) * scale))
