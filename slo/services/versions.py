"""Versions of an objective: what it asks for, from an instant on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from reliability.access.domain.caller import Caller
from slo.domain.definition import Definition
from slo.domain.versions import VersionError
from slo.models import Slo, SloStatus, SloVersion
from slo.selectors.terms import definition_of


def newest_definition(*, slo: Slo) -> Definition:
    """The definition of the newest version, which may not be in force yet. Raises VersionError."""
    newest = _newest(slo)
    if newest is None:
        raise VersionError(f"the SLO {slo.name} has no version: give it an objective and a window")
    return definition_of(newest)


def begin(*, slo: Slo, definition: Definition, effective_from: datetime, caller: Caller, reason: str) -> None:
    """Write the first version of a new objective, in force from *effective_from* on."""
    columns = _columns(slo, definition, caller, reason)
    SloVersion.objects.create(slo=slo, effective_from=effective_from, **columns)


def put(
    *,
    slo: Slo,
    definition: Definition,
    effective_from: datetime,
    caller: Caller,
    reason: str,
    is_forced: bool = False,
) -> bool:
    """Make *definition* (measured by slo.sli) hold from *effective_from* on; returns whether anything changed.

    Nothing changes when the newest version says the same, unless is_forced: then it says so from that instant on.
    Versions from the instant on are replaced: not in force yet, of the same minute, or restated on request.
    """
    newest = _newest(slo)
    is_same = newest is not None and newest.sli_id == slo.sli_id and definition_of(newest) == definition
    if newest is not None and is_same and (not is_forced or newest.effective_from == effective_from):
        return False
    version, _ = SloVersion.objects.update_or_create(
        slo=slo,
        effective_from=effective_from,
        defaults=_columns(slo, definition, caller, reason),
    )
    replaced = SloVersion.objects.filter(slo=slo, effective_from__gt=effective_from)
    # The status points at a version; it must not go with it.
    SloStatus.objects.filter(version__in=replaced).update(version=version, sparkline_at=None)
    replaced.delete()
    SloStatus.objects.filter(slo=slo).update(sparkline_at=None)
    return True


def _columns(slo: Slo, definition: Definition, caller: Caller, reason: str) -> dict[str, Any]:
    return {
        "sli_id": slo.sli_id,
        "objective": definition.objective,
        "window": definition.window.to_json(),
        "budgeting_method": definition.budgeting.value,
        "slice_minutes": definition.slice_minutes,
        "slice_target": definition.slice_target,
        "counts_no_data_as_bad": definition.counts_no_data_as_bad,
        "author_name": caller.name[:160],
        "reason": reason.strip(),
    }


def _newest(slo: Slo) -> SloVersion | None:
    return SloVersion.objects.filter(slo=slo).order_by("-effective_from", "-pk").first()
