"""What requests name, looked up: pages, components by their codes, groups, services, objectives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from incidents.status_page.api.schemas import ComponentBody
from incidents.status_page.domain.states import ComponentState
from incidents.status_page.models import StatusPage
from incidents.status_page.selectors.pages import page as get_page
from incidents.status_page.services.components import ComponentDraft
from reliability.access.domain.caller import Caller
from reliability.access.requests import AccessRequest
from reliability.catalog.models import Service
from reliability.web.errors import Invalid
from slo.models import Slo


def seen(request: AccessRequest, slug: str) -> StatusPage:
    """404 before anything else for what is not the caller's to see."""
    return get_page(caller=request.caller, slug=slug)


def ids_of(page: StatusPage, codes: Sequence[str]) -> tuple[int, ...]:
    """Raises Invalid for a code of no component of the page."""
    found = dict(page.components.filter(code__in=codes, removed_at=None).values_list("code", "pk"))
    missing = [code for code in codes if code not in found]
    if missing:
        raise Invalid(details=[{"field": "components", "message": f"{missing[0]} is no component of this page"}])
    return tuple(found[code] for code in codes)


def said(page: StatusPage, states: Mapping[str, str]) -> dict[int, ComponentState]:
    ids = ids_of(page, list(states))
    return dict(zip(ids, (ComponentState(state) for state in states.values()), strict=True))


def component_draft(caller: Caller, page: StatusPage, body: ComponentBody) -> ComponentDraft:
    """Raises Invalid for names of nothing, or of what is not the caller's to see."""
    details = []
    group = page.groups.filter(name=body.group).first() if body.group else None
    if body.group and group is None:
        details.append({"field": "group", "message": "is no group of this page"})
    service = Service.objects.readable_by(caller).filter(name=body.service).first() if body.service else None
    if body.service and service is None:
        details.append({"field": "service", "message": "there is no such service, or it is not yours to see"})
    slos = dict(Slo.objects.readable_by(caller).filter(name__in=body.slos).values_list("name", "pk"))
    if missing := [name for name in body.slos if name not in slos]:
        words = f"there is no objective {missing[0]!r}, or it is not yours to see"
        details.append({"field": "slos", "message": words})
    if details:
        raise Invalid(details=details)
    return ComponentDraft(
        name=body.name,
        description=body.description,
        group_id=group.pk if group else None,
        service_id=service.pk if service else None,
        slo_ids=tuple(slos.values()),
        show_uptime=body.show_uptime,
        started_on=body.started_on,
    )
