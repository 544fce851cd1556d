"""The labels that tell an alert from others: what whoever is woken reads, and what a silence matches."""

from __future__ import annotations

from collections.abc import Mapping

SHOWN_MAX = 8
_SHOWN_LENGTH_MAX = 80
# Of a sender rather than of a problem, and where to look things up.
LEFT_OUT = frozenset({"prometheus", "severity", "runbook", "runbook_url", "monitor", "replica"})


def shown_labels(labels: Mapping[str, object], *, origin: str) -> list[str]:
    """`name=value` by name, at most SHOWN_MAX, long values cut.

    None of burn alerts and monitors, whose own words say where it is.
    """
    if not origin.startswith("integration:"):
        return []
    told = [(name, str(value)) for name, value in sorted(labels.items()) if name not in LEFT_OUT and str(value)]
    return [f"{name}={_cut(value)}" for name, value in told[:SHOWN_MAX]]


def _cut(value: str) -> str:
    return value if len(value) <= _SHOWN_LENGTH_MAX else f"{value[: _SHOWN_LENGTH_MAX - 1]}…"
