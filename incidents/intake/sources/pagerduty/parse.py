"""Events API v2 as PagerDuty documents it, its change events, and the older generic API v1.

Source: https://developer.pagerduty.com/docs/events-api-v2-overview, and the client of the `pagerduty` package.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from incidents.intake.domain.events import (
    DESCRIPTION_LENGTH_MAX,
    KEY_LENGTH_MAX,
    TITLE_LENGTH_MAX,
    Action,
    OutsideAlert,
    OutsideChange,
    Parsed,
)
from incidents.intake.domain.refusals import RejectedError, RejectReason
from incidents.intake.domain.severities import severity_of
from incidents.intake.domain.texts import instant_of, labels_of, line, links_of, text_of

_SEVERITIES = ("critical", "error", "warning", "info")
_CONTEXT = ("source", "component", "group", "class")
_SHORT_DETAIL = 200
_NAIVE = re.compile(r"\A\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?\Z")
# What the older API calls the fields, for its errors.
_NAMES_OF_V1 = {
    "event_action": "event_type",
    "dedup_key": "incident_key",
    "payload.summary": "description",
}


def parse_event(body: Mapping[str, Any], *, config: Mapping[str, Any], made_key: str) -> Parsed:
    """An alert event. made_key: the dedup_key of a trigger that brings none. Raises RejectedError."""
    payload = body.get("payload")
    payload = payload if isinstance(payload, dict) else {}
    errors = list(_mistakes(body, payload))
    if errors:
        raise RejectedError(RejectReason.INVALID, "Event object is invalid", errors=errors)
    action = Action(body["event_action"])
    details = payload.get("custom_details")
    context = {name: payload.get(name) for name in _CONTEXT} | {"client": body.get("client")}
    alert = OutsideAlert(
        action=action,
        key=text_of(body.get("dedup_key")) or made_key,
        title=line(payload.get("summary")) or line(body.get("dedup_key")),
        severity=severity_of(text_of(payload.get("severity")), own=config.get("severities")),
        description=_description(payload.get("summary"), details),
        labels=labels_of(context | _short(details)),
        links=_links(body),
        payload={name: value for name, value in body.items() if name != "routing_key"},
        started_at=_instant(payload.get("timestamp")),
    )
    return Parsed(alerts=(alert,), notes=_notes(action, payload))


def parse_change(body: Mapping[str, Any], *, made_key: str) -> Parsed:
    """A change event: it says what was changed, and wakes nobody. Raises RejectedError."""
    payload = body.get("payload")
    if not isinstance(payload, dict) or not line(payload.get("summary")):
        raise RejectedError(
            RejectReason.INVALID, "Change event object is invalid", errors=["'payload.summary' is missing or blank"]
        )
    details = payload.get("custom_details")
    own = details if isinstance(details, dict) else {"details": details} if details else {}
    at = _instant(payload.get("timestamp"))
    change = OutsideChange(
        key=made_key,
        is_named=at is not None,
        title=line(payload.get("summary")),
        at=at,
        links=_links(body),
        details=own | ({"source": payload["source"]} if payload.get("source") else {}),
    )
    return Parsed(changes=(change,))


def parse_generic_v1(body: Mapping[str, Any], *, config: Mapping[str, Any], made_key: str) -> Parsed:
    """The older API: the same with other names (service_key, event_type, incident_key, description, details)."""
    details = body.get("details")
    contexts = body.get("contexts")
    translated = {
        "event_action": body.get("event_type"),
        "dedup_key": body.get("incident_key"),
        "client": body.get("client"),
        "client_url": body.get("client_url"),
        "links": [one for one in contexts if isinstance(one, dict)] if isinstance(contexts, list) else [],
        "payload": {
            "summary": body.get("description"),
            "source": body.get("client") or "generic event",
            "severity": "critical",
            "custom_details": details,
        },
    }
    try:
        return parse_event(translated, config=config, made_key=made_key)
    except RejectedError as error:
        raise RejectedError(error.reason, error.message, errors=[_in_v1(one) for one in error.errors]) from error


def _in_v1(error: str) -> str:
    for name, former in _NAMES_OF_V1.items():
        error = error.replace(f"'{name}'", f"'{former}'")
    return error


def _mistakes(body: Mapping[str, Any], payload: Mapping[str, Any]) -> Iterator[str]:
    """In the words of the original where it has any: people search for them."""
    action = body.get("event_action")
    if not isinstance(action, str) or action not in set(Action):
        yield "'event_action' is invalid (must be one of trigger, acknowledge, resolve)"
    key = body.get("dedup_key")
    if key is not None and not isinstance(key, str):
        yield "'dedup_key' is invalid (must be a string)"
    elif isinstance(key, str) and len(key) > KEY_LENGTH_MAX:
        yield f"'dedup_key' is too long (maximum is {KEY_LENGTH_MAX} characters)"
    elif not key and action in (Action.ACKNOWLEDGE, Action.RESOLVE):
        yield f"'dedup_key' is missing: it says what to {action}"
    if action == Action.TRIGGER:
        yield from _mistakes_of_trigger(body, payload)


def _mistakes_of_trigger(body: Mapping[str, Any], payload: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(body.get("payload"), dict):
        yield "'payload' is missing or is no object"
        return
    for name in ("summary", "source"):
        if not line(payload.get(name)):
            yield f"'payload.{name}' is missing or blank"
    if payload.get("severity") not in _SEVERITIES:
        yield f"'payload.severity' is invalid (must be one of {', '.join(_SEVERITIES)})"


def _notes(action: Action, payload: Mapping[str, Any]) -> tuple[str, ...]:
    """A wrong time is no reason to wake nobody: the alert is taken, and the integration's page says what to change."""
    given = payload.get("timestamp")
    if action is not Action.TRIGGER or given in (None, "") or _instant(given) is not None:
        return ()
    return ("'payload.timestamp' is no instant, so it began when it came: write ISO 8601 with a time zone",)


def _instant(value: Any) -> datetime | None:
    """A time without a zone is UTC, as PagerDuty has it."""
    if isinstance(value, str) and _NAIVE.match(value.strip()):
        value = f"{value.strip()}Z"
    return instant_of(value)


def _description(summary: Any, details: Any) -> str:
    """The whole of a summary too long for a title, then details as lines a person reads; nested ones as JSON."""
    whole = line(summary, length=DESCRIPTION_LENGTH_MAX)
    parts = [whole] if len(whole) > TITLE_LENGTH_MAX else []
    if isinstance(details, dict):
        parts += [f"{line(name, length=120)}: {text_of(value)}" for name, value in details.items()]
    else:
        parts.append(text_of(details))
    return "\n".join(part for part in parts if part)[:DESCRIPTION_LENGTH_MAX]


def _short(details: Any) -> dict[str, str]:
    """Details that silences and grouping may go by: short plain values."""
    if not isinstance(details, dict):
        return {}
    plain = {name: text_of(value) for name, value in details.items() if isinstance(value, str | int | float | bool)}
    return {name: value for name, value in plain.items() if len(value) <= _SHORT_DETAIL and name not in _CONTEXT}


def _links(body: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    links = body.get("links")
    images = body.get("images")
    pairs = [(text_of(body.get("client")) or "Client", body.get("client_url"))]
    for entry in links if isinstance(links, list) else ():
        if isinstance(entry, dict):
            pairs.append((text_of(entry.get("text")) or "Link", entry.get("href")))
    for entry in images if isinstance(images, list) else ():
        if isinstance(entry, dict):
            pairs.append((text_of(entry.get("alt")) or "Image", entry.get("href") or entry.get("src")))
    return links_of(pairs)
