"""What the document of a service says of other objects: its escalation policy, and the services that it needs.

Done when every document of the run exists, so that files may name each other in any order.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from incidents.oncall.declared import Applied, Specs
from incidents.paging.models import EscalationPolicy, ServicePolicy
from incidents.paging.services import policy_services
from reliability.access.domain.caller import Caller
from reliability.catalog.models import Dependency, Service
from reliability.catalog.services import dependencies
from reliability.web.errors import Conflict, Invalid

_WHY = "applied from a file"
_KINDS = {"hard": True, "soft": False}
_NEEDS = ("service", "kind")


def loosen(*, caller: Caller, name: str, spec: Mapping[str, Any], now: datetime, specs: Specs) -> Applied:
    """Take away the dependencies that the document does not list any more, before any is added: what turns round in
    one run closes no cycle. Those on services that the caller cannot see stay."""
    wanted = _wanted(spec)
    if wanted is None:
        return Applied("Service", name, "unchanged")
    service = _service(caller, name)
    rows = Dependency.objects.filter(service=service).select_related("needs").order_by("needs__name")
    gone = [row.needs.name for row in rows if row.needs.name not in wanted and caller.may_read(row.needs.team_id)]
    for needs_name in gone:
        dependencies.remove_dependency(caller=caller, service=service, needs_name=needs_name, now=now, reason=_WHY)
    return _applied(name, [f"- needs {needs_name}" for needs_name in gone])


def bind(*, caller: Caller, name: str, spec: Mapping[str, Any], now: datetime, specs: Specs) -> Applied:
    """Add dependencies and choose the policy. Raises Invalid with paths, Conflict with the cycle, Forbidden."""
    words = _depend(caller, name, _wanted(spec) or {}, now)
    if "escalation_policy" in spec:
        words += _follow(caller, name, spec["escalation_policy"], now, specs)
    return _applied(name, words)


def _depend(caller: Caller, name: str, wanted: Mapping[str, tuple[str, bool]], now: datetime) -> list[str]:
    if not wanted:
        return []
    service = _service(caller, name)
    known = {needs.name: needs for needs in Service.objects.readable_by(caller).filter(name__in=list(wanted))}
    stored = dict(Dependency.objects.filter(service=service).values_list("needs__name", "is_hard"))
    words = []
    for needs_name, (path, is_hard) in wanted.items():
        if needs_name not in known:
            raise _invalid(path, f"there is no service {needs_name!r}, or it is not yours to see")
        if stored.get(needs_name) is is_hard:
            continue
        try:
            dependencies.set_dependency(
                caller=caller, service=service, needs=known[needs_name], is_hard=is_hard, now=now, reason=_WHY
            )
        except (Invalid, Conflict) as error:
            raise type(error)(
                error.message, reason=error.reason, details=[{"field": path, "message": error.message}]
            ) from error
        words.append(f"{'~' if needs_name in stored else '+'} needs {needs_name} ({'hard' if is_hard else 'soft'})")
    return words


def _follow(caller: Caller, name: str, slug: object, now: datetime, specs: Specs) -> list[str]:
    """null: the default of the team."""
    if slug is not None and not isinstance(slug, str):
        raise _invalid("escalation_policy", "must be the slug of an escalation policy, or null for the team's default")
    _refuse_contradiction(name, slug, specs)
    policy = EscalationPolicy.objects.readable_by(caller).filter(slug=slug).first() if slug else None
    if slug and policy is None:
        message = f"there is no escalation policy {slug!r}, or it is not yours to see"
        raise _invalid("escalation_policy", message)
    service = _service(caller, name)
    before = ServicePolicy.objects.filter(service=service).values_list("policy_id", flat=True).first()
    if before == (policy.pk if policy else None):
        return []
    policy_services.assign(caller=caller, service=service, policy=policy, now=now)
    return [f"~ escalation_policy {slug or 'of the team'}"]


def _refuse_contradiction(name: str, slug: str | None, specs: Specs) -> None:
    """A policy in the same run whose `services` say otherwise: each run would turn the service over and back."""
    for (kind, policy), spec in specs.items():
        listed = spec.get("services") if kind == "EscalationPolicy" else None
        if isinstance(listed, list) and (name in listed) is not (policy == slug):
            words = "lists" if name in listed else "does not list"
            message = f"the policy {policy!r} in these files {words} {name!r} under services: say it in one of the two"
            raise _invalid("escalation_policy", message)


def _wanted(spec: Mapping[str, Any]) -> dict[str, tuple[str, bool]] | None:
    """Name to (path, hard or not), None when the document does not speak of dependencies."""
    if "dependencies" not in spec:
        return None
    written = spec["dependencies"]
    if not isinstance(written, list):
        raise _invalid("dependencies", "must be a list of names, or of {service, kind: hard or soft}")
    wanted: dict[str, tuple[str, bool]] = {}
    for index, entry in enumerate(written):
        path = f"dependencies[{index}]"
        needs_name, is_hard = _read(entry, path)
        if needs_name in wanted:
            raise _invalid(path, f"{needs_name!r} stands there twice: remove one")
        wanted[needs_name] = (path, is_hard)
    return wanted


def _read(entry: object, path: str) -> tuple[str, bool]:
    if isinstance(entry, str):
        return entry, True
    if not isinstance(entry, Mapping) or not isinstance(entry.get("service"), str):
        raise _invalid(path, "must be the name of a service, or {service, kind: hard or soft}")
    for name in entry:
        if name not in _NEEDS:
            raise _invalid(f"{path}.{name}", f"is not known here: known are {', '.join(_NEEDS)}")
    kind = entry.get("kind", "hard")
    if kind not in _KINDS:
        raise _invalid(f"{path}.kind", "must be hard (it fails without) or soft (it degrades)")
    return entry["service"], _KINDS[kind]


def _service(caller: Caller, name: str) -> Service:
    found: Service = Service.objects.readable_by(caller).get(name=name)
    return found


def _applied(name: str, words: list[str]) -> Applied:
    return Applied("Service", name, "changed" if words else "unchanged", tuple(words))


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(details=[{"field": field, "message": message}])
