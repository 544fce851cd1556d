"""Everything that was changed in a period: of services, and of a team as a whole."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta

from reliability.delivery.models import Change, Deployment
from reliability.delivery.selectors.changes import changes
from reliability.delivery.selectors.deployments_between import rollouts_between
from reliability.kit.periods import Period
from reliability.suspects.candidates import Told, candidates_from_above
from reliability.suspects.domain.kinds import SuspectKind, kind_of_change
from reliability.suspects.domain.labels import deployment_label

KNOWN_MAX = 1_000  # of each source
_SAME = timedelta(hours=1)


def known_changes(*, service_ids: Collection[int], team_id: int, period: Period, limit: int = KNOWN_MAX) -> list[Told]:
    """Deployments, changes and what rooms above tell, the newest *limit* of each. Two queries, and theirs.

    For everybody's ranking; whoever shows one looks at its teams first.
    """
    told = changes(period=period, team_ids=[team_id], service_ids=service_ids, limit=limit)
    if not service_ids:
        told = [one for one in told if one.service_id is None]
    deployed = rollouts_between(period=period, service_ids=service_ids, limit=limit)
    names = {(one.service_id, name): one for one in deployed for name in (one.title, one.revision) if name}
    return [
        *map(of_deployment, deployed),
        *(_of_change(one) for one in told if not _is_told_twice(one, names)),
        *(candidates_from_above(service_ids=service_ids, period=period, limit=limit) if service_ids else ()),
    ]


def of_deployment(row: Deployment) -> Told:
    """A rollout, from its start; where that was not told, from its end."""
    moments = [at for at in (row.started_at, row.finished_at) if at is not None]
    service = row.service
    return Told(
        key=f"deployment-{row.pk}",
        kind=SuspectKind.DEPLOYMENT,
        began_at=min(moments, default=row.received_at),
        ended_at=row.finished_at,
        service=service,
        label=deployment_label(
            service=service.name, revision=row.revision, title=row.title or row.key, environment=row.environment
        ),
        # Written out: to look an address up loads every page once, and the message of an alert would wait for it.
        url=f"/delivery/deployments/{row.pk}/",
        team_ids=frozenset({service.team_id}),
        mends=row.is_rollback or row.is_rollback_told or bool(row.is_unplanned),
        deployment_id=row.pk,
    )


def _is_told_twice(change: Change, names: Mapping[tuple[int, str], Deployment]) -> bool:
    """Whether it is a deployment that a second sender called a change: of that service, title or revision, and hour."""
    deployment = names.get((change.service_id or 0, change.title))
    at = None if deployment is None else deployment.finished_at or deployment.started_at
    return at is not None and abs(at - change.at) <= _SAME


def _of_change(row: Change) -> Told:
    links = [str(link.get("url", "")) for link in row.links if isinstance(link, dict)]
    service = row.service
    return Told(
        key=f"change-{row.pk}",
        kind=kind_of_change(row.details.get("kind", "") if isinstance(row.details, dict) else ""),
        began_at=row.at,
        ended_at=row.at,
        service=service,
        label=row.title,
        url=next((one for one in links if one.startswith(("https://", "http://"))), "")[:500],
        team_ids=frozenset({row.owner.pk}),
    )
