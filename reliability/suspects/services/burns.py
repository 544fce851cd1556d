"""Burns of objectives become cases: found in the minutes, or told of by an alert."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery

from reliability.kit.instants import MINUTE, floor_minute
from reliability.kit.periods import Period
from reliability.suspects.domain.kinds import CaseKind
from reliability.suspects.domain.ranking import WINDOW_DEFAULT
from reliability.suspects.models import Case, Watch
from reliability.suspects.services.ranking import rank_case
from slo.domain.ledger_burns import PAUSE_MINUTES
from slo.models import Slo, SloStatus
from slo.selectors.burns import Burn, burns_since

log = structlog.get_logger(__name__)

AT_ONCE = 100  # objectives of one run
CASES_PER_LOOK_MAX = 50  # of one objective: what burns more often than that has one cause, and a screen has an end
EVERY = timedelta(minutes=1)
WIDE_EVERY = timedelta(days=1)
# Late counts change what was measured a moment ago; a burn that starts at the edge would seem younger than it is.
_OVERLAP = timedelta(hours=2)
_PAUSE = timedelta(minutes=PAUSE_MINUTES)
_FLICKER_MAX = timedelta(hours=1)  # before an outbreak; what begins later is another burn
# Rates whose windows together reach over the overlap and the pause between two looks: none of them, no burn.
_RATES = ("5m", "30m", "1h", "2h")


@dataclass(frozen=True, slots=True)
class Looked:
    """objectives: looked at, of those that were due; is_more: others are due, too."""

    objectives: int
    is_more: bool


def look(*, now: datetime) -> Looked:
    """Look for burns in the objectives that were looked at longest ago. Safe to run twice.

    One that cannot be looked at keeps no other waiting: it has its turn again like all.
    """
    _watch_new(now)
    due = list(
        Watch.objects.filter(Q(looked_at__lte=now - EVERY) | Q(wide_at__lte=now - WIDE_EVERY))
        .select_related("slo")
        .order_by("looked_at", "pk")[:AT_ONCE]
    )
    _follow_owners([one.slo_id for one in due])
    calm = _calm([one.slo_id for one in due])
    widely = {one.pk for one in due if one.wide_at <= now - WIDE_EVERY}
    wanted = [one for one in due if one.pk in widely or one.slo_id not in calm]
    since = {one.slo_id: _since(one, now, is_wide=one.pk in widely) for one in wanted}
    lasting = _lasting(since)
    found = _found([one.slo for one in wanted], since, now)
    _follow(lasting, found, now)
    _keep_each(found, now)
    Watch.objects.filter(pk__in=[one.pk for one in due]).update(looked_at=now)
    Watch.objects.filter(pk__in=widely).update(wide_at=now)
    return Looked(len(due), len(due) == AT_ONCE)


def look_at(*, slo_ids: Sequence[int], period: Period, now: datetime) -> None:
    """Look through *period* of these objectives at once, such as when an alert fired."""
    slos = list(Slo.objects.filter(pk__in=slo_ids).order_by("pk"))
    found = burns_since(slos=slos, since={one.pk: period.start for one in slos}, now=min(now, period.end))
    keep(burns=found, now=now)


def keep(*, burns: Mapping[int, Sequence[Burn]], now: datetime) -> None:
    """A case for each burn of these objectives, one for however often it is found; new ones are ranked at once."""
    owners = Slo.objects.filter(pk__in=burns).in_bulk()
    for slo_id in sorted(burns):
        for burn in burns[slo_id][-CASES_PER_LOOK_MAX:]:
            _keep(owners[slo_id], burn, now)


def alert_fired(*, alert_id: int, slo_id: int, began_at: datetime, now: datetime) -> None:
    """The burn that an alert tells of: as the ledger knows it, or from when the alert says that it began."""
    slo = Slo.objects.filter(pk=slo_id).first()
    if slo is None:
        return
    began = floor_minute(began_at)
    _keep_each(_found([slo], {slo_id: began - _OVERLAP}, now), now)
    with transaction.atomic():
        _locked(slo)
        case = _overlapping(slo, Period(began, max(now, began) + MINUTE))
        case = case or _made(slo, Period(began, began), None, now)
        if case.alert_id is None:
            case.alert_id = alert_id
            case.save(update_fields=("alert_id",))
    rank_case(case_id=case.pk, now=now)


def alert_resolved(*, alert_id: int, at: datetime) -> None:
    """The end of a burn that the ledger does not know as one: slower than what it calls a burn."""
    Case.objects.filter(alert_id=alert_id, spent=None, ended_at=None, started_at__lte=at).update(ended_at=at)


def _found(slos: Sequence[Slo], since: Mapping[int, datetime], now: datetime) -> dict[int, list[Burn]]:
    """Burns of all, by few queries; where that fails, of each by itself but for those that fail."""
    try:
        with transaction.atomic():
            return burns_since(slos=slos, since=since, now=now)
    except Exception:
        log.exception("burns_not_found", slo_ids=[one.pk for one in slos])
    if len(slos) < 2:
        return {}
    return {slo_id: burns for one in slos for slo_id, burns in _found([one], since, now).items()}


def _keep_each(burns: Mapping[int, Sequence[Burn]], now: datetime) -> None:
    for slo_id in sorted(slo_id for slo_id, some in burns.items() if some):
        try:
            keep(burns={slo_id: burns[slo_id]}, now=now)
        except Exception:
            log.exception("burns_not_kept", slo_id=slo_id)


def _lasting(since: Mapping[int, datetime]) -> list[Case]:
    """Burns that go on and began in what is read of their objective: one that is cut is not known better by it."""
    rows = Case.objects.filter(slo_id__in=since, kind=CaseKind.BURN.value, ended_at=None, spent__isnull=False)
    return [one for one in rows.order_by("pk") if since[one.slo_id] <= one.started_at - _PAUSE]


def _follow(lasting: Sequence[Case], found: Mapping[int, Sequence[Burn]], now: datetime) -> None:
    """Cases that go on begin when their burns do, as known by now; one that is no burn any more ends where it began.

    What burns for a minute or two may seem to have begun with a flicker before it; late counts, an exclusion or
    another objective take burns back. *lasting* was asked for before the minutes of *found* were read.
    """
    for case in lasting:
        burns = found.get(case.slo_id or 0)
        if burns is None:
            continue
        reach = Period(case.started_at - _PAUSE, case.started_at + _FLICKER_MAX)
        burn = next((one for one in burns if one.period.intersection(reach)), None)
        try:
            _follow_one(case, burn, now)
        except Exception:
            log.exception("burn_not_followed", case_id=case.pk)


@transaction.atomic
def _follow_one(case: Case, burn: Burn | None, now: datetime) -> None:
    same = Case.objects.filter(pk=case.pk, ended_at=None)
    if burn is None:
        same.update(ended_at=case.started_at, spent=0.0)
        return
    began = burn.period.start
    if began == case.started_at or Case.objects.filter(slo=case.slo_id, started_at=began).exists():
        return
    if same.update(started_at=began):
        rank_case(case_id=case.pk, now=now)


@transaction.atomic
def _keep(slo: Slo, burn: Burn, now: datetime) -> None:
    _locked(slo)
    case = _overlapping(slo, burn.period, _is_of_ledger(burn))
    ended_at = burn.period.end if burn.is_over else None
    if case is None:
        rank_case(case_id=_made(slo, Period(burn.period.start, burn.period.end), burn, now).pk, now=now)
        return
    spent = burn.spent if case.spent is None else max(case.spent, burn.spent)
    if (case.ended_at, case.spent) != (ended_at, spent):
        case.ended_at, case.spent = ended_at, spent
        case.save(update_fields=("ended_at", "spent"))


def _made(slo: Slo, period: Period, burn: Burn | None, now: datetime) -> Case:
    made: Case = Case.objects.create(
        kind=CaseKind.BURN.value,
        team_id=slo.team_id,
        slo=slo,
        service_id=slo.service_id,
        subject=slo.title[:255],
        started_at=period.start,
        ended_at=period.end if burn is not None and burn.is_over else None,
        spent=None if burn is None else burn.spent,
        window_seconds=int(WINDOW_DEFAULT.total_seconds()),
        seen_at=now,
    )
    return made


def _locked(slo: Slo) -> None:
    """Of two that find the same burn one waits."""
    Slo.objects.select_for_update(no_key=True).filter(pk=slo.pk).first()


def _is_of_ledger(burn: Burn) -> Q:
    """Not a slow burn that only an alert tells of: a fast one that breaks out while it lasts has causes of its own."""
    return Q(spent__isnull=False) | Q(started_at__gt=burn.period.start - _PAUSE)


def _overlapping(slo: Slo, period: Period, wanted: Q | None = None) -> Case | None:
    """The case of that stretch: pauses shorter than those that end a burn belong to it."""
    rows = Case.objects.filter(wanted or Q(), slo=slo, started_at__lt=period.end + _PAUSE)
    rows = rows.filter(Q(ended_at=None) | Q(ended_at__gt=period.start - _PAUSE) | Q(started_at=period.start))
    return rows.order_by("started_at", "pk").first()


def _watch_new(now: datetime) -> None:
    long_ago = now - WIDE_EVERY - MINUTE
    new = Slo.objects.filter(burn_watch=None).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]
    Watch.objects.bulk_create(
        [Watch(slo_id=pk, looked_at=long_ago, wide_at=long_ago) for pk in new], ignore_conflicts=True
    )


def _follow_owners(slo_ids: Sequence[int]) -> None:
    """What an objective burnt goes with it to another team: who may read it, and who judges."""
    moved = Case.objects.filter(slo_id__in=slo_ids).exclude(team_id=F("slo__team_id"))
    moved.update(team_id=Subquery(Slo.objects.filter(pk=OuterRef("slo_id")).values("team_id")[:1]))


def _calm(slo_ids: Sequence[int]) -> set[int]:
    """Those that lost nothing for hours and have no case that goes on: nothing can have begun."""
    rows = SloStatus.objects.filter(slo_id__in=slo_ids).values_list("slo_id", "burn_rates")
    quiet = {slo_id for slo_id, rates in rows if not any(rates.get(name) for name in _RATES)}
    return quiet - set(Case.objects.filter(slo_id__in=quiet, ended_at=None).values_list("slo_id", flat=True))


def _since(watch: Watch, now: datetime, *, is_wide: bool) -> datetime:
    """Two hours before the last look, or all that is looked back at; never after the start of a burn that goes on."""
    furthest = now - timedelta(days=settings.SUSPECTS_LOOK_BACK_DAYS)
    start = furthest if is_wide else max(furthest, watch.looked_at - _OVERLAP)
    open_since = Case.objects.filter(slo_id=watch.slo_id, ended_at=None).order_by("started_at")
    began = open_since.values_list("started_at", flat=True).first()
    return max(furthest, min(start, began - _OVERLAP)) if began else start
