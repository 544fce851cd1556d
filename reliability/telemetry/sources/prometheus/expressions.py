"""Expressions, evaluated by the server at the end of each minute; several in one request where it accepts that.

A value at 12:01:00 is the newest sample at that instant and so tells about the minute 12:00. The server
repeats an old sample for its look-back (five minutes), so a gap of raw data is seen late or not at all: plain
selectors, which are read raw, are better and are what the forms suggest.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from reliability.telemetry.sources.prometheus.client import Matrix, PrometheusClient
from reliability.telemetry.sources.prometheus.raw import Series, parse_series

_TOGETHER = 10
_LABEL = "reliability_query"


def batches(expressions: Sequence[str]) -> list[tuple[str, ...]]:
    """Distinct expressions in groups that are asked for together."""
    distinct = list(dict.fromkeys(expressions))
    return [tuple(distinct[start : start + _TOGETHER]) for start in range(0, len(distinct), _TOGETHER)]


def fetch_expressions(
    *, client: PrometheusClient, batch: tuple[str, ...], first: datetime, last: datetime
) -> dict[str, list[Series]]:
    """Values of each expression at every full minute from *first* to *last*, by one request. Raises SourceError."""
    if len(batch) == 1:
        found = client.each_minute(query=batch[0], first=first, last=last)
        return {batch[0]: [parse_series(series) for series in found]}
    return _told_apart(batch, client.each_minute(query=_together(batch), first=first, last=last))


def singly(batch: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The expressions of a batch that failed, each by itself."""
    return [(expression,) for expression in batch] if len(batch) > 1 else []


def _together(batch: tuple[str, ...]) -> str:
    """`or` keeps series whose labels are new, and the added label makes them new.

    The line break ends a comment that an expression may close with.
    """
    return " or ".join(
        f'label_replace(({expression}\n), "{_LABEL}", "{number}", "", "")' for number, expression in enumerate(batch)
    )


def _told_apart(batch: tuple[str, ...], found: Matrix) -> dict[str, list[Series]]:
    apart: dict[str, list[Series]] = {}
    for number, expression in enumerate(batch):
        mine = [series for series in found if series["metric"].get(_LABEL) == str(number)]
        apart[expression] = [parse_series(series) for series in mine]
    return apart
