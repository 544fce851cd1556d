"""Presses of buttons in Slack: whose they are, and what they say. Pure.

Source: https://docs.slack.dev/authentication/verifying-requests-from-slack: `X-Slack-Signature: v0=<hex>`, an
HMAC-SHA256 of `v0:<timestamp>:<raw body>`; a time stamp more than five minutes off is refused.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qs

import orjson

from reliability.channels.domain.inbound import Forged, Malformed, Stale

WINDOW = timedelta(minutes=5)
_TIMESTAMP = re.compile(r"[0-9]{1,12}\Z")


@dataclass(frozen=True, slots=True)
class Interaction:
    """One button pressed. workspace and member are Slack's ids; kind is Slack's, of which only block_actions is acted
    on. response_url: where to say what became of it. blocks: of the message, as Slack has it.
    """

    kind: str
    workspace: str
    member: str
    member_name: str
    action: str = ""
    value: str = ""
    response_url: str = ""
    blocks: tuple[object, ...] = ()


def verify(*, body: bytes, timestamp: str, signature: str, secret: str, now: datetime) -> None:
    """Raises Forged, Stale. The signature first: of a forged one not even the time is believed."""
    expected = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(f"v0={expected}".encode(), signature.encode()):
        raise Forged("the signature does not fit the signing secret of the channel")
    if not _TIMESTAMP.match(timestamp):
        raise Forged("the time stamp is no number of seconds")
    seconds = int(timestamp)
    if abs(now.timestamp() - seconds) > WINDOW.total_seconds():
        raise Stale("the request is more than five minutes old")


def delivery_key(signature: str) -> str:
    """What tells one request from another: the same bytes at the same second have the same signature."""
    return hashlib.sha256(signature.encode()).hexdigest()


def parse(body: bytes) -> Interaction:
    """Raises Malformed."""
    try:
        form = parse_qs(body.decode(), strict_parsing=True, max_num_fields=10)
        payload = orjson.loads(form["payload"][0])
    except (UnicodeDecodeError, ValueError, KeyError) as error:
        raise Malformed("the body is no form with a payload of JSON") from error
    if not isinstance(payload, dict):
        raise Malformed("the payload is no object")
    user, team = _object(payload, "user"), _object(payload, "team")
    blocks = _object(payload, "message").get("blocks")
    actions = payload.get("actions")
    first = actions[0] if isinstance(actions, list) and actions and isinstance(actions[0], dict) else {}
    return Interaction(
        kind=str(payload.get("type", "")),
        workspace=str(team.get("id") or user.get("team_id") or "")[:64],
        member=str(user.get("id", ""))[:64],
        member_name=str(user.get("name") or user.get("username") or "")[:120],
        action=str(first.get("action_id", "")),
        value=str(first.get("value", "")),
        response_url=str(payload.get("response_url") or ""),
        blocks=tuple(blocks) if isinstance(blocks, list) else (),
    )


def _object(payload: dict[str, object], name: str) -> dict[str, object]:
    value = payload.get(name)
    return value if isinstance(value, dict) else {}
