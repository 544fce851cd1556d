from __future__ import annotations

from reliability.telemetry.sources.kind import SettingsForm


class CountsForm(SettingsForm):
    """Pushed counts have nothing to set: senders carry an API token."""
