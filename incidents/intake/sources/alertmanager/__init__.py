"""Prometheus Alertmanager, and what speaks its webhook: Thanos Ruler, Mimir, VictoriaMetrics' vmalert through it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from incidents.intake.sources.alertmanager.form import AlertmanagerForm
from incidents.intake.sources.kind import Access, ConfigForm, Recipe

_YAML = """\
route:
  receiver: reliability
  group_by: ["..."]      # grouping is done here: let each alert come as soon as it fires
  group_wait: 0s
  repeat_interval: 1h
receivers:
  - name: reliability
    webhook_configs:
      - url: {url}/intake/alertmanager
        send_resolved: true
        max_alerts: {alerts_max}
        http_config:
          authorization:
            credentials: {key}"""


class AlertmanagerKind:
    name = "alertmanager"
    title = "Alertmanager"
    description = "Prometheus Alertmanager sends its groups of alerts as webhooks (version 4)."
    form: type[ConfigForm] = AlertmanagerForm
    is_pushed = True
    icon = "bell"

    def recipes(self, *, access: Access, config: Mapping[str, Any]) -> list[Recipe]:
        return [
            Recipe("alertmanager.yml", _YAML.format(url=access.public_url, key=access.key, alerts_max=1000)),
            Recipe(
                "Or with the key in the address, for senders that set no headers",
                f"{access.public_url}/intake/{access.key}/alertmanager",
            ),
            Recipe(
                "Try it",
                f"curl {access.public_url}/intake/alertmanager -H 'Authorization: Bearer {access.key}' \\\n"
                '  -d \'{"version":"4","alerts":[{"status":"firing","labels":{"alertname":"Test",'
                '"severity":"info"},\n       "startsAt":"\'$(date -u +%FT%TZ)\'","annotations":{"summary":'
                '"Only a test"}}]}\'',
            ),
        ]
