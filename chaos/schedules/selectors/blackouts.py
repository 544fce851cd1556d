"""Blackouts of our own: lists, one of them, when they take place, and what keeps a run from beginning."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from chaos.schedules.models import Blackout, BlackoutFeed, FeedEntry
from reliability.access.domain.caller import Caller, Scope
from reliability.access.models import TeamScopedQuerySet
from reliability.catalog.models import Service
from reliability.kit.periods import Period
from reliability.kit.repeats import Repeat, Rule, times
from reliability.web.errors import NotFound

_LONGEST = timedelta(days=366)  # of one time
_AHEAD = timedelta(days=9 * 366)
_HOLDING_MAX = 1_000
WHERE_INSTALLATION = "installation"  # in filters, where slugs of teams stand


@dataclass(frozen=True, slots=True)
class BlackoutTime:
    """One time of a blackout, of our own (`blackout`) or of a feed. service_ids: none is all of the team."""

    title: str
    period: Period
    is_whole_days: bool
    team_id: int | None
    service_ids: frozenset[int]
    uid: str
    changed_at: datetime
    revision: int
    blackout: Blackout | None = None
    feed: BlackoutFeed | None = None


def readable(rows: TeamScopedQuerySet, *, caller: Caller) -> QuerySet[Any]:
    """Those of readable teams, and those of the installation: they hold for everybody."""
    if Scope.READ not in caller.scopes or caller.is_administrator:
        return rows.readable_by(caller)
    return rows.filter(Q(team_id__in=caller.team_ids() | caller.open_team_ids) | Q(team=None))


def narrowed(rows: QuerySet[Any], *, text: str = "", team: str = "", service: str = "") -> QuerySet[Any]:
    """team: a slug, or "installation". service: blackouts that hold for it, also because they name none."""
    for word in text.replace("\0", "").split()[:8]:
        rows = rows.filter(title__icontains=word)
    if team == WHERE_INSTALLATION:
        rows = rows.filter(team=None)
    elif team:
        rows = rows.filter(team__slug=team)
    if service:
        found = Service.objects.filter(name=service).values_list("pk", "team_id").first()
        pk, team_id = found or (0, 0)
        named = rows.model.services.through.objects.order_by()
        column = "blackout_id" if rows.model is Blackout else "blackoutfeed_id"
        rows = rows.filter(
            Q(pk__in=named.filter(service_id=pk).values(column))
            | (~Q(pk__in=named.values(column)) & (Q(team=None) | Q(team_id=team_id)))
        )
    return rows


def list_blackouts(*, caller: Caller, text: str = "", team: str = "", service: str = "") -> QuerySet[Blackout]:
    """Readable ones with team and services at hand, by their first time, the newest first."""
    found = narrowed(readable(Blackout.objects.all(), caller=caller), text=text, team=team, service=service)
    return found.select_related("team").prefetch_related("services").order_by("-start_at", "-pk")


def blackout(*, caller: Caller, blackout_id: int) -> Blackout:
    """One readable blackout. Raises NotFound, for those of private teams of others, too."""
    rows = readable(Blackout.objects.all(), caller=caller)
    found: Blackout | None = rows.select_related("team").prefetch_related("services").filter(pk=blackout_id).first()
    if found is None:
        raise NotFound(f"there is no blackout {blackout_id}, or it is not yours to see")
    return found


def rule_of(*, blackout: Blackout) -> Rule:
    """The same for the pure functions."""
    return Rule(
        first=Period(blackout.start_at, blackout.end_at),
        zone_name=blackout.time_zone,
        repeat=Repeat(blackout.repeats),
        until=blackout.repeats_until_at,
    )


def next_time(*, blackout: Blackout, now: datetime) -> Period | None:
    """The time that holds now, else the next within nine years (a 29th of February may be eight away), else None."""
    for piece in Period(now, now + _AHEAD).split(_AHEAD / 64):
        found = times(rule=rule_of(blackout=blackout), period=piece)
        if found:
            return found[0]
    return None


def times_within(*, team_ids: Collection[int], period: Period, most: int) -> list[BlackoutTime]:
    """Every blackout of these teams and of the installation with a moment in *period*: four queries, in order.

    At most *most* from our own and as many from feeds.
    """
    whose = Q(team_id__in=team_ids) | Q(team=None)
    found = [*_own(Blackout.objects.filter(whose), period)[:most], *_of_feeds(whose, period, most)]
    return sorted(found, key=lambda one: (one.period.start, one.title, one.uid))


def affecting(*, team_ids: Collection[int], service_ids: Collection[int], at: datetime) -> list[BlackoutTime]:
    """The blackouts that hold at *at* for these services of these teams; no services: what holds for a whole team."""
    wanted = frozenset(service_ids)
    moment = Period(at, at + timedelta(microseconds=1))
    found = times_within(team_ids=team_ids, period=moment, most=_HOLDING_MAX)
    return [one for one in found if not one.service_ids or one.service_ids & wanted]


def _own(rows: QuerySet[Blackout], period: Period) -> list[BlackoutTime]:
    once = Q(repeats=Repeat.NEVER.value)
    candidates = rows.filter(start_at__lt=period.end).filter(
        (once & Q(end_at__gt=period.start))
        | (~once & (Q(repeats_until_at=None) | Q(repeats_until_at__gt=period.start - _LONGEST)))
    )
    known = list(candidates.order_by("start_at", "pk"))
    services = _services(Blackout, known)
    found = [
        BlackoutTime(
            title=row.title,
            period=time,
            is_whole_days=row.is_whole_days,
            team_id=row.team_id,
            service_ids=services[row.pk],
            uid=f"blackout-{row.pk}-{int(time.start.timestamp())}" if row.repeats != "never" else f"blackout-{row.pk}",
            changed_at=row.updated_at,
            revision=row.revision,
            blackout=row,
        )
        for row in known
        for time in times(rule=rule_of(blackout=row), period=period)
    ]
    return sorted(found, key=lambda one: (one.period.start, one.uid))


def _of_feeds(whose: Q, period: Period, most: int) -> list[BlackoutTime]:
    entries = FeedEntry.objects.filter(
        feed__in=BlackoutFeed.objects.filter(whose, is_enabled=True), start_at__lt=period.end, end_at__gt=period.start
    )
    known = list(entries.select_related("feed").defer("feed__text", "feed__sealed").order_by("start_at", "pk")[:most])
    services = _services(BlackoutFeed, {entry.feed_id: entry.feed for entry in known}.values())
    return [
        BlackoutTime(
            title=entry.title,
            period=Period(entry.start_at, entry.end_at),
            is_whole_days=entry.is_all_day,
            team_id=entry.feed.team_id,
            service_ids=services[entry.feed_id],
            uid=f"feed-{entry.feed_id}-{entry.key}",
            changed_at=max(entry.feed.updated_at, entry.feed.content_at or entry.feed.updated_at),
            revision=entry.feed.revision + entry.feed.content_number,
            feed=entry.feed,
        )
        for entry in known
    ]


def _services(
    model: type[Blackout] | type[BlackoutFeed], rows: Iterable[Blackout | BlackoutFeed]
) -> dict[int, frozenset[int]]:
    """Ids of the services of each: one query, however many."""
    column = "blackout_id" if model is Blackout else "blackoutfeed_id"
    pairs = model.services.through.objects.filter(**{f"{column}__in": [row.pk for row in rows]})
    named: dict[int, set[int]] = defaultdict(set)
    for owner_id, service_id in pairs.order_by().values_list(column, "service_id"):
        named[owner_id].add(service_id)
    return defaultdict(frozenset, {owner_id: frozenset(ids) for owner_id, ids in named.items()})
