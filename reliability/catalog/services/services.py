"""Services: created, changed, deleted while nothing uses them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError

from reliability.access.domain.caller import Caller, Role
from reliability.access.models import Team
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.catalog.domain.link import link_mistakes, url_mistake
from reliability.catalog.domain.name import label_mistake, name_mistake
from reliability.catalog.domain.tier import tier_mistake
from reliability.catalog.models import Layer, Service
from reliability.web.errors import Conflict, Invalid, NotFound

TITLE_LENGTH_MAX = 120
DESCRIPTION_LENGTH_MAX = 10_000
CHANGEABLE = ("team", "title", "description", "tier", "layer", "runbook_url", "links", "labels")


def create(
    *,
    caller: Caller,
    team: Team,
    name: str,
    title: str,
    now: datetime,
    description: str = "",
    tier: int = 3,
    layer: str = Layer.COMPONENT.value,
    runbook_url: str = "",
    links: Sequence[Mapping[str, str]] = (),
    labels: Mapping[str, str] | None = None,
    reason: str = "",
) -> Service:
    """A new service of *team*. Raises Forbidden, Invalid with every mistake, Conflict for a name in use."""
    require(caller=caller, team_id=team.pk, role=Role.EDITOR)
    fields: dict[str, Any] = {
        "title": title,
        "description": description,
        "tier": tier,
        "layer": layer,
        "runbook_url": runbook_url,
        "links": [dict(link) for link in links],
        "labels": dict(labels or {}),
    }
    _check({"name": name, **fields})
    try:
        with transaction.atomic():
            service = Service.objects.create(team=team, name=name, **fields)
            new = _audited({"name": name, "team": team, **fields})
            changes = {field: [None, value] for field, value in new.items() if value not in ("", [], {})}
            _record(caller=caller, action="service.create", service=service, now=now, changes=changes, reason=reason)
    except IntegrityError as error:
        message = f"there is a service {name!r} already (it may be private to another team): choose another name"
        raise Conflict(message, reason="exists", details=[{"field": "name", "message": message}]) from error
    return service


def change(
    *,
    caller: Caller,
    service: Service,
    fields: Mapping[str, Any],
    now: datetime,
    based_on: datetime | None = None,
    reason: str = "",
) -> Service:
    """Change some of CHANGEABLE; the name stays, addresses and files hold it.

    based_on: `updated_at` of what the person saw; Conflict when somebody changed the service since. A new team asks
    for the role of editor in both. Raises Forbidden, NotFound, Invalid, Conflict.
    """
    unknown = sorted(set(fields) - set(CHANGEABLE))
    if unknown:
        raise Invalid(details=[{"field": name, "message": f"{name} cannot be changed"} for name in unknown])
    with transaction.atomic():
        service = Service.objects.select_for_update().select_related("team").get(pk=service.pk)
        require(caller=caller, team_id=service.team_id, role=Role.EDITOR)
        if "team" in fields:
            require(caller=caller, team_id=fields["team"].pk, role=Role.EDITOR)
        if based_on is not None and based_on != service.updated_at:
            raise Conflict("somebody changed this service since you opened the form: look at it and change it again")
        _check(fields)
        changes = audit.changes_between(old=_audited(_values(service, fields)), new=_audited(fields))
        if changes:
            for name, value in fields.items():
                setattr(service, name, value)
            service.save(update_fields=(*fields, "updated_at"))
            _record(caller=caller, action="service.change", service=service, now=now, changes=changes, reason=reason)
    return service


def delete(*, caller: Caller, service: Service, now: datetime, reason: str = "") -> None:
    """Delete the service and its own dependencies. Raises Forbidden, NotFound, Conflict naming what uses it."""
    require(caller=caller, team_id=service.team_id, role=Role.EDITOR)
    try:
        with transaction.atomic():
            old = {name: [value, None] for name, value in _audited(_values(service, CHANGEABLE)).items()}
            _record(caller=caller, action="service.delete", service=service, now=now, changes=old, reason=reason)
            if not Service.objects.filter(pk=service.pk).delete()[0]:
                raise NotFound(f"the service {service.name!r} was deleted already")
    except ProtectedError as error:
        used_by = words_for_users(caller=caller, users=error.protected_objects)
        raise Conflict(f"{service} is in use by {used_by}: move or delete those first", reason="in_use") from error


def words_for_users(*, caller: Caller, users: Iterable[models.Model]) -> str:
    """`SLO checkout, SLI checkout-errors and 1 private object`: names only where the caller may read."""
    names: list[str] = []
    hidden = 0
    for user in users:
        owned: Any = user if hasattr(user, "team_id") else getattr(user, "service", None)  # a dependency: who needs
        if caller.may_read(owned.team_id):
            names.append(f"{user._meta.verbose_name} {getattr(user, 'name', None) or user}")
        else:
            hidden += 1
    shown, rest = sorted(names)[:10], max(len(names) - 10, 0)
    if rest:
        shown.append(f"{rest} more")
    if hidden:
        shown.append(f"{hidden} private object{'' if hidden == 1 else 's'}")
    return " and ".join((", ".join(shown[:-1]), shown[-1])) if len(shown) > 1 else shown[0]


def _check(fields: Mapping[str, Any]) -> None:
    """Raises Invalid with every mistake at its field."""
    found: list[dict[str, Any]] = [
        {"field": name, "message": mistake} for name in fields if (mistake := _mistake(name, fields[name]))
    ]
    found += [
        {"field": "links", "index": index, "message": f"link {index + 1}: {mistake}"}
        for index, mistake in link_mistakes(fields.get("links", ()))
    ]
    if found:
        raise Invalid(details=found)


def _mistake(name: str, value: Any) -> str | None:
    match name:
        case "name":
            return name_mistake(value)
        case "title":
            return (
                None
                if 0 < len(value.strip()) <= TITLE_LENGTH_MAX
                else f"a title has 1 to {TITLE_LENGTH_MAX} characters"
            )
        case "description" if len(value) > DESCRIPTION_LENGTH_MAX:
            return f"a description has at most {DESCRIPTION_LENGTH_MAX} characters"
        case "tier":
            return tier_mistake(value)
        case "layer" if value not in Layer.values:
            return f"layer must be one of {', '.join(Layer.values)}, got {value!r}"
        case "runbook_url" if value:
            return url_mistake(value)
        case "labels":
            return label_mistake(value)
    return None


def _values(service: Service, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(service, name) for name in names}


def _audited(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.slug if isinstance(value, Team) else value for name, value in fields.items()}


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
