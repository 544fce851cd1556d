"""Who needs whom. The graph never has a cycle, whoever writes at the same time."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from reliability.access.domain.caller import Caller, Role
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.catalog.domain.graph import cycle_of
from reliability.catalog.models import Dependency, Service
from reliability.catalog.selectors.dependencies import all_edges
from reliability.web.errors import Conflict, Invalid, NotFound


def set_dependency(
    *, caller: Caller, service: Service, needs: Service, is_hard: bool, now: datetime, reason: str = ""
) -> Dependency:
    """Say that *service* needs *needs*: hard when it fails without it, soft when it degrades. Says it once.

    Raises Forbidden, NotFound, Invalid for itself, Conflict naming the cycle it would close.
    """
    require(caller=caller, team_id=service.team_id, role=Role.EDITOR)
    if not caller.may_read(needs.team_id):
        raise NotFound(f"there is no service {needs.name!r}, or it is not yours to see")
    if service.pk == needs.pk:
        raise Invalid(details=[{"field": "needs", "message": "a service does not need itself: choose another one"}])
    with transaction.atomic():
        _lock_graph()
        dependency = Dependency.objects.filter(service=service, needs=needs).first()
        if dependency is None:
            _refuse_cycle(caller=caller, service=service, needs=needs)
            dependency = Dependency.objects.create(service=service, needs=needs, is_hard=is_hard)
            changes = {f"needs {needs.name}": [None, _kind(is_hard)]}
            action = "service.add_dependency"
        elif dependency.is_hard != is_hard:
            dependency.is_hard = is_hard
            dependency.save(update_fields=("is_hard",))
            changes = {f"needs {needs.name}": [_kind(not is_hard), _kind(is_hard)]}
            action = "service.change_dependency"
        else:
            return dependency
        _record(caller=caller, action=action, service=service, now=now, changes=changes, reason=reason)
    return dependency


def remove_dependency(*, caller: Caller, service: Service, needs_name: str, now: datetime, reason: str = "") -> None:
    """Take the dependency away. Raises Forbidden, NotFound."""
    require(caller=caller, team_id=service.team_id, role=Role.EDITOR)
    with transaction.atomic():
        found = Dependency.objects.filter(service=service, needs__name=needs_name).select_related("needs").first()
        if found is None or not caller.may_read(found.needs.team_id):
            raise NotFound(f"{service.name} does not need a service {needs_name!r}")
        found.delete()
        changes = {f"needs {needs_name}": [_kind(found.is_hard), None]}
        _record(
            caller=caller, action="service.remove_dependency", service=service, now=now, changes=changes, reason=reason
        )


def _lock_graph() -> None:
    """Writers of dependencies pass one at a time: two edges that are harmless alone can close a cycle together.

    Every service row is locked in the same order; SQLite's transactions are exclusive anyway.
    """
    rows = Service.objects.select_for_update(no_key=True).order_by("pk")
    list(rows.values_list("pk", flat=True))


def _refuse_cycle(*, caller: Caller, service: Service, needs: Service) -> None:
    edges, _ = all_edges()
    cycle = cycle_of(edges=edges, service=service.pk, needs=needs.pk)
    if cycle is None:
        return
    on_it = Service.objects.in_bulk(cycle)
    names = [on_it[pk].name if caller.may_read(on_it[pk].team_id) else "a private service" for pk in cycle]
    message = f"this closes a cycle: {' → '.join(names)}. Remove one of these dependencies, or turn this one round"
    raise Conflict(message, reason="dependency_cycle", details=[{"field": "needs", "message": message}])


def _kind(is_hard: bool) -> str:
    return "hard" if is_hard else "soft"


def _record(
    *, caller: Caller, action: str, service: Service, now: datetime, changes: audit.Changes, reason: str
) -> None:
    audit.record(
        caller=caller,
        action=action,
        object_kind="service",
        object_name=service.name,
        team_id=service.team_id,
        now=now,
        changes=changes,
        reason=reason,
    )
