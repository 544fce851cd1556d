"""Burn alerts of composites become alerts like those of objectives: one incident for each composite that burns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from incidents.response.domain.alerts import AlertAction, AlertOutcome, Received
from incidents.response.domain.severity import Severity
from incidents.response.models import Alert
from incidents.response.selectors.first_suspects import suspects_at, suspects_text
from incidents.response.services import experiments
from incidents.response.services.alerts import receive
from incidents.response.services.burning_on import ORIGIN_NAME
from reliability.kit.instants import parse_instant
from slo.selectors.composite_alerts import is_composite_over


def fired(*, payload: Mapping[str, Any], now: datetime) -> Received:
    """Facts are handled at least once and in any order: what was told before is not told again, and the end may have
    been heard of, and dropped, before this.
    """
    is_known = Alert.objects.filter(origin=_origin(payload), key=_key(payload)).exists()
    known = Received(None, None, AlertOutcome.DROPPED, "this firing was told of before")
    received = known if is_known else _trigger(payload, now)
    if received.incident_id is not None:
        experiments.name_suspects(incident_id=received.incident_id, service_id=payload["service_id"], now=now)
    return resolved(payload=payload, now=now) if is_composite_over(alert_id=payload["alert_id"]) else received


def resolved(*, payload: Mapping[str, Any], now: datetime) -> Received:
    """The last rule that ends resolves the incident."""
    return receive(
        team_id=payload["team_id"],
        origin=_origin(payload),
        origin_name=ORIGIN_NAME,
        key=_key(payload),
        action=AlertAction.RESOLVE,
        severity=Severity.SEV3,
        title="",
        now=now,
    )


def _trigger(payload: Mapping[str, Any], now: datetime) -> Received:
    began_at, service_id = parse_instant(payload["began_at"]), payload["service_id"]
    suspects = suspects_at(team_id=payload["team_id"], service_id=service_id, began_at=began_at)
    text = "\n\n".join(part for part in (payload["text"], suspects_text(found=suspects)) if part)
    changed = [{"title": one.label, "url": one.url} for one in suspects.first if one.url]
    return receive(
        team_id=payload["team_id"],
        origin=_origin(payload),
        origin_name=ORIGIN_NAME,
        key=_key(payload),
        action=AlertAction.TRIGGER,
        severity=Severity(payload["severity"]),
        title=payload["title"],
        description=text,
        service_id=service_id,
        labels={"composite": payload["composite"], "condition": payload["condition"]},
        links=[{"title": f"Composite {payload['composite']}", "url": payload["url"]}, *changed],
        payload={"alert_id": payload["alert_id"], "numbers": payload["numbers"], "slo_ids": payload["slo_ids"]},
        started_at=began_at,
        group_key=_origin(payload),
        now=now,
    )


def _origin(payload: Mapping[str, Any]) -> str:
    return f"composite:{payload['composite_id']}"


def _key(payload: Mapping[str, Any]) -> str:
    """Of this firing, not of its rule: the late end of one must not end the next one."""
    return f"{payload['condition']}/{payload['alert_id']}"
