"""PagerDuty's Webhooks v3: whose they are, and what they say. Pure.

Source: https://developer.pagerduty.com/docs/verifying-webhook-signatures: `X-PagerDuty-Signature: v1=<hex>,v1=<hex>`,
each an HMAC-SHA256 of the raw body, one per secret in force.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

from reliability.channels.domain.inbound import Forged, Malformed, Stale
from reliability.kit.instants import InstantError, parse_instant

_SIGNATURES_MAX = 10


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """event_type: such as "incident.acknowledged". key: the dedup key of what it is about. who: the person or thing
    that did it, and whether it was a person.
    """

    event_id: str
    event_type: str
    at: datetime
    key: str
    who: str
    is_person: bool


def verify(*, body: bytes, header: str, secrets: Sequence[str]) -> None:
    """Raises Forged unless one of the signatures fits one of the secrets."""
    given = [part.strip()[3:] for part in header.split(",")[:_SIGNATURES_MAX] if part.strip().startswith("v1=")]
    expected = [hmac.new(secret.encode(), body, hashlib.sha256).hexdigest() for secret in secrets]
    # Every pair is compared, in constant time each.
    fits = [hmac.compare_digest(one.encode(), other.encode()) for one in given for other in expected]
    if not any(fits):
        raise Forged("no signature of the webhook fits a secret of the channel")


def parse(body: bytes, *, now: datetime, window: timedelta) -> WebhookEvent:
    """Raises Malformed, and Stale for an event that is older (or newer) than the window."""
    event = _object(_object(_json(body), "the body").get("event"), "event")
    data = event.get("data")
    data = data if isinstance(data, dict) else {}
    try:
        at = parse_instant(str(event.get("occurred_at", "")))
    except InstantError as error:
        raise Malformed(f"occurred_at of the event is no instant: {error}") from error
    if abs(now - at) > window:
        raise Stale(f"the event is of {at.isoformat()}, outside of the {window} in which it is believed")
    agent = event.get("agent")
    agent = agent if isinstance(agent, dict) else {}
    return WebhookEvent(
        event_id=_text(event, "id"),
        event_type=_text(event, "event_type"),
        at=at,
        key=str(data.get("incident_key") or ""),
        who=str(agent.get("summary") or "")[:120],
        is_person=agent.get("type") in ("user_reference", "user"),
    )


def _json(body: bytes) -> object:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"the body is no JSON: {error}") from error


def _object(value: object, what: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise Malformed(f"{what} is no object")
    return value


def _text(event: dict[str, object], name: str) -> str:
    value = event.get(name)
    if not isinstance(value, str) or not value:
        raise Malformed(f"the event has no {name}")
    return value
