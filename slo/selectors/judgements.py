"""Judging many objectives at once, so that one that cannot be judged does not keep the others from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import Error as DatabaseError

from reliability.kit.instants import from_minute
from slo.models import Sli, Slo, SloStatus
from slo.selectors.alert_policies import policies_of
from slo.selectors.alert_readings import Readings, readings_of
from slo.selectors.fleet import Figures, figures_of
from slo.selectors.sparklines import Sparkline, sparklines_of
from slo.selectors.terms import Terms, terms_of

logger = structlog.get_logger(__name__)

# A sparkline has thirty parts of the window: its picture hardly moves within these.
SPARKLINE_AGE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an objective comes to at an instant. sparkline: None while the one drawn before will do.

    alerting: what its alerts are decided by.
    """

    terms: Terms
    figures: Figures
    sparkline: Sparkline | None
    measured_until: datetime | None
    alerting: Readings

    @property
    def slo(self) -> Slo:
        return self.terms.slo


@dataclass(frozen=True, slots=True)
class Failure:
    """An objective that could not be judged, and why."""

    slo: Slo
    error: str


def judge(
    *, slos: Sequence[Slo], known: Mapping[int, SloStatus], at: datetime
) -> tuple[list[Judgement], list[Failure]]:
    """Judge *slos* at *at*, the start of a minute; *known* are their present statuses, for what of them still holds.

    When one of them cannot be judged (a damaged hour, a version that was written past the checks) the others are,
    found by halves. Raises what the database raises: that is no fault of an objective.
    """
    try:
        return _judge_all(slos, known, at), []
    except DatabaseError:
        raise
    except Exception as error:
        if len(slos) == 1:
            logger.exception("objective_not_evaluated", slo=slos[0].name)
            return [], [Failure(slos[0], f"{type(error).__name__}: {error}")]
        middle = len(slos) // 2
        parts = [judge(slos=half, known=known, at=at) for half in (slos[:middle], slos[middle:])]
        return [one for judged, _ in parts for one in judged], [one for _, failed in parts for one in failed]


def _judge_all(slos: Sequence[Slo], known: Mapping[int, SloStatus], at: datetime) -> list[Judgement]:
    terms = terms_of(slos=slos, at=at)
    figures = figures_of(terms=terms, at=at)
    due = [one for one in terms if _is_sparkline_due(one, known.get(one.slo.pk), at)]
    sparklines = {one.slo.pk: line for one, line in zip(due, sparklines_of(terms=due, at=at), strict=True)}
    ends = _measured_until(terms, at)
    alerting = readings_of(terms=terms, policies=policies_of(terms=terms, at=at), measured_until=ends, at=at)
    return [
        Judgement(one, found, sparklines.get(one.slo.pk), ends[one.sli_id], readings)
        for one, found, readings in zip(terms, figures, alerting, strict=True)
    ]


def _is_sparkline_due(terms: Terms, status: SloStatus | None, at: datetime) -> bool:
    if status is None or status.sparkline_at is None or status.version_id != terms.version_id:
        return True
    # Objectives made together do not all draw in the same minute.
    spread = timedelta(minutes=terms.slo.pk % 5)
    return at - status.sparkline_at >= SPARKLINE_AGE + spread


def _measured_until(terms: Sequence[Terms], at: datetime) -> dict[int, datetime | None]:
    sli_ids = {one.sli_id for one in terms}
    minutes = Sli.objects.filter(pk__in=sli_ids).order_by("pk").values_list("pk", "measured_until_minute")
    return {sli_id: None if minute is None else min(at, from_minute(minute)) for sli_id, minute in minutes}
