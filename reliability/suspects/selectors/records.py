"""How earlier changes ended: deployments that failed, and what people said of other suspects."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from reliability.access.domain.caller import SYSTEM
from reliability.delivery import failures
from reliability.delivery.selectors.deployments_between import EndedDeployment, ended_deployments
from reliability.kit.periods import Period
from reliability.suspects.domain.kinds import SuspectKind, VerdictState
from reliability.suspects.domain.ranking import Record
from reliability.suspects.models import Suspect

LOOK_BACK = timedelta(days=90)
DEPLOYMENTS_MAX = 20
_ROWS_MAX = 20_000
_JUDGED = (VerdictState.CONFIRMED.value, VerdictState.REJECTED.value)


@dataclass(frozen=True)
class Records:
    """deployments: of each service, the oldest first. judged: (at, confirmed?) of each kind and service likewise."""

    failed_ids: frozenset[int]
    deployments: dict[int, list[EndedDeployment]] = field(default_factory=dict)
    judged: dict[tuple[str, int], list[tuple[datetime, bool]]] = field(default_factory=dict)

    def of(self, *, kind: SuspectKind, service_id: int | None, before: datetime, known_at: datetime) -> Record:
        """Of the last DEPLOYMENTS_MAX deployments before an instant, or of judged others, what was known at another."""
        if service_id is None:
            return Record()
        if kind is SuspectKind.DEPLOYMENT:
            rows = self.deployments.get(service_id, [])
            place = bisect_left(rows, before, key=lambda one: one.finished_at)
            last = [
                one for one in rows[max(0, place - DEPLOYMENTS_MAX) : place] if one.finished_at > before - LOOK_BACK
            ]
            return Record(sum(self._had_failed(one, known_at) for one in last), len(last))
        told = [is_it for at, is_it in self.judged.get((kind.value, service_id), ()) if at < known_at]
        return Record(sum(told), len(told))

    def _had_failed(self, one: EndedDeployment, known_at: datetime) -> bool:
        return one.is_failed or one.id in self.failed_ids or (one.mended_at is not None and one.mended_at < known_at)


def records_of(*, service_ids: Collection[int], period: Period) -> Records:
    """For rankings of troubles that began in the period. Two queries, and those of the sources of failures.

    What the platform inferred counts nowhere: else the first suspect of today would be first tomorrow because of it.
    """
    if not service_ids:
        return Records(frozenset())
    reach = Period(period.start - LOOK_BACK, period.end)
    named = failures.causes(caller=SYSTEM, period=reach)
    deployments: dict[int, list[EndedDeployment]] = defaultdict(list)
    for one in ended_deployments(period=reach, service_ids=service_ids, limit=_ROWS_MAX):
        deployments[one.service_id].append(one)
    judged: dict[tuple[str, int], list[tuple[datetime, bool]]] = defaultdict(list)
    rows = Suspect.objects.filter(
        service_id__in=service_ids, verdict__in=_JUDGED, verdict_at__gte=reach.start, verdict_at__lt=reach.end
    ).exclude(kind=SuspectKind.DEPLOYMENT.value)
    for kind, service_id, verdict, at in rows.order_by("verdict_at", "pk").values_list(
        "kind", "service_id", "verdict", "verdict_at"
    ):
        if at is not None and service_id is not None:
            judged[(kind, service_id)].append((at, verdict == VerdictState.CONFIRMED))
    failed_ids = frozenset(one.deployment_id for one in named if not one.is_inferred)
    return Records(failed_ids, dict(deployments), dict(judged))
