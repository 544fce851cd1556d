"""What the form of an objective shows at first."""

from __future__ import annotations

from typing import Any

from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible
from reliability.access.requests import AccessRequest
from reliability.telemetry.sources.registry import kind_of
from slo.forms.measurement import initial_of
from slo.forms.window import initial_of_window
from slo.models import Slo
from slo.selectors.measuring import measurable_sources
from slo.services.slos import draft_of


def initial_of_new(request: AccessRequest) -> dict[str, Any]:
    """Values that a link may carry: `/slos/new/?service=checkout&team=payments&sli=…&source=…`.

    From a source that counts are pushed to, pushed counts are all that can be measured.
    """
    given = {key: request.GET[key] for key in ("service", "team", "sli", "source") if request.GET.get(key)}
    zone = getattr(request.user, "time_zone", "UTC")
    kind = {"kind": "pushed"} if _is_pushed(request, given.get("source", "")) else {}
    return {"time_zone": zone, "indicator": "existing" if "sli" in given else "new"} | kind | given


def _is_pushed(request: AccessRequest, name: str) -> bool:
    source = measurable_sources(caller=request.caller).filter(name=name).first() if name else None
    return source is not None and not kind_of(source.kind).is_read


def initial_of_slo(slo: Slo, *, caller: Caller) -> dict[str, Any]:
    """The objective as it is now; the forms themselves offer what is private to another team."""
    draft = draft_of(slo=slo)
    service = visible(caller=caller, related=slo.service)
    sli = visible(caller=caller, related=slo.sli)
    source = visible(caller=caller, related=sli.source) if sli else None
    return {
        "name": draft.name,
        "title": draft.title,
        "team": slo.team.slug,
        "service": service.name if service else "",
        "description": draft.description,
        "indicator": "existing",
        "sli": sli.name if sli else "",
        "source": source.name if source else "",
        "objective": draft.objective,
        "budgeting_method": draft.budgeting_method,
        "slice_minutes": draft.slice_minutes,
        "slice_target": draft.slice_target,
        "counts_no_data_as_bad": draft.counts_no_data_as_bad,
        "based_on": slo.revision,
        **(initial_of(sli.spec) if sli else {}),
        **initial_of_window(draft.window),
    }
