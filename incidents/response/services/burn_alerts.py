"""Burn alerts of objectives become alerts like all others: one incident for each objective that burns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from incidents.response.domain.alerts import AlertAction, Received
from incidents.response.domain.severity import Severity
from incidents.response.selectors.recent_changes import changes_before, changes_text
from incidents.response.services.alerts import receive
from reliability.kit.instants import parse_instant
from slo.selectors.alerts import end_of

_NAME = "Burn alerts"


def fired(*, payload: Mapping[str, Any], now: datetime) -> Received:
    """The conditions of one objective share an incident. Safe to run twice: the second time is a repeat."""
    at = parse_instant(payload["at"])
    service_id = payload.get("service_id")
    before = changes_before(team_id=payload["team_id"], service_id=service_id, at=at)
    text = "\n\n".join(part for part in (str(payload.get("text", "")), changes_text(found=before, at=at)) if part)
    links = [{"title": f"Objective {payload['slo']}", "url": payload["url"]}] if payload.get("url") else []
    changed = [link for change in before for link in change.links if link.get("url")]
    received = receive(
        team_id=payload["team_id"],
        origin=_origin(payload),
        origin_name=_NAME,
        key=str(payload["condition"]),
        action=AlertAction.TRIGGER,
        severity=Severity(int(payload["severity"])),
        title=str(payload["title"]),
        description=text,
        service_id=service_id,
        labels={"slo": payload["slo"], "condition": payload["condition"], "kind": payload.get("kind", "burn")},
        links=[*links, *changed],
        payload={"alert_id": payload["alert_id"], "numbers": payload.get("numbers", {})},
        started_at=parse_instant(payload["began_at"]),
        group_key=_origin(payload),
        now=now,
    )
    # Facts are handled at least once, not in order: the end may have been heard of, and dropped, before this.
    return resolved(payload=payload, now=now) if end_of(alert_id=payload["alert_id"]) else received


def resolved(*, payload: Mapping[str, Any], now: datetime) -> Received:
    """The last condition that ends resolves the incident, unless the objective's policy tells nobody of ends."""
    return receive(
        team_id=payload.get("team_id", 0),
        origin=_origin(payload),
        origin_name=_NAME,
        key=str(payload["condition"]),
        action=AlertAction.RESOLVE,
        severity=Severity.SEV3,
        title="",
        resolves_incident=bool(payload.get("is_told", True)),
        now=now,
    )


def _origin(payload: Mapping[str, Any]) -> str:
    return f"slo:{payload['slo_id']}"
