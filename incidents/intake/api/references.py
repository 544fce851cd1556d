"""Names in bodies of the API as rows the caller may use."""

from __future__ import annotations

from incidents.paging.models import EscalationPolicy
from incidents.paging.selectors import policies
from reliability.access.domain.caller import Caller
from reliability.web.errors import Invalid, NotFound


def policy_named(*, caller: Caller, slug: str | None) -> EscalationPolicy | None:
    """Raises Invalid at the field."""
    if not slug:
        return None
    try:
        return policies.policy(caller=caller, slug=slug)
    except NotFound as error:
        raise Invalid(details=[{"field": "policy", "message": error.message}]) from error
