"""The addresses of the room in the API: (prefix, router) for reliability.api."""

from __future__ import annotations

from ninja import Router

from incidents.response.api import acts, alerts, breaking_deployments, figures, incidents, milestones, people, timeline

ROUTERS: tuple[tuple[str, Router], ...] = (
    ("/v1/incidents", incidents.router),
    ("/v1/incidents", figures.router),
    ("/v1/incidents", acts.router),
    ("/v1/incidents", people.router),
    ("/v1/incidents", milestones.router),
    ("/v1/incidents", timeline.router),
    ("/v1/incidents", alerts.of_incident),
    ("/v1/incidents", breaking_deployments.router),
    ("/v1/alerts", alerts.router),
)
