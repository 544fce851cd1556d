"""Which services follow which policy."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from incidents.paging.models import EscalationPolicy, ServicePolicy
from reliability.access.domain.caller import Caller, Role
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.catalog.models import Service
from reliability.web.errors import Invalid


def put(*, caller: Caller, policy: EscalationPolicy, service_ids: Iterable[int], now: datetime) -> None:
    """Exactly these services follow *policy*, with those that the caller cannot see and that follow it already.

    The caller must be an editor of each service that is added or taken away. One that follows another policy changes
    over. Raises Invalid for a service that is not the caller's to see, Forbidden.
    """
    present = set(policy.services.values_list("service_id", flat=True))
    wanted = set(service_ids)
    readable = _readable(caller, present | wanted)
    unknown = wanted - readable.keys() - present
    if unknown:
        raise Invalid(details=[{"field": "services", "message": "there is no such service, or it is not yours to see"}])
    for service_id in sorted((present - wanted) & readable.keys()):
        assign(caller=caller, service=readable[service_id], policy=None, now=now)
    for service_id in sorted(wanted - present):
        assign(caller=caller, service=readable[service_id], policy=policy, now=now)


def assign(*, caller: Caller, service: Service, policy: EscalationPolicy | None, now: datetime) -> None:
    """The policy for incidents of the service; None: the default of its team. Raises Forbidden, NotFound."""
    require(caller=caller, team_id=service.team_id, role=Role.EDITOR)
    stored = ServicePolicy.objects.select_for_update().select_related("policy").filter(service=service).first()
    if (stored.policy_id if stored else None) == (policy.pk if policy else None):
        return
    if policy is None:
        ServicePolicy.objects.filter(service=service).delete()
    else:
        ServicePolicy.objects.update_or_create(service=service, defaults={"policy": policy})
    audit.record(
        caller=caller,
        action="service.escalation_policy",
        object_kind="service",
        object_name=service.name,
        team_id=service.team_id,
        now=now,
        changes={"escalation_policy": [stored.policy.slug if stored else None, policy.slug if policy else None]},
    )


def _readable(caller: Caller, service_ids: set[int]) -> dict[int, Service]:
    found: dict[int, Service] = Service.objects.readable_by(caller).in_bulk(service_ids)
    return found
