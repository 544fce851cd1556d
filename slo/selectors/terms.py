"""What objectives are judged by at an instant: the version in force, exclusions and adjustments."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import Any

import numpy as np
from django.db.models import Exists, OuterRef, Q, TextField
from django.db.models.functions import Cast

from reliability.kit.collector import collector_paused
from reliability.kit.periods import Period
from slo.domain.budget import Adjustment as AdjustmentValue
from slo.domain.budgeting import BudgetingMethod
from slo.domain.burn import STANDARD_WINDOWS
from slo.domain.definition import SLICE_MINUTES_MAX, Definition
from slo.domain.exclusions import Exclusion as ExclusionValue
from slo.domain.exclusions import ExclusionEffect
from slo.domain.versions import Basis, Choice, Version, VersionError, choose
from slo.domain.windows import parse_window
from slo.models import Adjustment, Exclusion, Slo, SloVersion
from slo.selectors.chunks import ids_query

# Slices begin before the window they end in, and clocks that are set back make a calendar period longer.
_MARGIN = timedelta(minutes=SLICE_MINUTES_MAX) + timedelta(days=1)
_LONGEST_RATE = max(STANDARD_WINDOWS.values())


@dataclass(frozen=True, slots=True)
class Terms:
    """One objective's terms: the version that judges, and what corrects it. basis: in words, why that version does.

    Exclusions and adjustments are those that can matter to the windows asked about; basis is empty for fleets.
    """

    slo: Slo
    version_id: int
    sli_id: int
    definition: Definition
    exclusions: tuple[ExclusionValue, ...] = ()
    adjustments: tuple[AdjustmentValue, ...] = ()
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Dossier:
    """What was ever asked of one objective, and all that corrects windows that end in a period."""

    slo: Slo
    rows: tuple[SloVersion, ...]
    versions: tuple[Version, ...]
    exclusions: tuple[ExclusionValue, ...]
    adjustments: tuple[AdjustmentValue, ...]

    def at(self, at: datetime, *, now: datetime, is_restated: bool = False) -> Terms:
        """The terms that judge windows ending at *at*."""
        choice = self._choice(at, now, Basis.RESTATED if is_restated else Basis.AS_OF)
        row = self.rows[choice.version.number - 1]
        definition = choice.version.definition
        return Terms(self.slo, row.pk, row.sli_id, definition, self.exclusions, self.adjustments, choice.label)

    def _choice(self, at: datetime, now: datetime, basis: Basis) -> Choice:
        return choose(versions=self.versions, at=at, now=now, basis=basis)


def dossier_of(*, slo: Slo, period: Period) -> Dossier:
    """The dossier of one objective for windows that end in *period*. Raises VersionError when it has no version."""
    rows = tuple(SloVersion.objects.filter(slo=slo).order_by("effective_from", "pk"))
    if not rows:
        raise VersionError(f"the SLO {slo.name} has no version: give it an objective and a window")
    versions = tuple(
        Version(number, row.effective_from, _definition(json.dumps(row.window), *_REST_OF_ROW(row)))
        for number, row in enumerate(rows, 1)
    )
    corrections = _corrections(slos=[slo], definitions=[one.definition for one in versions], period=period)
    return Dossier(slo, rows, versions, *corrections.of(slo))


def terms_of(*, slos: Sequence[Slo], at: datetime, since: datetime | None = None) -> list[Terms]:
    """The terms of many objectives at *at*, in their order, by three statements; those without a version are left out.

    Read as plain values and only what matters at *at*: the age and the edits of an objective do not make it slower.
    since: an instant before which windows other than their own begin, so that what corrects those is read, too.
    """
    with collector_paused():
        rows = {
            slo_id: (version_id, sli_id, _definition(*row))
            for slo_id, version_id, sli_id, *row in _in_force([slo.id for slo in slos], at)
        }
        definitions = [definition for _, _, definition in rows.values()]
        corrections = _corrections(slos=slos, definitions=definitions, period=Period(since or at, at))
        if corrections.is_empty:
            return [Terms(slo, *rows[slo.id]) for slo in slos if slo.id in rows]
        return [Terms(slo, *rows[slo.id], *corrections.of(slo)) for slo in slos if slo.id in rows]


def definition_of(version: SloVersion) -> Definition:
    """A stored version as the value that the domain computes with."""
    return _definition(json.dumps(version.window), *_REST_OF_ROW(version))


_REST = ("objective", "budgeting_method", "slice_minutes", "slice_target", "counts_no_data_as_bad")
_REST_OF_ROW = attrgetter(*_REST)


def _in_force(slo_ids: list[int], at: datetime) -> Iterable[tuple[Any, ...]]:
    """The version of each that is in force at *at*, or its first: slo, version, sli, window as text and the rest."""
    others = SloVersion.objects.filter(slo=OuterRef("slo")).order_by()
    later = others.filter(effective_from__gt=OuterRef("effective_from"), effective_from__lte=at)
    earlier = others.filter(effective_from__lt=OuterRef("effective_from"))
    return (
        SloVersion.objects.filter(slo_id__in=ids_query(np.array(slo_ids, dtype=np.int64)))
        .filter(Q(effective_from__lte=at) & ~Exists(later) | Q(effective_from__gt=at) & ~Exists(earlier))
        .order_by()
        .values_list("slo_id", "pk", "sli_id", Cast("window", TextField()), *_REST)
    )


@lru_cache(maxsize=10_000)
def _definition(
    window: str,
    objective: Decimal,
    method: str,
    slice_minutes: int | None,
    slice_target: Decimal | None,
    counts_no_data_as_bad: bool,
) -> Definition:
    return Definition(
        objective=objective,
        window=parse_window(json.loads(window)),
        budgeting=BudgetingMethod(method),
        slice_minutes=slice_minutes,
        slice_target=slice_target,
        counts_no_data_as_bad=counts_no_data_as_bad,
    )


@dataclass(frozen=True, slots=True)
class _Corrections:
    """Exclusions by objective and by service, adjustments by objective."""

    of_slo: dict[int, list[ExclusionValue]]
    of_service: dict[int, list[ExclusionValue]]
    by_hand: dict[int, list[AdjustmentValue]]

    @property
    def is_empty(self) -> bool:
        return not (self.of_slo or self.of_service or self.by_hand)

    def of(self, slo: Slo) -> tuple[tuple[ExclusionValue, ...], tuple[AdjustmentValue, ...]]:
        of_service = self.of_service.get(slo.service_id, ()) if slo.service_id is not None else ()
        return (*self.of_slo.get(slo.pk, ()), *of_service), tuple(self.by_hand.get(slo.pk, ()))


def _corrections(*, slos: Sequence[Slo], definitions: Sequence[Definition], period: Period) -> _Corrections:
    """What can matter to windows of *definitions*, and to burn rates, that end in *period*."""
    distinct = {id(one): one for one in definitions}.values()  # equal ones are the same: _definition remembers
    reach = max([_LONGEST_RATE, *(one.window.length_max for one in distinct)]) + _MARGIN
    # A calendar window goes on after the instant it is asked about, and its slices to come are planned with.
    first, last = period.start - reach, period.end + reach
    slo_ids = ids_query(np.array([slo.id for slo in slos], dtype=np.int64))
    service_ids = {slo.service_id for slo in slos if slo.service_id is not None}
    of_slo: dict[int, list[ExclusionValue]] = defaultdict(list)
    of_service: dict[int, list[ExclusionValue]] = defaultdict(list)
    rows = Exclusion.objects.filter(
        Q(slo_id__in=slo_ids) | Q(service_id__in=ids_query(np.array(sorted(service_ids), dtype=np.int64))),
        revoked_at=None,
        end_at__gt=first,
        start_at__lt=last,
    ).order_by("start_at", "pk")
    for slo_id, service_id, start, end, effect in rows.values_list(
        "slo_id", "service_id", "start_at", "end_at", "effect"
    ):
        value = ExclusionValue(Period(start, end), ExclusionEffect(effect))
        if slo_id is not None:
            of_slo[slo_id].append(value)
        elif service_id is not None:
            of_service[service_id].append(value)
    by_hand: dict[int, list[AdjustmentValue]] = defaultdict(list)
    made = Adjustment.objects.filter(slo_id__in=slo_ids, revoked_at=None, at__gte=first, at__lte=period.end)
    for slo_id, at, consumed_delta in made.order_by("at", "pk").values_list("slo_id", "at", "consumed_delta"):
        by_hand[slo_id].append(AdjustmentValue(at, consumed_delta))
    return _Corrections(of_slo, of_service, by_hand)
