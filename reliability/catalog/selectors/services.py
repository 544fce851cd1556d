"""Reading services."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from reliability.access.domain.caller import Caller
from reliability.access.selectors.teams import team as find_team
from reliability.catalog.models import Service
from reliability.web.errors import Invalid, NotFound


def list_services(
    *, caller: Caller, text: str = "", team: str = "", tier: int | None = None, layer: str = ""
) -> QuerySet[Service]:
    """The readable services with their teams, by name; each argument given narrows them."""
    services: QuerySet[Service] = Service.objects.readable_by(caller).select_related("team")
    if text:
        services = services.filter(Q(name__icontains=text) | Q(title__icontains=text) | Q(description__icontains=text))
    if team:
        services = services.filter(team__slug=team)
    if tier is not None:
        services = services.filter(tier=tier)
    if layer:
        services = services.filter(layer=layer)
    return services.order_by("name", "pk")


def service(*, caller: Caller, name: str) -> Service:
    """One readable service with its team. Raises NotFound, for private ones of other teams, too."""
    found: Service | None = Service.objects.readable_by(caller).select_related("team").filter(name=name).first()
    if found is None:
        raise NotFound(f"there is no service {name!r}, or it is not yours to see")
    return found


def check_names(*, caller: Caller, team_slug: str = "", service_name: str = "") -> None:
    """Raises NotFound for a team or service that is not readable: figures of nobody are no zeros. Blank: of all."""
    if team_slug:
        find_team(caller=caller, slug=team_slug)
    if service_name:
        service(caller=caller, name=service_name)


def service_named(*, caller: Caller, name: str | None) -> Service | None:
    """The one that a body names, None for none. Raises Invalid at the field `service`."""
    if not name:
        return None
    try:
        return service(caller=caller, name=name)
    except NotFound as error:
        raise Invalid(details=[{"field": "service", "message": error.message}]) from error
