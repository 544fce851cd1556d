"""What spent the budget of one objective in a period."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from reliability.access.domain.caller import Caller
from reliability.kit.days import day_of, first_instant_of
from reliability.kit.instants import floor_minute, to_minute
from reliability.kit.periods import Period
from reliability.web.errors import Invalid
from slo.attributions import causes_of
from slo.domain.causes import Cause, CauseKind, LineKey, private_merged, with_behind_hidden
from slo.domain.exclusions import Exclusion
from slo.domain.ledger import HandEntry, Ledger, ledger
from slo.domain.ledger_burns import burns
from slo.domain.ledger_minutes import MinuteRows, minutes_of_line
from slo.domain.ledger_posting import Judged, Stretch, judge
from slo.domain.spending import reading_period
from slo.models import Slo
from slo.selectors.exclusions import adjustments_of
from slo.selectors.series import kept_from, read_between
from slo.selectors.terms import Dossier, Terms, dossier_of

DAYS_MAX = 400
_HOURLY_UP_TO = timedelta(days=3)


class LedgerBasis(StrEnum):
    """Which version of the objective judges: that of its time, the one in force at the end, or the newest."""

    ITS_TIME = "its_time"
    AT_THE_END = "at_the_end"
    RESTATED = "restated"

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS = {
    LedgerBasis.ITS_TIME: "each minute under the definition of its time",
    LedgerBasis.AT_THE_END: "all of it under the definition in force at its end",
    LedgerBasis.RESTATED: "restated: all of it under today's definition",
}


@dataclass(frozen=True, slots=True, eq=False)
class LedgerView:
    """A ledger with what it was computed from. causes: as the caller may know them. stretches: period, basis in words.

    is_cut: there were more causes than can be told; unmeasured_before: minutes before it are not kept any more.
    """

    ledger: Ledger
    judged: Sequence[Judged]
    causes: Sequence[Cause]
    basis: LedgerBasis
    stretches: Sequence[tuple[Period, str]]
    is_cut: bool
    unmeasured_before: datetime | None

    def minutes_of(self, line: LineKey) -> MinuteRows:
        """The minutes that *line* spent, oldest first; none for a line that is not there."""
        return minutes_of_line(judged=self.judged, causes=self.causes, line=line)


def ledger_of(
    *,
    caller: Caller,
    slo: Slo,
    period: Period,
    at: datetime,
    now: datetime,
    zone: ZoneInfo,
    basis: LedgerBasis = LedgerBasis.ITS_TIME,
) -> LedgerView:
    """The ledger of *period* as measured until *at*, in steps of hours (up to three days) or of days of the zone.

    Computed from the stored minutes and from the causes as they are now, so it is restated by every edit of either.
    Raises Invalid when the period is longer than DAYS_MAX days.
    """
    if period.length > timedelta(days=DAYS_MAX):
        longest = f"must be at most {DAYS_MAX} days before `to`: look at a shorter period"
        raise Invalid(details=[{"field": "from", "message": longest}])
    at = floor_minute(at)
    dossier = dossier_of(slo=slo, period=period)
    terms = list(_terms(dossier, period, at=at, now=now, basis=basis))
    judged = [_judged(one, part, dossier.exclusions, at) for part, one in terms]
    burnt = [Period.from_minutes(*span) for one in judged for span in burns(judged=one)]
    told = causes_of(slo=slo, period=period, burns=burnt)
    causes = _as_known(told.found, caller)
    since = kept_from(now=now)
    return LedgerView(
        ledger=ledger(judged=judged, causes=causes, by_hand=_by_hand(slo, period), edges=_edges(period, zone), now=at),
        judged=judged,
        causes=causes,
        basis=basis,
        stretches=[(part, one.basis) for part, one in terms],
        is_cut=told.is_cut,
        unmeasured_before=since if period.start < since else None,
    )


def _as_known(causes: Sequence[Cause], caller: Caller) -> list[Cause]:
    known = private_merged(causes, hidden=[not _may_read(caller, one.team_ids) for one in causes])
    return [
        one if one.behind is None or _may_read(caller, one.behind.team_ids) else with_behind_hidden(one)
        for one in known
    ]


def _may_read(caller: Caller, team_ids: frozenset[int]) -> bool:
    return all(caller.may_read(team_id) for team_id in team_ids)


def _terms(
    dossier: Dossier, period: Period, *, at: datetime, now: datetime, basis: LedgerBasis
) -> Iterator[tuple[Period, Terms]]:
    """The parts of the period, each with what judges it."""
    end = min(period.end, max(at, period.start))
    if basis is not LedgerBasis.ITS_TIME:
        yield period, dossier.at(end, now=now, is_restated=basis is LedgerBasis.RESTATED)
        return
    changes = [floor_minute(version.effective_from) for version in dossier.versions[1:]]
    cuts = sorted({change for change in changes if period.start < change < end})
    bounds = [period.start, *cuts, period.end]
    for start, stop in pairwise(bounds):
        # The last version that came into force in the first minute of the part.
        yield Period(start, stop), dossier.at(start + timedelta(seconds=59), now=now)


def _judged(terms: Terms, period: Period, exclusions: Sequence[Exclusion], at: datetime) -> Judged:
    whole = reading_period(definition=terms.definition, period=period)
    until = to_minute(max(whole.start, min(whole.end, at)))
    series = read_between(sli_id=terms.sli_id, start_minute=whole.start_minute, end_minute=until)
    stretch = Stretch(terms.definition, period, series, terms.version_id)
    return judge(stretch=stretch, exclusions=exclusions, now=at)


def _by_hand(slo: Slo, period: Period) -> list[HandEntry]:
    return [
        HandEntry(
            Cause(
                kind=CauseKind.BY_HAND,
                key=f"adjustment-{row.pk}",
                start=row.at,
                end=row.at,
                label=row.reason,
                url="",
                detail=f"by {row.author_name}",
            ),
            row.consumed_delta,
        )
        for row in adjustments_of(slo=slo, period=period).filter(revoked_at=None)
    ]


def _edges(period: Period, zone: ZoneInfo) -> list[datetime]:
    if period.length <= _HOURLY_UP_TO:
        return [*(piece.start for piece in period.split(timedelta(hours=1))), period.end]
    edges = [period.start]
    day = day_of(period.start, zone_name=zone.key)
    while (following := first_instant_of(day := day + timedelta(days=1), zone_name=zone.key)) < period.end:
        if following > edges[-1]:
            edges.append(following)
    return [*edges, period.end]
