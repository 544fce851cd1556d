"""One number now, from a source that evaluates expressions."""

from __future__ import annotations

import math
from datetime import datetime

from reliability.access.services.vault import VaultError
from reliability.telemetry.domain.failures import SourceError
from reliability.telemetry.models import Source
from reliability.telemetry.selectors.sources import connection_of
from reliability.telemetry.sources.prometheus.client import PrometheusClient
from reliability.telemetry.sources.prometheus.options import Options

PROMETHEUS = "prometheus"


class InstantError(Exception):
    """Why there is no number, in words."""


def instant_value(*, source: Source, query: str, now: datetime, seconds_max: float = 5.0) -> float:
    """The value of the one series that *query* has at *now*. Raises InstantError.

    The caller has checked who asks: slo.selectors.measuring.may_measure.
    """
    if source.kind != PROMETHEUS:
        raise InstantError(f"{source.name} is sent its counts and evaluates no expressions: name another source")
    try:
        connection = connection_of(source)
        options = Options.of(connection)
        with PrometheusClient(options=options, source_id=source.pk, seconds_max=seconds_max) as client:
            found = client.instant(query=query, at=now)
    except (SourceError, VaultError) as error:
        raise InstantError(str(error)) from error
    if len(found) != 1:
        several = f"{len(found)} series: sum them up, or select one" if found else "nothing"
        raise InstantError(f"the expression has {several}")
    try:
        value = float(found[0]["value"][1])
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise InstantError("the expression has no number: make it an instant vector or a scalar") from error
    if not math.isfinite(value):
        raise InstantError("the value is not a number, as when nothing was counted")
    return value
