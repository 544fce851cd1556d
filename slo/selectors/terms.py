"""What objectives are judged by at an instant: the version in force, exclusions and adjustments."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from django.db.models import Q

from reliability.kit.periods import Period
from slo.domain import exclusions as exclusion_values
from slo.domain.budget import Adjustment as AdjustmentValue
from slo.domain.budgeting import BudgetingMethod
from slo.domain.definition import Definition
from slo.domain.exclusions import ExclusionEffect
from slo.domain.versions import Basis, Choice, Version, VersionError, choose
from slo.domain.windows import parse_window
from slo.models import Adjustment, Exclusion, Slo, SloVersion


@dataclass(frozen=True, slots=True)
class Terms:
    """One objective's terms. `version` is the row that judges, `choice` says why it does."""

    slo: Slo
    version: SloVersion
    choice: Choice
    definition: Definition
    exclusions: tuple[exclusion_values.Exclusion, ...] = ()
    adjustments: tuple[AdjustmentValue, ...] = ()

    @property
    def sli_id(self) -> int:
        return self.version.sli_id


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything said about one objective, from which the terms of any instant follow without another query."""

    slo: Slo
    rows: tuple[SloVersion, ...]
    versions: tuple[Version, ...]
    exclusions: tuple[exclusion_values.Exclusion, ...]
    adjustments: tuple[AdjustmentValue, ...]

    def at(self, at: datetime, *, now: datetime, is_restated: bool = False) -> Terms:
        """The terms that judge windows ending at *at*."""
        basis = Basis.RESTATED if is_restated else Basis.AS_OF
        choice = choose(versions=self.versions, at=at, now=now, basis=basis)
        row = self.rows[choice.version.number - 1]
        return Terms(self.slo, row, choice, choice.version.definition, self.exclusions, self.adjustments)


def dossier_of(*, slo: Slo) -> Dossier:
    """The dossier of one objective. Raises VersionError when it has no version."""
    for dossier in dossiers_of(slos=[slo]):
        return dossier
    raise VersionError(f"the SLO {slo.name} has no version: give it an objective and a window")


def dossiers_of(*, slos: Sequence[Slo]) -> list[Dossier]:
    """Dossiers in the order of *slos*, by three queries. Objectives without any version are left out."""
    slo_ids = [slo.pk for slo in slos]
    rows: dict[int, list[SloVersion]] = defaultdict(list)
    for row in SloVersion.objects.filter(slo_id__in=slo_ids).order_by("slo_id", "effective_from", "pk"):
        rows[row.slo_id].append(row)
    of_slo, of_service = _exclusions(slo_ids, {slo.service_id for slo in slos if slo.service_id is not None})
    adjustments = _adjustments(slo_ids)
    return [
        Dossier(
            slo=slo,
            rows=tuple(rows[slo.pk]),
            versions=tuple(
                Version(number, row.effective_from, definition_of(row)) for number, row in enumerate(rows[slo.pk], 1)
            ),
            exclusions=(*of_slo.get(slo.pk, ()), *(of_service.get(slo.service_id, ()) if slo.service_id else ())),
            adjustments=tuple(adjustments.get(slo.pk, ())),
        )
        for slo in slos
        if rows[slo.pk]
    ]


def definition_of(version: SloVersion) -> Definition:
    """A stored version as the value that the domain computes with."""
    return _definition(
        version.objective,
        json.dumps(version.window, sort_keys=True),
        version.budgeting_method,
        version.slice_minutes,
        version.slice_target,
        version.counts_no_data_as_bad,
    )


@lru_cache(maxsize=10_000)
def _definition(
    objective: Decimal,
    window: str,
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


ExclusionsById = dict[int, list[exclusion_values.Exclusion]]


def _exclusions(slo_ids: list[int], service_ids: Iterable[int]) -> tuple[ExclusionsById, ExclusionsById]:
    of_slo: ExclusionsById = defaultdict(list)
    of_service: ExclusionsById = defaultdict(list)
    for row in Exclusion.objects.filter(
        Q(slo_id__in=slo_ids) | Q(service_id__in=list(service_ids)), revoked_at=None
    ).order_by("start_at", "pk"):
        value = exclusion_values.Exclusion(Period(row.start_at, row.end_at), ExclusionEffect(row.effect))
        if row.slo_id is not None:
            of_slo[row.slo_id].append(value)
        elif row.service_id is not None:
            of_service[row.service_id].append(value)
    return of_slo, of_service


def _adjustments(slo_ids: list[int]) -> dict[int, list[AdjustmentValue]]:
    found: dict[int, list[AdjustmentValue]] = defaultdict(list)
    for row in Adjustment.objects.filter(slo_id__in=slo_ids, revoked_at=None).order_by("at", "pk"):
        found[row.slo_id].append(AdjustmentValue(row.at, row.consumed_delta))
    return found
