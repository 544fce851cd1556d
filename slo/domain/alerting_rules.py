"""What a burn alert asks: burn over a long and a short window against a factor, and how bad it is when it says yes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from reliability.kit.severity_words import level_of
from slo.domain.objective import budget_of

SEVERITY_PAGE, SEVERITY_TICKET, SEVERITY_NO_DATA = 2, 3, 4
_SEVERITY_UNKNOWN = 3
_URGENT_UP_TO = 2

# The burn must be over for so long before an alert is: the short window of its rule, within these bounds.
_HOLD_MIN, _HOLD_MAX = timedelta(minutes=5), timedelta(minutes=30)
_SHORT_PART = 12  # of the long window, as in the Site Reliability Workbook, chapter 5


class Urgency(StrEnum):
    """Whether somebody is woken."""

    URGENT = "urgent"
    NORMAL = "normal"


class Operator(StrEnum):
    """How burn is compared with the threshold, in the words of OpenSLO."""

    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"

    @property
    def sign(self) -> str:
        return {"gt": ">", "gte": "≥", "lt": "<", "lte": "≤"}[self.value]

    @property
    def is_upward(self) -> bool:
        return self in (Operator.GT, Operator.GTE)


class Origin(StrEnum):
    DEFAULT = "default"
    OWN = "own"
    POLICY = "policy"  # an AlertPolicy document of OpenSLO


@dataclass(frozen=True, slots=True)
class Rule:
    """One condition of one objective. key names it for as long as it exists: of one key one alert is open at most.

    share: the part of the budget that burning at the threshold spends within the long window, None where nobody asked
    by share. short: None looks at the long window alone. never: in words, why it can never be true; blank when it can.
    targets: whom an OpenSLO policy names.
    """

    key: str
    title: str
    long: timedelta
    short: timedelta | None
    threshold: float
    severity: int
    op: Operator = Operator.GT
    share: float | None = None
    alert_after: timedelta = timedelta(0)
    origin: Origin = Origin.DEFAULT
    never: str = ""
    tells_resolved: bool = True
    targets: tuple[str, ...] = ()

    @property
    def urgency(self) -> Urgency:
        return urgency_of_severity(self.severity)

    @property
    def hold(self) -> timedelta:
        """How long the burn must be over before the alert is: what keeps it from flapping."""
        return min(max(self.short or self.long / _SHORT_PART, _HOLD_MIN), _HOLD_MAX)

    def is_breached_by(self, burn: float) -> bool:
        """Unrounded: a burn that stands exactly at the threshold does not exceed it."""
        if self.op is Operator.GT:
            return burn > self.threshold
        if self.op is Operator.GTE:
            return burn >= self.threshold
        return burn < self.threshold if self.op is Operator.LT else burn <= self.threshold


def urgency_of_severity(severity: int) -> Urgency:
    return Urgency.URGENT if severity <= _URGENT_UP_TO else Urgency.NORMAL


def severity_of(word: str) -> tuple[int, bool]:
    """Sev 1 to 5 of a word such as page, ticket, critical or sev2; and whether the word was known."""
    level = level_of(word)
    return (_SEVERITY_UNKNOWN, False) if level is None else (level, True)


def factor_of(*, percent: Fraction | int, over: timedelta, window_length: timedelta) -> float:
    """The burn rate that spends *percent* of a window's budget within *over*, at least 1: any window bears that.

    percent × window / (100 × long). Source: Site Reliability Workbook, chapter 5. Rounded once, so that 2 % of thirty
    days in an hour is the 14.4 that people compare with.
    """
    minutes = Fraction(window_length // timedelta(minutes=1)), Fraction(over // timedelta(minutes=1))
    return max(1.0, float(Fraction(percent) * minutes[0] / (100 * minutes[1])))


def short_of(long: timedelta) -> timedelta:
    """A twelfth of the long window in whole minutes, two at least: one late minute must not decide."""
    return timedelta(minutes=max(2, round(long / timedelta(minutes=_SHORT_PART))))


def never_reason(*, op: Operator, threshold: float, objective: Decimal) -> str:
    """Why no burn can ever satisfy the comparison, in words that say what to change; blank when one can."""
    most = float(1 / Fraction(budget_of(objective)))
    percent = f"{(objective * 100).normalize():f} %"
    if (op is Operator.GT and threshold >= most) or (op is Operator.GTE and threshold > most):
        return (
            f"it can never fire: when every event fails, an objective of {percent} burns {_number(most)}×, which is "
            f"not {op.sign} {_number(threshold)}×. Take a threshold below {_number(most)}, a longer look-back or a "
            "stricter objective"
        )
    if (op is Operator.LT and threshold <= 0) or (op is Operator.LTE and threshold < 0):
        return f"it can never fire: no burn is {op.sign} {_number(threshold)}×. Take a threshold above 0"
    return ""


def always_reason(*, op: Operator, threshold: float, objective: Decimal) -> str:
    """Why every burn satisfies the comparison; blank when one does not."""
    most = float(1 / Fraction(budget_of(objective)))
    if (op is Operator.GTE and threshold <= 0) or (op is Operator.GT and threshold < 0):
        return f"it always fires: every burn is {op.sign} {_number(threshold)}×. Take a threshold above 0"
    if (op is Operator.LTE and threshold >= most) or (op is Operator.LT and threshold > most):
        return f"it always fires: every burn is {op.sign} {_number(threshold)}×. Take a lower threshold, or gt"
    return ""


def _number(value: float) -> str:
    return f"{value:.4g}"
