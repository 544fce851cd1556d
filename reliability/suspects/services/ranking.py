"""Rankings written down: the first one stays as it was, later ones stand beside it and say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from reliability.kit.periods import Period
from reliability.suspects.domain.kinds import CaseKind, VerdictState
from reliability.suspects.domain.ranking import Trouble
from reliability.suspects.models import Case, Suspect
from reliability.suspects.selectors.rankings import RankedChange, field_of
from reliability.suspects.selectors.windows import rules_for
from reliability.suspects.troubles import incident_trouble

_NEWEST = ("place", "score", "lag_seconds", "is_running", "distance", "failed", "total")
_TOLD = ("label", "url", "began_at", "ended_at", "service_id", "team_ids", "deployment_id")


@dataclass(frozen=True, slots=True)
class Roots:
    """The services whose trouble it is; slo_ids: objectives that an incident touches."""

    service_ids: tuple[int, ...]
    slo_ids: tuple[int, ...] = ()


@transaction.atomic
def rank_case(*, case_id: int, now: datetime) -> bool:
    """Rank the suspects of a case by what is known now; whether that differs from what stood there.

    The first ranking is kept as it was. What was told of since is late. What was judged or ranked first and is under
    no suspicion any more stays without a place. Safe to run twice.
    """
    case = Case.objects.select_for_update(of=("self",)).select_related("slo").filter(pk=case_id).first()
    if case is None:
        return False
    roots = _roots(case)
    if roots is None:
        return False
    rules = rules_for(team_id=case.team_id, service_ids=roots.service_ids)
    window = rules.window(team_id=case.team_id, service_ids=roots.service_ids)
    found = field_of(
        team_id=case.team_id, roots=roots.service_ids, window=window, began=Period(case.started_at, case.started_at)
    ).ranking(Trouble(case.started_at, _burning_since(case, roots)))
    is_first = case.ranked_at is None
    has_changed = _write(case, found, is_first=is_first)
    if is_first:
        case.ranked_at = now
    elif has_changed:
        case.reranked_at = now
    case.window_seconds = int(window.total_seconds())
    case.save(update_fields=("ranked_at", "reranked_at", "window_seconds"))
    return has_changed


def _roots(case: Case) -> Roots | None:
    """None: there is nothing to rank by yet, such as of an incident whose services nobody named."""
    if case.slo is not None:
        return Roots(() if case.slo.service_id is None else (case.slo.service_id,), (case.slo.pk,))
    trouble = incident_trouble(incident_id=case.incident_id or 0)
    if trouble is None or not trouble.service_ids:
        return None
    return Roots(trouble.service_ids, trouble.slo_ids)


def _burning_since(case: Case, roots: Roots) -> datetime | None:
    """The earliest burn of the same objectives or services that went on when the case began."""
    of_same = Case.objects.filter(kind=CaseKind.BURN.value, started_at__lt=case.started_at).exclude(pk=case.pk)
    rows = of_same.filter(slo_id__in=roots.slo_ids) | of_same.filter(service_id__in=roots.service_ids)
    going_on = rows.filter(ended_at=None) | rows.filter(ended_at__gte=case.started_at)
    return going_on.order_by("started_at").values_list("started_at", flat=True).first()


def _write(case: Case, found: Sequence[RankedChange], *, is_first: bool) -> bool:
    stored = {one.key: one for one in case.suspects.all()}
    has_changed = False
    for one in found:
        row = stored.pop(one.told.key, None)
        values = _values(one)
        if row is None:
            row = Suspect(case=case, key=one.told.key, kind=one.told.kind.value, **values)
            if is_first:
                row.first_place, row.first_score = row.place, row.score
            row.save(force_insert=True)
            has_changed = True
        elif any(getattr(row, name) != value for name, value in values.items()):
            has_changed = has_changed or row.place != values["place"]
            for name, value in values.items():
                setattr(row, name, value)
            row.save(update_fields=(*_NEWEST, *(name.removesuffix("_id") for name in _TOLD)))
    for row in stored.values():
        has_changed = has_changed or row.place is not None
        if row.first_place is None and row.verdict == VerdictState.OPEN:
            row.delete()
        elif row.place is not None:
            row.place = None
            row.save(update_fields=("place",))
    return has_changed


def _values(one: RankedChange) -> dict[str, object]:
    candidate, told = one.ranked.candidate, one.told
    return {
        "place": one.ranked.place,
        "score": one.ranked.score,
        "lag_seconds": int(one.ranked.lag / timedelta(seconds=1)),
        "is_running": one.ranked.is_running,
        "distance": candidate.distance,
        "failed": candidate.record.failed,
        "total": candidate.record.total,
        "label": told.label[:400],
        "url": told.url,
        "began_at": told.began_at,
        "ended_at": told.ended_at,
        "service_id": None if told.service is None else told.service.pk,
        "team_ids": sorted(told.team_ids),
        "deployment_id": told.deployment_id,
    }
