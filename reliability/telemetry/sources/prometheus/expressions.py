"""Expressions, evaluated by the server at the end of each minute; several in one request where it accepts that.

A value at 12:01:00 is the newest sample at that instant and so tells about the minute 12:00. The server
repeats an old sample for its look-back (five minutes), so a gap of raw data is seen late or not at all: plain
selectors, which are read raw, are better and are what the forms suggest.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from reliability.telemetry.domain.failures import SourceError
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
) -> dict[str, list[Series] | SourceError]:
    """Values of each expression at every full minute from *first* to *last*; one by one when the batch fails."""
    if len(batch) == 1:
        return {batch[0]: _fetch_alone(client, batch[0], first, last)}
    try:
        found = client.each_minute(query=_together(batch), first=first, last=last)
    except SourceError as error:
        if error.is_source_down:
            return dict.fromkeys(batch, error)
        return {expression: _fetch_alone(client, expression, first, last) for expression in batch}
    return _told_apart(batch, found)


def _together(batch: tuple[str, ...]) -> str:
    """`or` keeps series whose labels are new, and the added label makes them new.

    The line break ends a comment that an expression may close with.
    """
    return " or ".join(
        f'label_replace(({expression}\n), "{_LABEL}", "{number}", "", "")' for number, expression in enumerate(batch)
    )


def _told_apart(batch: tuple[str, ...], found: Matrix) -> dict[str, list[Series] | SourceError]:
    apart: dict[str, list[Series] | SourceError] = {}
    for number, expression in enumerate(batch):
        mine = [series for series in found if series["metric"].get(_LABEL) == str(number)]
        apart[expression] = [parse_series(series) for series in mine]
    return apart


def _fetch_alone(
    client: PrometheusClient, expression: str, first: datetime, last: datetime
) -> list[Series] | SourceError:
    try:
        return [parse_series(series) for series in client.each_minute(query=expression, first=first, last=last)]
    except SourceError as error:
        return error
