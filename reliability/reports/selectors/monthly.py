"""The report of a month or a quarter: everything that its page, its mail and the API show.

Nothing is reckoned here that another room reckons: budgets and incidents are those of the review, figures of delivery
those of its page, causes those of the ledger.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse

from incidents.learning.domain.periods import ReviewPeriod
from incidents.learning.selectors.review import Scope, review_of
from reliability.access.domain.caller import Caller
from reliability.access.selectors.teams import team as find_team
from reliability.kit.instants import format_instant
from reliability.kit.periods import Period
from reliability.reports.domain.figures import so_far
from reliability.reports.domain.highlights import highlights
from reliability.reports.domain.report import SECTIONS, Report
from reliability.reports.selectors import delivery, objectives, practice, promises, response, trends
from slo.selectors.slos import SloFilters, SloOrdering, list_slos

TREND_PERIODS = 6


def report_of(*, caller: Caller, team_slug: str, period: ReviewPeriod, now: datetime) -> Report:
    """Of one team, or with a blank slug of all that the caller may read.

    About a hundred queries, more only for up to five ledgers, for objectives over time slices, and for agreements that
    leave announced maintenance out. Raises NotFound for a team that there is not, or that is not the caller's to see.
    """
    team = find_team(caller=caller, slug=team_slug).name if team_slug else ""
    whole = period.period
    passed = Period(whole.start, max(whole.start, min(whole.end, now)))
    periods = [period.shifted(step) for step in range(1 - TREND_PERIODS, 1)]
    review = review_of(caller=caller, review=period, scope=Scope(team_slug=team_slug), now=now)
    slos = list(
        list_slos(caller=caller, filters=SloFilters(team_slug=team_slug), ordering=SloOrdering.NAME)
        .select_related(None)
        .select_related("service")[: objectives.SLOS_MAX]
    )
    past = objectives.past_of(slos=slos, periods=[one.period for one in periods], now=now)
    delivered = delivery.delivered_in(caller=caller, team_slug=team_slug, periods=periods, now=now)
    address = _addresses(team_slug, period, passed)
    report = Report(
        team=team,
        team_slug=team_slug,
        period=period.slug,
        title=period.title,
        zone=period.zone_name,
        start=format_instant(whole.start),
        end=format_instant(whole.end),
        as_of=format_instant(now),
        is_over=whole.end <= now,
        objectives=objectives.lines_of(
            caller=caller, slos=slos, budgets=review.budgets, current=past[-1], passed=passed, period=period, now=now
        ),
        objectives_total=review.budgets.total,
        agreements=promises.lines_of(caller=caller, team_slug=team_slug, whole=whole, now=now),
        severities=response.severities(review, address["incidents"]),
        incidents=response.figures(review, address["incidents"]),
        severe=response.severe(review),
        delivery=delivery.figures_of(delivered, address["delivery"]),
        chaos=practice.figures(
            caller=caller, team_slug=team_slug, review=review, whole=whole, before=period.shifted(-1).period,
            url=address["experiments"], days_url=address["game-days"],
        ),
        actions=response.actions(review, address["actions"]),
        toil=practice.toil(
            caller=caller, team_slug=team_slug, passed=passed, before=period.shifted(-1).period,
            zone=ZoneInfo(period.zone_name), url=address["toil"],
        ),
        trend=trends.rows(periods=periods, past=past, review=review, delivered=delivered),
    )  # fmt: skip
    if not report.is_over:
        counted: dict[str, Any] = {name: so_far(getattr(report, name)) for name in SECTIONS}
        report = replace(report, **counted)
    return replace(report, highlights=highlights(report))


def last_finished(*, now: datetime, zone_name: str, months: int = 1) -> ReviewPeriod:
    """The newest month (or quarter) that is over."""
    month = ReviewPeriod.month_of(now, zone_name=zone_name)
    return (month.as_quarter() if months == 3 else month).shifted(-1)


def _addresses(team_slug: str, period: ReviewPeriod, passed: Period) -> dict[str, str]:
    team = {"team": team_slug} if team_slug else {}
    bounds = {"from": format_instant(passed.start), "to": format_instant(passed.end), "tz": period.zone_name}
    if passed.length < timedelta(minutes=1):
        bounds = {}
    first, end = practice.days_of(passed, ZoneInfo(period.zone_name))
    days = {"since": first.isoformat(), "until": (end - timedelta(days=1)).isoformat()}
    zone = {"tz": period.zone_name}
    review = f"{reverse('review')}?{urlencode({'period': period.slug} | team | zone)}"
    return {
        "incidents": review,
        "actions": f"{review}#actions-title",
        "experiments": f"{review}#runs-title",
        "delivery": f"{reverse('delivery-figures')}?{urlencode(bounds | team)}",
        "game-days": f"{reverse('game-day-list')}?{urlencode({'when': 'held'} | days | team | zone)}",
        "toil": f"{reverse('toil')}?{urlencode(days | team | zone)}",
    }
