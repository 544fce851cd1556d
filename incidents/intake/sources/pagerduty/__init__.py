"""Whatever can page PagerDuty by its Events API v2 can page us: the address changes, and the key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from incidents.intake.sources.kind import Access, ConfigForm, Recipe
from incidents.intake.sources.pagerduty.form import PagerDutyForm

_CURL = """\
curl {url}/v2/enqueue -H 'Content-Type: application/json' -d '{{
  "routing_key": "{key}", "event_action": "trigger", "dedup_key": "disk-db1",
  "payload": {{"summary": "Disk of db1 is full", "source": "db1", "severity": "critical"}}}}'"""

_CLIENT = """\
from pagerduty import EventsApiV2Client

events = EventsApiV2Client("{key}", base_url="{url}")
dedup_key = events.trigger("Disk of db1 is full", "db1", severity="critical")
events.resolve(dedup_key)"""

# pagerduty refuses to be made with any other address.
_CLIENT_WITHOUT_TLS = "# The client takes https addresses only: PUBLIC_URL has to be one.\n"

_CHANGE = """\
curl {url}/v2/change/enqueue -H 'Content-Type: application/json' -d '{{
  "routing_key": "{key}",
  "payload": {{"summary": "checkout 1.42.0 deployed", "source": "ci", "timestamp": "'$(date -u +%FT%TZ)'"}}}}'"""

_ALERTMANAGER = """\
receivers:
  - name: reliability
    pagerduty_configs:
      - url: {url}/v2/enqueue
        routing_key: {key}"""


class PagerDutyKind:
    name = "pagerduty"
    title = "PagerDuty events"
    description = "Any tool that can page PagerDuty (Events API v2): give it our address and this key."
    form: type[ConfigForm] = PagerDutyForm
    is_pushed = True
    icon = "siren"

    def recipes(self, *, access: Access, config: Mapping[str, Any]) -> list[Recipe]:
        values = {"url": access.public_url, "key": access.key}
        is_secure = access.public_url.startswith("https://")
        return [
            Recipe("Integration key (routing key)", access.key),
            Recipe("curl", _CURL.format(**values)),
            Recipe(
                "The pagerduty client for Python",
                ("" if is_secure else _CLIENT_WITHOUT_TLS) + _CLIENT.format(**values),
            ),
            Recipe("alertmanager.yml", _ALERTMANAGER.format(**values)),
            Recipe("A change event, for deploy marks", _CHANGE.format(**values)),
        ]
