"""How far back changes are suspected: set for a team, and for single services of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from reliability.access.domain.caller import Caller, Role
from reliability.access.models import Team
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.catalog.models import Service
from reliability.suspects.domain.ranking import WINDOW_MAX, WINDOW_MIN
from reliability.suspects.models import BlameRule
from reliability.web.errors import Invalid

KIND = "blame_rule"
_MINUTE = timedelta(minutes=1)


@transaction.atomic
def set_team_rule(*, caller: Caller, team: Team, window: timedelta, counts_inferred: bool, now: datetime) -> BlameRule:
    """The window of a team, and whether its deployments count as failed by inference. Later rankings go by it.

    Raises NotFound, Forbidden (editors of the team), Invalid.
    """
    require(caller=caller, team_id=team.pk, role=Role.EDITOR)
    values = {"window_minutes": _minutes(window), "counts_inferred": counts_inferred}
    old = BlameRule.objects.select_for_update().filter(team=team, service=None).first()
    before = {name: getattr(old, name) for name in values} if old else {}
    row, _ = BlameRule.objects.update_or_create(
        team=team, service=None, defaults={**values, "updated_at": now, "updated_by_name": caller.name[:160]}
    )
    _record(caller, team.pk, team.slug, before, values, now)
    return row


@transaction.atomic
def set_rules(
    *,
    caller: Caller,
    team: Team,
    window: timedelta,
    counts_inferred: bool,
    windows: Mapping[Service, timedelta],
    now: datetime,
) -> None:
    """All of a team at once: exactly these of its services have a window of their own. Raises as the single ones."""
    set_team_rule(caller=caller, team=team, window=window, counts_inferred=counts_inferred, now=now)
    former = Service.objects.filter(team=team, blame_rule__isnull=False)
    for service in former.exclude(pk__in=[one.pk for one in windows]).order_by("pk"):
        set_service_window(caller=caller, service=service, window=None, now=now)
    for service, own in windows.items():
        set_service_window(caller=caller, service=service, window=own, now=now)


@transaction.atomic
def set_service_window(*, caller: Caller, service: Service, window: timedelta | None, now: datetime) -> None:
    """The window of one service; None: as its team. Raises NotFound, Forbidden (editors of its team), Invalid."""
    require(caller=caller, team_id=service.team_id, role=Role.EDITOR)
    old = BlameRule.objects.select_for_update().filter(service=service).first()
    before = {"window_minutes": old.window_minutes if old else None}
    after = {"window_minutes": None if window is None else _minutes(window)}
    if window is None:
        BlameRule.objects.filter(service=service).delete()
    else:
        values = {"team_id": service.team_id, "updated_at": now, "updated_by_name": caller.name[:160], **after}
        BlameRule.objects.update_or_create(service=service, defaults=values)
    _record(caller, service.team_id, service.name, before, after, now)


def _minutes(window: timedelta) -> int:
    if not WINDOW_MIN <= window <= WINDOW_MAX:
        raise Invalid(details=[{"field": "window", "message": "must be 5 minutes to 14 days, such as 24h"}])
    return window // _MINUTE


def _record(
    caller: Caller, team_id: int, name: str, before: Mapping[str, object], after: Mapping[str, object], now: datetime
) -> None:
    changes = audit.changes_between(old={key: before.get(key) for key in after}, new=after)
    if changes:
        audit.record(
            caller=caller,
            action=f"{KIND}.update",
            object_kind=KIND,
            object_name=name,
            team_id=team_id,
            now=now,
            changes=changes,
        )
