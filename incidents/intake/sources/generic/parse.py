"""Generic JSON: whatever a tool sends, read by the mapping of the integration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from incidents.intake.domain.events import Parsed
from incidents.intake.domain.refusals import RejectedError, RejectReason
from incidents.intake.sources.generic.mapping import read


def parse(body: Any, *, config: Mapping[str, Any], alerts_max: int) -> Parsed:
    """The alerts that can be read; mistakes of the others as notes. Raises RejectedError when there is none at all."""
    preview = read(body, config=config, alerts_max=alerts_max)
    if preview.mistake:
        raise RejectedError(RejectReason.INVALID, preview.mistake)
    if preview.total > alerts_max:
        raise RejectedError(RejectReason.TOO_MANY, f"{preview.total} alerts in one request: send at most {alerts_max}")
    mistakes = [
        f"alert {index}: {mistake}" for index, reading in enumerate(preview.readings) for mistake in reading.mistakes
    ]
    alerts = tuple(reading.alert for reading in preview.readings if reading.alert is not None)
    if mistakes and not alerts:
        raise RejectedError(RejectReason.INVALID, mistakes[0], errors=mistakes)
    return Parsed(alerts=alerts, notes=tuple(mistakes))
