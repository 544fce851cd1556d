"""The first suspects of a trouble in a few words, for messages and copies that many read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from reliability.access.domain.caller import Caller, Role
from reliability.access.models import Team
from reliability.kit.periods import Period
from reliability.suspects.domain.kinds import CaseKind, VerdictState
from reliability.suspects.domain.ranking import Trouble
from reliability.suspects.domain.reasons import Reason, ReasonKind, reasons_of
from reliability.suspects.models import Case, Suspect
from reliability.suspects.selectors.facts import facts_of
from reliability.suspects.selectors.named import HIDDEN
from reliability.suspects.selectors.rankings import RankedChange, field_of
from reliability.suspects.selectors.windows import rules_for


@dataclass(frozen=True, slots=True)
class Likely:
    """label: HIDDEN of what not every reader may know. url: with its host. lag: from its end to the trouble. reasons:
    in words. said: by whom it was confirmed, blank: by nobody."""

    label: str
    url: str
    service: str
    began_at: datetime
    lag: timedelta
    reasons: str
    said: str = ""

    @property
    def is_hidden(self) -> bool:
        return self.label == HIDDEN


@dataclass(frozen=True, slots=True)
class Likeliest:
    """The first ones, and how many there are."""

    first: Sequence[Likely]
    total: int


def likeliest(*, team_id: int, service_ids: Sequence[int], began_at: datetime, kind: CaseKind, limit: int) -> Likeliest:
    """Ranked from what is known now, as every reader of the team may know it. A fixed number of queries."""
    readers = _readers(team_id)
    window = rules_for(team_id=team_id, service_ids=service_ids).window(team_id=team_id, service_ids=service_ids)
    began = Period(began_at, began_at)
    ranking = field_of(team_id=team_id, roots=service_ids, window=window, began=began).ranking(Trouble(began_at))
    return Likeliest([_of_ranked(one, kind, readers) for one in ranking[:limit]], len(ranking))


def likeliest_of_incident(*, incident_id: int, limit: int) -> Likeliest | None:
    """As they were ranked and judged: confirmed ones first, without the rejected. None: it is not ranked yet.

    As every reader of its team may know them. Four queries.
    """
    case = Case.objects.filter(incident_id=incident_id).exclude(ranked_at=None).first()
    if case is None:
        return None
    readers = _readers(case.team_id)
    rows = [one for one in case.suspects.select_related("service").all() if _counts(one)]
    rows.sort(key=lambda one: one.verdict != VerdictState.CONFIRMED)
    return Likeliest([_of_row(one, case, readers) for one in rows[:limit]], len(rows))


def _readers(team_id: int) -> Caller:
    """May read what all members of the team may, and no more."""
    open_ids = Team.objects.filter(is_private=False).values_list("pk", flat=True)
    return Caller(name="every reader", roles={team_id: Role.VIEWER}, open_team_ids=frozenset(open_ids))


def _counts(row: Suspect) -> bool:
    return row.verdict == VerdictState.CONFIRMED or (row.place is not None and row.verdict != VerdictState.REJECTED)


def _of_ranked(one: RankedChange, kind: CaseKind, readers: Caller) -> Likely:
    told = one.told
    is_hidden = not all(readers.may_read(team_id) for team_id in told.team_ids)
    reasons = reasons_of(one.facts(case=kind))
    return Likely(
        label=HIDDEN if is_hidden else told.label,
        url="" if is_hidden else _with_host(told.url),
        service="" if is_hidden or told.service is None else told.service.title,
        began_at=told.began_at,
        lag=one.ranked.lag,
        reasons=_words(reasons, is_hidden=is_hidden),
    )


def _of_row(row: Suspect, case: Case, readers: Caller) -> Likely:
    is_hidden = not all(readers.may_read(team_id) for team_id in row.owner_ids)
    reasons = reasons_of(facts_of(row, case=CaseKind(case.kind), of="it"))
    return Likely(
        label=HIDDEN if is_hidden else row.label,
        url="" if is_hidden else _with_host(row.url),
        service="" if is_hidden or row.service is None else row.service.title,
        began_at=row.began_at,
        lag=timedelta(seconds=row.lag_seconds),
        reasons=_words(reasons, is_hidden=is_hidden),
        said=row.verdict_by_name if row.verdict == VerdictState.CONFIRMED else "",
    )


def _words(reasons: Sequence[Reason], *, is_hidden: bool) -> str:
    return "; ".join(one.text for one in reasons if not is_hidden or one.kind is ReasonKind.TIME)


def _with_host(url: str) -> str:
    return f"{settings.PUBLIC_URL}{url}" if url.startswith("/") else url
