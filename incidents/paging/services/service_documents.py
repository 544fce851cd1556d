"""A service of the catalogue as one document, for `manage.py apply`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from incidents.oncall.declared import Applied
from reliability.access.domain.caller import Caller
from reliability.access.selectors.teams import writable_teams
from reliability.catalog.models import Service
from reliability.catalog.services import services
from reliability.web.errors import Invalid

_TEXTS = ("title", "description", "layer", "runbook_url")
_OWN = ("tier", "links", "labels", *_TEXTS)
_KNOWN = ("team", *_OWN, "escalation_policy", "dependencies")  # the last two: services.service_relations
_WHY = "applied from a file"


def apply(*, caller: Caller, name: str, spec: Mapping[str, Any], now: datetime) -> Applied:
    """A document of the kind Service. What it leaves out stays. Raises Invalid, Forbidden, NotFound, Conflict."""
    fields = _fields(spec)
    team = _team(caller, spec)
    if team is not None:
        fields["team"] = team
    stored = Service.objects.readable_by(caller).select_related("team").filter(name=name).first()
    if stored is None:
        if team is None:
            raise _invalid("team", "is required: name the slug of a team in which you are editor")
        fields.setdefault("title", name)
        services.create(caller=caller, name=name, now=now, reason=_WHY, **fields)
        return Applied("Service", name, "added")
    differing = tuple(field for field, value in fields.items() if getattr(stored, field) != value)
    if differing:
        changed = {field: fields[field] for field in differing}
        services.change(caller=caller, service=stored, fields=changed, now=now, reason=_WHY)
    return Applied("Service", name, "changed" if differing else "unchanged", differing)


def _fields(spec: Mapping[str, Any]) -> dict[str, Any]:
    details = [
        {"field": str(field), "message": f"is not known here: known are {', '.join(_KNOWN)}"}
        for field in spec
        if field not in _KNOWN
    ]
    wanted = (*((name, str, "text") for name in _TEXTS), ("tier", int, "a whole number"))
    for name, kind, words in (*wanted, ("links", list, "a list"), ("labels", dict, "names with values")):
        if name in spec and (not isinstance(spec[name], kind) or isinstance(spec[name], bool)):
            details.append({"field": name, "message": f"must be {words}"})
    if details:
        raise Invalid(details=details)
    return {name: spec[name] for name in _OWN if name in spec}


def _team(caller: Caller, spec: Mapping[str, Any]) -> Any:
    slug = spec.get("team")
    if slug is None:
        return None
    found = writable_teams(caller=caller).filter(slug=str(slug)[:63]).first()
    if found is None:
        raise _invalid("team", f"{str(slug)[:63]!r} is no team in which you are editor: name one, or ask for the role")
    return found


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(details=[{"field": field, "message": message}])
