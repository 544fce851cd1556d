"""Whether a message is still needed, and where it waits for its receiver."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

ACTIVE_STATES = frozenset({"active", "exhausted"})


def why_void(*, purpose: str, epoch: int, escalation_epoch: int, escalation_state: str) -> str:
    """Why a message of *epoch* is not needed any more; blank while it is."""
    if epoch != escalation_epoch:
        return "something happened since: acknowledged, resolved or reopened"
    if purpose == "page" and escalation_state not in ACTIVE_STATES:
        return f"the escalation is {escalation_state}"
    return ""


def lane_of(*, kind: str, config: Mapping[str, Any]) -> str:
    """Messages that wait for the same receiver: those to one host, else those of one kind (mail has one server)."""
    for value in config.values():
        host = _host_of(value) if isinstance(value, str) and "://" in value else None
        if host:
            return f"{kind}:{host}"[:120]
    return kind


def _host_of(url: str) -> str | None:
    """None for what no parser reads: its kind refuses it when it is sent, and others are told meanwhile."""
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
