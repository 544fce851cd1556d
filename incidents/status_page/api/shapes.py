"""Rows as the API answers them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from incidents.response.models import Incident
from incidents.status_page.domain.overall import overall
from incidents.status_page.models import Component, Maintenance, PublicIncident, StatusPage, Update
from incidents.status_page.selectors.content import content_of
from incidents.status_page.selectors.editing import updates_of
from incidents.status_page.selectors.pages import public_root
from reliability.access.domain.caller import Caller


def page_out(page: StatusPage, *, now: datetime) -> dict[str, Any]:
    found = overall(content_of(page=page, root=public_root(page), now=now))
    names = ("slug", "title", "description", "support_url", "is_public", "zone", "revision")
    return {
        **{name: getattr(page, name) for name in names},
        "team": page.team.slug,
        "domain": page.domain or "",
        "public_url": public_root(page),
        "indicator": found.indicator,
        "says": found.description,
    }


def row_out(page: StatusPage) -> dict[str, Any]:
    """Of `list_pages`, with its counts."""
    return {
        "slug": page.slug,
        "title": page.title,
        "team": page.team.slug,
        "is_public": page.is_public,
        "public_url": public_root(page),
        "components": page.components_count,  # type: ignore[attr-defined]  # annotated by list_pages
        "open_incidents": page.open_count,  # type: ignore[attr-defined]  # likewise
        "planned": page.planned_count,  # type: ignore[attr-defined]  # likewise
    }


def component_out(one: Component) -> dict[str, Any]:
    """Of `components_seen`, which leaves out what the caller may not read."""
    names = (
        "id",
        "code",
        "name",
        "description",
        "automatic_state",
        "automatic_reason",
        "is_measured",
        "override_state",
        "override_reason",
        "override_until",
        "show_uptime",
        "started_on",
        "revision",
    )
    return {
        **{name: getattr(one, name) for name in names},
        "group": one.group.name if one.group else "",
        "service": one.service.name if one.service else None,
        "slos": [slo.name for slo in one.slos.all()],
        "state": one.shown_state,
        "since_at": one.shown_since_at,
    }


def incident_out(one: PublicIncident, *, caller: Caller) -> dict[str, Any]:
    is_ours = one.incident_id and Incident.objects.readable_by(caller).filter(pk=one.incident_id).exists()
    names = ("code", "title", "impact", "status", "started_at", "resolved_at", "revision")
    return {
        **{name: getattr(one, name) for name in names},
        "incident": one.incident_id if is_ours else None,
        "updates": _updates(updates_of(owner=one)),
    }


def maintenance_out(one: Maintenance) -> dict[str, Any]:
    names = (
        "code",
        "title",
        "status",
        "starts_at",
        "ends_at",
        "is_automatic",
        "excludes_budget",
        "silences_alerts",
        "revision",
    )
    return {
        **{name: getattr(one, name) for name in names},
        "components": list(one.components.order_by("position", "pk").values_list("code", flat=True)),
        "is_cancelled": one.cancelled_at is not None,
        "updates": _updates(updates_of(owner=one)),
    }


def _updates(rows: Iterable[Update]) -> list[dict[str, Any]]:
    return [
        {
            "code": one.code,
            "status": one.status,
            "body": one.body,
            "at": one.at,
            "by": one.created_by_name,
            "is_told": one.is_told,
            "components": {said.component.code: said.state for said in one.components.all()},
            "edits": len(one.edits.all()),
            "revision": one.revision,
        }
        for one in rows
    ]
