"""What was changed before it burned: of the service and of what it needs."""

from __future__ import annotations

from datetime import datetime, timedelta

from reliability.catalog.selectors.dependencies import all_edges
from reliability.delivery.models import Change
from reliability.delivery.selectors.changes import changes
from reliability.kit.periods import Period

LOOK_BACK = timedelta(hours=24)
SHOWN_MAX = 5
_DEPTH_MAX = 3


def changes_before(*, team_id: int, service_id: int | None, at: datetime, shown_max: int = SHOWN_MAX) -> list[Change]:
    """Changes of the last day before *at*, the newest first: of the service, of what it needs up to three steps down,
    and of the team without a service. Those of other private teams are left out: the readers may not know of them.
    """
    service_ids = [] if service_id is None else sorted(with_needs(service_id))
    found = changes(
        period=Period(at - LOOK_BACK, at + timedelta(seconds=1)), team_ids=[team_id], service_ids=service_ids
    )
    told = [change for change in found if change.owner.pk == team_id or not change.owner.is_private]
    return told[:shown_max]


def changes_text(*, found: list[Change], at: datetime) -> str:
    """Lines for the text of an alert; empty when nothing was changed."""
    if not found:
        return ""
    lines = [f"- {change.title} ({_where(change)}{_before(change.at, at)})" for change in found]
    return "\n".join(["Changed before:", *lines])


def _where(change: Change) -> str:
    return f"{change.service.title}, " if change.service else ""


def _before(changed_at: datetime, at: datetime) -> str:
    minutes = max(round((at - changed_at).total_seconds() / 60), 0)
    return f"{minutes} min before" if minutes < 120 else f"{minutes // 60} h before"


def with_needs(service_id: int) -> set[int]:
    """The service and what it needs, up to three steps down. One query."""
    needs, _ = all_edges()
    seen, edge = {service_id}, {service_id}
    for _ in range(_DEPTH_MAX):
        edge = {one.to for pk in edge for one in needs.get(pk, ())} - seen
        seen |= edge
    return seen
