"""What a caller may choose from on the forms of objectives."""

from __future__ import annotations

from reliability.access.domain.caller import Caller
from reliability.access.selectors.teams import writable_teams
from reliability.catalog.selectors.services import list_services
from reliability.telemetry.selectors.sources import list_sources
from slo.forms.setup import Choices
from slo.selectors.slis import list_slis


def choices_of(*, caller: Caller) -> Choices:
    """Teams the caller may edit for; services, indicators and sources the caller may read."""
    return Choices(
        teams=writable_teams(caller=caller),
        services=list_services(caller=caller),
        slis=list_slis(caller=caller),
        sources=list_sources(caller=caller),
    )
