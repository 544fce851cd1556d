"""Any JSON, read by a mapping; presets for tools that many have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from incidents.intake.sources.generic.form import GenericForm
from incidents.intake.sources.kind import Access, ConfigForm, Recipe


class GenericKind:
    name = "generic"
    title = "Webhook with a mapping"
    description = "Any tool that posts JSON: Grafana, Uptime Kuma, Sentry, your own scripts."
    form: type[ConfigForm] = GenericForm
    is_pushed = True
    icon = "plug"

    def recipes(self, *, access: Access, config: Mapping[str, Any]) -> list[Recipe]:
        return [
            Recipe("Address, for tools that set no headers", f"{access.public_url}/intake/{access.key}/generic"),
            Recipe(
                "curl",
                f"curl {access.public_url}/intake/generic -H 'Authorization: Bearer {access.key}' \\\n"
                "  -H 'Content-Type: application/json' -d @body.json",
            ),
        ]
