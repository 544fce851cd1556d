"""Requests as PagerDuty and Slack sign them, and an incident with a channel they come in for."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson
from django.http import HttpResponse
from django.test import Client

from incidents.response.models import Incident
from reliability.access.services.vault import encrypt
from reliability.channels.models import Channel
from tests.cast import Cast, ChannelFactory

SIGNING_SECRET = "8f742231b10e8888abcd99bada55c0de"
WEBHOOK_SECRET = "pd-webhook-secret-of-the-subscription"


def channel_of(cast: Cast, kind: str, secrets: dict[str, str], **fields: Any) -> Channel:
    stored = encrypt(orjson.dumps(secrets).decode())
    wanted = {"team": cast.payments, "name": f"payments-{kind}", "kind": kind, "secrets": stored, **fields}
    channel: Channel = ChannelFactory(**wanted)
    return channel


def pagerduty_body(
    incident: Incident, change: str = "acknowledged", *, at: datetime, event_id: str = "01EVENT", **agent: str
) -> bytes:
    """As recorded in tests/protocols/pagerduty/good-acknowledged.json, about this incident."""
    return json.dumps(
        {
            "event": {
                "id": event_id,
                "event_type": f"incident.{change}",
                "resource_type": "incident",
                "occurred_at": at.isoformat(),
                "agent": {"id": "PLH1HKV", "type": "user_reference", "summary": "Tenex Engineer", **agent},
                "data": {"id": "PGR0VU2", "type": "incident", "incident_key": f"incident:{incident.pk}@localhost"},
            }
        }
    ).encode()


def post_pagerduty(body: bytes, *, secret: str = WEBHOOK_SECRET, name: str = "payments-pagerduty") -> HttpResponse:
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-PagerDuty-Signature": f"v1={'0' * 64},v1={signature}"}
    path = f"/inbound/pagerduty/{name}/"
    answer: Any = Client().post(path, body, content_type="application/json", headers=headers)
    return answer  # type: ignore[no-any-return]  # Django's test client answers a subclass


def slack_body(action: str, value: str, *, member: str = "U2CERLKJA", response_url: str = "", **more: Any) -> bytes:
    payload = {
        "type": "block_actions",
        "user": {"id": member, "username": "alice", "name": "alice", "team_id": "T9TK3CUKW"},
        "team": {"id": "T9TK3CUKW", "domain": "example"},
        "response_url": response_url,
        "actions": [{"type": "button", "action_id": action, "value": value}],
        **more,
    }
    return urlencode({"payload": json.dumps(payload)}).encode()


def post_slack(
    body: bytes,
    *,
    now: datetime,
    secret: str = SIGNING_SECRET,
    name: str = "payments-slack",
    ago: timedelta = timedelta(),
) -> HttpResponse:
    timestamp = str(int((now - ago).timestamp()))
    digest = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    headers = {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}
    path = f"/inbound/slack/{name}/"
    answer: Any = Client().post(path, body, content_type="application/x-www-form-urlencoded", headers=headers)
    return answer  # type: ignore[no-any-return]  # Django's test client answers a subclass
