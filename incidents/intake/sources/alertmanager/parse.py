"""Alertmanager's webhook, version 4: a group of alerts, each with a status of its own.

Source: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config. The identity of an alert is its
fingerprint: an Alertmanager holds one alert of each at a time, and moves its start back when another Prometheus of a
pair saw it earlier. The start tells a late repeat of what is over from what fires again. The group's key and status
change while it lasts. Alerts that were cut off (`truncatedAlerts`) are not there to be read, which does not mean that
they are over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from incidents.intake.domain.events import Action, OutsideAlert, Parsed
from incidents.intake.domain.refusals import RejectedError, RejectReason
from incidents.intake.domain.severities import severity_of
from incidents.intake.domain.texts import instant_of, key_of, labels_of, line, links_of, text_of

_ACTIONS = {"firing": Action.TRIGGER, "resolved": Action.RESOLVE}
_SILENCED_MATCHERS_MAX = 12


def parse(body: Any, *, config: Mapping[str, Any], alerts_max: int) -> Parsed:
    """At most *alerts_max* are taken, the firing ones first: a refusal would lose all of them, as Alertmanager does not
    send again what was answered 4xx. config: severity_label, severities (own words). Raises RejectedError.
    """
    if not isinstance(body, dict) or not isinstance(body.get("alerts"), list):
        raise RejectedError(
            RejectReason.INVALID, "this is no webhook of Alertmanager: there is no list `alerts` in the object"
        )
    alerts: list[OutsideAlert] = []
    notes: list[str] = []
    for index, entry in enumerate(body["alerts"]):
        found = _alert(entry, body, config)
        if isinstance(found, str):
            notes.append(f"alerts[{index}]: {found}")
        else:
            alerts.append(found)
    if notes and not alerts:
        raise RejectedError(RejectReason.INVALID, notes[0], errors=notes)
    cut = body.get("truncatedAlerts")
    if isinstance(cut, int) and cut > 0:
        notes.append(
            f"Alertmanager cut {cut} alerts off: raise max_alerts of its webhook_config, or group by more labels"
        )
    if len(alerts) > alerts_max:
        notes.append(
            f"{len(alerts)} alerts in one request, of which {alerts_max} were taken: group by more labels, or raise"
            " INTAKE_ALERTS_MAX"
        )
        alerts.sort(key=lambda alert: alert.action is Action.RESOLVE)
    return Parsed(alerts=tuple(alerts[:alerts_max]), notes=tuple(notes))


def _alert(entry: Any, body: Mapping[str, Any], config: Mapping[str, Any]) -> OutsideAlert | str:
    """The alert, or what is wrong with it."""
    if not isinstance(entry, dict) or not isinstance(entry.get("labels"), dict):
        return "an alert is an object with `labels`"
    action = _ACTIONS.get(text_of(entry.get("status", "firing")))
    if action is None:
        return f"status is firing or resolved, got {line(entry.get('status'), length=40)!r}"
    labels = labels_of(entry["labels"])
    annotations = entry.get("annotations")
    annotations = annotations if isinstance(annotations, dict) else {}
    started_at = instant_of(entry.get("startsAt"))
    if started_at is None:
        return "startsAt is no instant"
    return OutsideAlert(
        action=action,
        key=key_of(_fingerprint(entry)),
        title=_title(labels, annotations),
        severity=severity_of(labels.get(config.get("severity_label") or "severity", ""), own=config.get("severities")),
        description=_description(annotations),
        labels=labels,
        links=_links(entry, annotations, body, labels),
        payload={name: value for name, value in entry.items() if name != "labels"},
        started_at=started_at,
        ended_at=instant_of(entry.get("endsAt")) if action is Action.RESOLVE else None,
        is_one_episode=True,
    )


def _fingerprint(entry: Mapping[str, Any]) -> str:
    """Alertmanager's own (since 0.19); for senders that copy the format without it, a hash of the labels."""
    given = entry.get("fingerprint")
    if isinstance(given, str) and given:
        return given
    pairs = sorted((text_of(name), text_of(value)) for name, value in entry["labels"].items())
    return hashlib.sha256(repr(pairs).encode()).hexdigest()[:32]


def _title(labels: Mapping[str, str], annotations: Mapping[str, Any]) -> str:
    """What the rule's author wrote for people, else the name with where it is."""
    for name in ("summary", "title", "message"):
        if written := line(annotations.get(name)):
            return written
    where = labels.get("instance") or labels.get("job") or ""
    name = labels.get("alertname") or "Alert without a name"
    return line(f"{name} on {where}" if where else name)


def _description(annotations: Mapping[str, Any]) -> str:
    for name in ("description", "message", "text"):
        if written := text_of(annotations.get(name)).strip():
            return written
    return ""


def _links(
    entry: Mapping[str, Any], annotations: Mapping[str, Any], body: Mapping[str, Any], labels: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    home = text_of(body.get("externalURL")).rstrip("/")
    return links_of(
        [
            ("Runbook", annotations.get("runbook_url") or annotations.get("runbook")),
            (
                "Dashboard",
                annotations.get("dashboard_url") or annotations.get("dashboard") or entry.get("dashboardURL"),
            ),
            ("Panel", entry.get("panelURL")),
            ("Query", entry.get("generatorURL")),
            ("Alertmanager", home),
            ("Silence it there", entry.get("silenceURL") or (_silence_url(home, labels) if home else "")),
        ]
    )


def _silence_url(home: str, labels: Mapping[str, str]) -> str:
    """Alertmanager's form of a new silence, filled with the alert's labels."""
    pairs = sorted(labels.items())[:_SILENCED_MATCHERS_MAX]
    matchers = ",".join(f'{name}="{_escaped(value)}"' for name, value in pairs)
    return f"{home}/#/silences/new?filter={quote('{' + matchers + '}', safe='')}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
