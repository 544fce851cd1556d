"""What a caller may choose from on the forms of objectives."""

from __future__ import annotations

from reliability.access.domain.caller import Caller
from reliability.access.selectors.teams import writable_teams
from reliability.catalog.selectors.services import list_services
from slo.forms.setup import Choices
from slo.models import Slo
from slo.selectors.measuring import measurable_sources
from slo.selectors.slis import list_slis


def choices_of(*, caller: Caller, slo: Slo | None = None) -> Choices:
    """Teams to edit for, services and indicators to read, sources to measure from; and what *slo* has already."""
    return Choices(
        teams=writable_teams(caller=caller),
        services=list_services(caller=caller),
        slis=list_slis(caller=caller),
        sources=measurable_sources(caller=caller),
        stored_service=slo.service if slo else None,
        stored_sli=slo.sli if slo else None,
    )
