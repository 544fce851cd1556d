"""What an integration, monitor or silence may point at: only what its editor may see, and its own team's policies."""

from __future__ import annotations

from incidents.paging.models import EscalationPolicy
from reliability.access.domain.caller import Caller
from reliability.catalog.models import Service
from reliability.web.errors import Invalid


def check_references(
    *, caller: Caller, team_id: int, service: Service | None = None, policy: EscalationPolicy | None = None
) -> None:
    """Raises Invalid at the field. Another team's policy would let one team page another's people."""
    details = []
    if service is not None and not caller.may_read(service.team_id):
        details.append({"field": "service", "message": "there is no such service, or it is not yours to see"})
    if policy is not None and policy.team_id != team_id:
        details.append({"field": "policy", "message": "choose an escalation policy of the same team"})
    if details:
        raise Invalid(details=details)
