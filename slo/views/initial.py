"""What the form of an objective shows at first."""

from __future__ import annotations

from typing import Any

from reliability.access.requests import AccessRequest
from slo.forms.measurement import initial_of
from slo.forms.window import initial_of_window
from slo.models import Slo
from slo.services.slos import draft_of


def initial_of_new(request: AccessRequest) -> dict[str, Any]:
    """Values that a link may carry: `/slos/new/?service=checkout&team=payments&sli=…&source=…`."""
    given = {key: request.GET[key] for key in ("service", "team", "sli", "source") if request.GET.get(key)}
    zone = getattr(request.user, "time_zone", "UTC")
    return {"time_zone": zone, "indicator": "existing" if "sli" in given else "new"} | given


def initial_of_slo(slo: Slo) -> dict[str, Any]:
    """The objective as it is now."""
    draft = draft_of(slo=slo)
    return {
        "name": draft.name,
        "title": draft.title,
        "team": slo.team.slug,
        "service": slo.service.name if slo.service else "",
        "description": draft.description,
        "indicator": "existing",
        "sli": slo.sli.name,
        "source": slo.sli.source.name,
        "objective": draft.objective,
        "budgeting_method": draft.budgeting_method,
        "slice_minutes": draft.slice_minutes,
        "slice_target": draft.slice_target,
        "counts_no_data_as_bad": draft.counts_no_data_as_bad,
        "based_on": slo.revision,
        **initial_of(slo.sli.spec),
        **initial_of_window(draft.window),
    }
