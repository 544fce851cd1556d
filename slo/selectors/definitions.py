"""The newest definitions of several objectives at once."""

from __future__ import annotations

from collections.abc import Iterable

from slo.models import SloVersion


def newest_versions(*, slo_ids: Iterable[int]) -> dict[int, SloVersion]:
    """The newest version of each objective with its sli joined, in one query whatever their number."""
    rows = SloVersion.objects.filter(slo_id__in=list(slo_ids)).select_related("sli")
    return {version.slo_id: version for version in rows.order_by("slo_id", "effective_from", "pk")}
