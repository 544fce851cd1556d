"""From names in an address to what a timeline is of."""

from __future__ import annotations

from collections.abc import Iterable

from reliability.access.domain.caller import Caller
from reliability.catalog.models import Service
from reliability.catalog.selectors.dependencies import all_edges
from reliability.catalog.selectors.services import check_names, service
from reliability.kit.periods import Period
from reliability.overlay.tracks import Scope


def scope_of(
    *,
    caller: Caller,
    period: Period,
    service_name: str = "",
    with_needs: bool = False,
    team_slug: str = "",
    environment: str = "",
) -> Scope:
    """with_needs: also of everything that the service needs. Raises NotFound for what is not readable."""
    check_names(caller=caller, team_slug=team_slug)
    ids = None
    if service_name:
        found = service(caller=caller, name=service_name)
        ids = ids_with_needs(caller=caller, service_ids=[found.pk]) if with_needs else frozenset({found.pk})
    return Scope(period=period, service_ids=ids, team_slug=team_slug, environment=environment)


def ids_with_needs(*, caller: Caller, service_ids: Iterable[int]) -> frozenset[int]:
    """The services and what they need, at any depth; behind a service that *caller* may not read nothing is told.

    Two queries, however many they are.
    """
    needs, _ = all_edges()
    readable = set(Service.objects.readable_by(caller).values_list("pk", flat=True))
    found: set[int] = set()
    waiting = [pk for pk in service_ids if pk in readable]
    while waiting:
        here = waiting.pop()
        if here not in found:
            found.add(here)
            waiting += [edge.to for edge in needs.get(here, ()) if edge.to in readable]
    return frozenset(found)
