"""The JSON of a page in the shape of the Statuspage v2 API: the same names, every array present.

Differences, all of them additions that clients of Statuspage pass over: a component may have the status "unknown"
(never measured: calling it operational would be invented) and carries `measured`; maintenance has `cancelled`.
Source: the public documentation at any Statuspage, <page>/api/v2.
"""

from __future__ import annotations

from typing import Any

from incidents.status_page.domain.content import (
    ComponentView,
    Content,
    GroupView,
    IncidentView,
    MaintenanceView,
    UpdateView,
)
from incidents.status_page.domain.instants import iso
from incidents.status_page.domain.overall import overall
from incidents.status_page.domain.states import ComponentState, worst

Json = dict[str, Any]


def page_json(content: Content) -> Json:
    page = content.page
    return {
        "id": page.code,
        "name": page.title,
        "url": page.root,
        "time_zone": page.zone,
        "updated_at": iso(page.changed_at),
    }


def status_json(content: Content) -> Json:
    found = overall(content)
    return {"indicator": found.indicator, "description": found.description}


def status(content: Content) -> Json:
    return {"page": page_json(content), "status": status_json(content)}


def components(content: Content) -> Json:
    return {"page": page_json(content), "components": _components(content)}


def incidents(content: Content, shown: list[IncidentView]) -> Json:
    return {"page": page_json(content), "incidents": [_incident(content, one) for one in shown]}


def maintenances(content: Content, shown: list[MaintenanceView]) -> Json:
    return {"page": page_json(content), "scheduled_maintenances": [_maintenance(content, one) for one in shown]}


def summary(content: Content) -> Json:
    """Unresolved incidents; maintenance that is under way or to come."""
    planned = [*content.active_maintenances, *content.upcoming_maintenances]
    return {
        "page": page_json(content),
        "components": _components(content),
        "incidents": [_incident(content, one) for one in content.open_incidents],
        "scheduled_maintenances": [_maintenance(content, one) for one in planned],
        "status": status_json(content),
    }


def _components(content: Content) -> list[Json]:
    """Groups stand among components, as Statuspage has it."""
    found = [_group(content, one) for one in content.groups]
    return [*found, *(_component(content, one) for one in content.components)]


def _group(content: Content, group: GroupView) -> Json:
    members = [one for one in content.components if one.group_code == group.code]
    state = worst(one.state for one in members) or ComponentState.UNKNOWN
    return {
        "id": group.code,
        "name": group.name,
        "status": state.value,
        "created_at": iso(group.created_at),
        "updated_at": iso(group.updated_at),
        "position": group.position,
        "description": group.description or None,
        "showcase": False,
        "start_date": None,
        "group_id": None,
        "page_id": content.page.code,
        "group": True,
        "only_show_if_degraded": False,
        "components": [one.code for one in members],
    }


def _component(content: Content, one: ComponentView) -> Json:
    return {
        "id": one.code,
        "name": one.name,
        "status": one.state.value,
        "created_at": iso(one.created_at),
        "updated_at": iso(one.updated_at),
        "position": one.position,
        "description": one.description or None,
        "showcase": one.show_uptime,
        "start_date": one.started_on.isoformat() if one.started_on else None,
        "group_id": one.group_code,
        "page_id": content.page.code,
        "group": False,
        "only_show_if_degraded": False,
        "measured": not one.is_stale and one.state is not ComponentState.UNKNOWN,
    }


def _incident(content: Content, one: IncidentView) -> Json:
    return {
        "id": one.code,
        "name": one.title,
        "status": one.status.value,
        "created_at": iso(one.created_at),
        "updated_at": iso(one.updated_at),
        "monitoring_at": iso(one.monitoring_at),
        "resolved_at": iso(one.resolved_at),
        "impact": one.impact.value,
        "shortlink": f"{content.page.root}/{one.path}",
        "started_at": iso(one.started_at),
        "page_id": content.page.code,
        "incident_updates": [_update(update, one.code) for update in one.updates],
        "components": _named(content, one.components),
        "reminder_intervals": None,
    }


def _maintenance(content: Content, one: MaintenanceView) -> Json:
    return {
        "id": one.code,
        "name": one.title,
        "status": one.status.value,
        "created_at": iso(one.created_at),
        "updated_at": iso(one.updated_at),
        "monitoring_at": None,
        "resolved_at": iso(one.completed_at),
        "impact": "maintenance",
        "shortlink": f"{content.page.root}/{one.path}",
        "started_at": iso(one.starts_at),
        "page_id": content.page.code,
        "incident_updates": [_update(update, one.code) for update in one.updates],
        "components": _named(content, one.components),
        "scheduled_for": iso(one.starts_at),
        "scheduled_until": iso(one.ends_at),
        "cancelled": one.is_cancelled,
    }


def _named(content: Content, codes: tuple[str, ...]) -> list[Json]:
    return [_component(content, one) for one in content.components if one.code in codes]


def _update(one: UpdateView, of: str) -> Json:
    return {
        "id": one.code,
        "status": one.status,
        "body": one.body,
        "incident_id": of,
        "created_at": iso(one.created_at),
        "updated_at": iso(one.updated_at),
        "display_at": iso(one.at),
        "affected_components": [
            {"code": each.code, "name": each.name, "old_status": each.before.value, "new_status": each.state.value}
            for each in one.affected
        ],
        "deliver_notifications": one.is_told,
        "custom_tweet": None,
        "tweet_id": None,
    }
