"""Mappings for tools that many have, from what they document and send. A preset fills the form; it can be changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Preset:
    """where: what to do in that tool. sample: a body as it sends it, to try the mapping on."""

    name: str
    title: str
    where: str
    config: Mapping[str, Any]
    sample: Mapping[str, Any] = field(default_factory=dict)

    def sample_text(self) -> str:
        return json.dumps(self.sample, indent=2)


PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset(
            "grafana",
            "Grafana",
            "Alerting, Contact points, Add contact point, Integration: Webhook",
            {
                "alerts": "alerts",
                "key": "join('/', [fingerprint, startsAt])",
                "title": "annotations.summary || labels.alertname",
                "description": "annotations.description || valueString",
                "severity": "labels.severity",
                "action": "status",
                "resolve_words": ["resolved"],
                "started_at": "startsAt",
                "labels": "labels",
                "links": {
                    "Runbook": "annotations.runbook_url",
                    "Dashboard": "dashboardURL",
                    "Panel": "panelURL",
                    "Rule": "generatorURL",
                    "Silence it there": "silenceURL",
                },
            },
            {
                "receiver": "reliability",
                "status": "firing",
                "alerts": [
                    {
                        "status": "firing",
                        "labels": {"alertname": "High latency", "grafana_folder": "Shop", "severity": "critical"},
                        "annotations": {
                            "summary": "Checkout answers slowly",
                            "runbook_url": "https://wiki.example.org/latency",
                        },
                        "startsAt": "2026-03-02T12:00:00Z",
                        "endsAt": "0001-01-01T00:00:00Z",
                        "generatorURL": "https://grafana.example.org/alerting/grafana/abc/view",
                        "fingerprint": "57c6d9296de2ad39",
                        "silenceURL": "https://grafana.example.org/alerting/silence/new?alertmanager=grafana",
                        "dashboardURL": "https://grafana.example.org/d/abc",
                        "panelURL": "https://grafana.example.org/d/abc?viewPanel=2",
                        "valueString": "[ var='A' value=1.4 ]",
                    }
                ],
                "title": "[FIRING:1] High latency",
                "version": "1",
            },
        ),
        Preset(
            "uptime-kuma",
            "Uptime Kuma",
            "Settings, Notifications, Setup Notification, Type: Webhook, Body: application/json",
            {
                "ignore": "heartbeat == null",
                "key": "join('-', ['monitor', to_string(monitor.id)])",
                "title": "join(' ', [monitor.name, 'is down'])",
                "description": "msg",
                "action": "to_string(heartbeat.status)",
                "resolve_words": ["1"],
                "labels": "{monitor: monitor.name, type: monitor.type}",
                "links": {"Address": "monitor.url"},
                "default_severity": 2,
            },
            {
                "heartbeat": {"monitorID": 7, "status": 0, "time": "2026-03-02 12:00:00", "msg": "timeout of 48000ms"},
                "monitor": {"id": 7, "name": "Shop", "url": "https://shop.example.org", "type": "http"},
                "msg": "[Shop] [Down] timeout of 48000ms exceeded",
            },
        ),
        Preset(
            "sentry",
            "Sentry",
            "Settings, Integrations, Internal Integration, Webhook URL; then an alert rule that notifies it",
            {
                "ignore": "data.event == null && data.issue == null && data.metric_alert == null",
                "key": "to_string(data.event.issue_id || data.issue.id || data.metric_alert.id)",
                "title": "data.event.title || data.issue.title || data.metric_alert.title || data.description_title",
                "description": "data.event.culprit || data.issue.culprit || data.description_text",
                "severity": "data.event.level || data.issue.level || action",
                "action": "data.issue.status || action",
                "resolve_words": ["resolved", "ignored", "archived"],
                "labels": "{project: data.issue.project.slug || to_string(data.event.project || ''),"
                " rule: data.triggered_rule, environment: data.event.environment}",
                "links": {"Issue": "data.event.web_url || data.issue.permalink || data.web_url"},
            },
            {
                "action": "triggered",
                "data": {
                    "event": {
                        "issue_id": "1117540176",
                        "title": "ReferenceError: basket is not defined",
                        "culprit": "checkout.js",
                        "level": "error",
                        "project": 1,
                        "environment": "production",
                        "web_url": "https://sentry.example.org/organizations/shop/issues/1117540176/",
                    },
                    "triggered_rule": "Very important alert rule",
                },
            },
        ),
        Preset(
            "healthchecks",
            "Healthchecks",
            "Integrations, Webhook: this address for both states, with the body shown below as POST body",
            {
                "key": "code",
                "title": "join(' ', [name, 'is', status])",
                "action": "status",
                "resolve_words": ["up"],
                "labels": "{check: name, tags: tags}",
                "default_severity": 3,
            },
            {"code": "$CODE", "name": "$NAME", "status": "$STATUS", "tags": "$TAGS", "at": "$NOW"},
        ),
        Preset(
            "github-actions",
            "GitHub",
            "Repository settings, Webhooks: content type application/json, only the event Workflow runs",
            {
                "ignore": "workflow_run == null || action != 'completed' || workflow_run.conclusion == 'cancelled'",
                "key": "join('/', [repository.full_name, to_string(workflow_run.workflow_id),"
                " workflow_run.head_branch])",
                "title": "join(' ', [workflow_run.name, 'failed on', workflow_run.head_branch])",
                "description": "workflow_run.display_title",
                "action": "workflow_run.conclusion",
                "resolve_words": ["success", "neutral", "skipped"],
                "labels": "{repository: repository.full_name, branch: workflow_run.head_branch}",
                "links": {"Run": "workflow_run.html_url"},
                "default_severity": 4,
            },
            {
                "action": "completed",
                "workflow_run": {
                    "name": "Deploy",
                    "head_branch": "main",
                    "workflow_id": 9,
                    "conclusion": "failure",
                    "display_title": "Raise the pool",
                    "html_url": "https://github.com/shop/checkout/actions/runs/30433642",
                },
                "repository": {"full_name": "shop/checkout"},
            },
        ),
        Preset(
            "plain",
            "Your own JSON",
            "Send an object with key, title and, as you like, severity, status, description, labels and url",
            {
                "key": "key",
                "title": "title",
                "description": "description",
                "severity": "severity",
                "action": "status",
                "resolve_words": ["resolved", "resolve", "ok"],
                "acknowledge_words": ["acknowledged", "acknowledge"],
                "started_at": "started_at",
                "labels": "labels",
                "links": {"Details": "url"},
            },
            {
                "key": "disk-db1",
                "title": "Disk of db1 is full",
                "severity": "critical",
                "status": "firing",
                "labels": {"host": "db1"},
                "url": "https://wiki.example.org/disk",
            },
        ),
    )
}
