"""Who is told of incidents of a service, on its page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from incidents.paging.selectors import policies as selectors
from incidents.paging.selectors.ladder import ladder_of
from incidents.paging.selectors.policies import policy_for
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.catalog.models import Service


def policy_of_service(*, request: AccessRequest, service: Service, now: datetime) -> dict[str, Any]:
    """The policy that holds, as far as the caller may see it, with whom its first step tells right now."""
    caller = request.caller
    chosen = policy_for(team_id=service.team_id, service_id=service.pk)
    is_hidden = chosen is not None and not caller.may_read(chosen.team_id)
    context = {
        "policy": None,
        "is_hidden": is_hidden,
        "may_edit": caller.may(service.team_id, Role.EDITOR),
    }
    if chosen is None or is_hidden:
        return context
    policy = selectors.policy(caller=caller, slug=chosen.slug)
    ladder = ladder_of(caller=caller, policy=policy, now=now)
    is_own = any(following.service_id == service.pk for following in policy.services.all())
    steps = [step for step in ladder if not step.is_last_resort]
    return context | {"policy": policy, "first": steps[0] if steps else None, "steps": len(steps), "is_own": is_own}
