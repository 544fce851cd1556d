"""Incidents and actions of a review, as figures of the report."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.urls import reverse

from incidents.learning.selectors.review import Review
from incidents.response.domain.figures import Durations
from incidents.response.domain.severity import Severity
from reliability.reports.domain.figures import Better, Unit, figure
from reliability.reports.domain.report import Figure, IncidentLine

SEVERE_SHOWN = 20


def severities(review: Review, url: str) -> tuple[Figure, ...]:
    """How many, and of each severity."""
    now, before = review.incidents.now, review.incidents.before
    rows = [figure("incidents", "Incidents", now=now.figures.n, before=before.figures.n, url=url)]
    rows += [
        figure(
            f"sev{severity.value}",
            severity.word,
            now=now.by_severity[severity],
            before=before.by_severity[severity],
            url=url,
        )
        for severity in Severity
    ]
    return tuple(rows)


def figures(review: Review, url: str) -> tuple[Figure, ...]:
    """MTTA and MTTR: median and 90th percentile, each with its n."""
    now, before = review.incidents.now.figures, review.incidents.before.figures
    return (
        *_durations("mtta", "MTTA", now.mtta, before.mtta, url),
        *_durations("mttr", "MTTR", now.mttr_from_start, before.mttr_from_start, url),
    )


def severe(review: Review) -> tuple[IncidentLine, ...]:
    """Sev1 and Sev2, the worst first."""
    found = [one for one in review.incidents.found if one.severity <= Severity.SEV2]
    return tuple(
        IncidentLine(one.pk, one.title, Severity(one.severity).word, reverse("incident-detail", args=(one.pk,)))
        for one in found[:SEVERE_SHOWN]
    )


def actions(review: Review, url: str) -> tuple[Figure, ...]:
    now, before = review.actions, review.actions_before
    return (
        figure("opened", "Opened", now=now.opened, before=before.opened, better=Better.NEITHER, url=url),
        figure("closed", "Closed", now=now.closed, before=before.closed, better=Better.MORE, url=url),
        figure("proven", "Closed and proven", now=now.verified, before=before.verified, better=Better.MORE, url=url),
        figure("overdue", "Overdue at the end", now=now.overdue, before=before.overdue, url=url),
    )


def _durations(slug: str, title: str, now: Durations, before: Durations, url: str) -> tuple[Figure, ...]:
    given: dict[str, Any] = {"unit": Unit.SECONDS, "n": now.n, "n_before": before.n, "url": url}
    return (
        figure(slug, f"{title}, median", now=_seconds(now.median), before=_seconds(before.median), **given),
        figure(f"{slug}-p90", f"{title}, p90", now=_seconds(now.p90), before=_seconds(before.p90), **given),
    )


def _seconds(value: timedelta | None) -> float | None:
    return None if value is None else value.total_seconds()
