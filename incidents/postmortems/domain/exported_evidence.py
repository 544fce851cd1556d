"""The evidence of a postmortem as it leaves in files: figures for programs, and the same as tables for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from reliability.web.words import decimal_of, number_text, percent_text

_UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class ExportedImpact:
    """Of one objective. url: blank for who may not see it. budget, coverage: shares of 1. None: not measured."""

    title: str
    url: str
    lost: float | None
    valid: float | None
    bad_minutes: int | None
    minutes: int
    budget: float | None
    coverage: float
    money: str | None
    currency: str


@dataclass(frozen=True, slots=True)
class ExportedMetric:
    """words: the seconds as people say them. explained: from when to when."""

    key: str
    title: str
    seconds: float
    words: str
    explained: str


@dataclass(frozen=True, slots=True)
class ExportedSuspect:
    """A change before it began. when: the seconds before as people say them. reasons: why it is suspected, in words."""

    title: str
    service: str
    seconds_before: float
    when: str
    url: str
    reasons: str = ""


@dataclass(frozen=True, slots=True)
class ExportedChart:
    """The numbers behind a chart. formats: per column "ratio" (1 is 100 %) or blank."""

    title: str
    note: str
    columns: tuple[str, ...]
    formats: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class ExportedEvidence:
    """As it was at taken_at."""

    taken_at: datetime
    metrics: tuple[ExportedMetric, ...]
    impacts: tuple[ExportedImpact, ...]
    suspects: tuple[ExportedSuspect, ...]
    charts: tuple[ExportedChart, ...]


@dataclass(frozen=True, slots=True)
class EvidenceTable:
    """All cells as text."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def tables_of(evidence: ExportedEvidence) -> list[EvidenceTable]:
    """Those with rows, in the order of the page. Their headings and columns are none that an import takes for facts."""
    found = [
        EvidenceTable(
            "Measured times",
            ("Measure", "Took", "Counted"),
            tuple((one.title, one.words, one.explained) for one in evidence.metrics),
        ),
        EvidenceTable(
            "Cost by objective",
            ("Objective", "Events lost", "Of events", "Bad minutes", "Of minutes", "Budget spent", "Money", "Measured"),
            tuple(tuple(_impact(one)) for one in evidence.impacts),
            "Bad minutes are those below the objective; the budget is that of its whole window.",
        ),
        *(
            EvidenceTable(
                one.title, one.columns, tuple(tuple(_cells(row, one.formats)) for row in one.rows), note=one.note
            )
            for one in evidence.charts
        ),
        EvidenceTable(
            "Changed before it began",
            ("Change", "Of", "Before it began", "Why it is suspected", "Address"),
            tuple((one.title, one.service, one.when, one.reasons, one.url) for one in evidence.suspects),
            "The likeliest first. Near in time is no proof.",
        ),
    ]
    return [one for one in found if one.rows]


def table_lines(table: EvidenceTable) -> Iterator[str]:
    """As Markdown: bars within cells escaped, every row one line."""
    yield _row(table.columns)
    yield _row("---" for _ in table.columns)
    yield from (_row(row) for row in table.rows)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(' '.join(cell.split()).replace('|', chr(92) + '|') for cell in cells)} |"


def _impact(one: ExportedImpact) -> Iterator[str]:
    yield one.title
    yield from ("not measured" if value is None else number_text(value) for value in (one.lost, one.valid))
    yield "not measured" if one.bad_minutes is None else number_text(one.bad_minutes)
    yield number_text(one.minutes)
    yield _percent(one.budget)
    yield "" if one.money is None else f"{number_text(one.money)} {one.currency}".strip()
    yield _percent(one.coverage)


def _cells(row: Iterable[Any], formats: tuple[str, ...]) -> Iterator[str]:
    """Instants to the second in UTC, ratios as percent, numbers with six digits."""
    for index, value in enumerate(row):
        if isinstance(value, datetime):
            yield f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
        elif isinstance(value, str):
            yield value
        elif index < len(formats) and formats[index] == "ratio":
            yield _percent(value)
        else:
            amount = decimal_of(value)
            yield number_text(amount, max(0, 5 - amount.adjusted())) if amount else number_text(value)


def _percent(share: object) -> str:
    amount = decimal_of(share)
    return _UNKNOWN if amount is None else percent_text(amount * 100)
