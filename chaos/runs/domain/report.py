"""The report of a run as Markdown: the same run gives the same text, byte by byte."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from reliability.kit.cutting import cut
from reliability.kit.percent import share_text

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|~$-])")
# Entities and not backslashes: renderers disagree on what a backslash before a tag is.
_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_CELL_MAX = 300
_LINE_MAX = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that is told. rows of slos: name, spent, burn, bad, valid. log: at, text."""

    number: int
    title: str
    team: str
    service: str
    hypothesis: str
    blast_radius: str
    verdict: str
    reasons: Sequence[str]
    score: float | None
    rto_seconds: float | None
    rpo_seconds: float | None
    version: int
    mode: str
    requested_by: str
    why: str
    started_at: datetime | None
    fault_began_at: datetime | None
    fault_ended_at: datetime | None
    ended_at: datetime | None
    slos: Sequence[Mapping[str, Any]] = ()
    probes: Sequence[tuple[str, Any]] = ()
    guards: Sequence[tuple[str, str, str]] = ()
    faults: Sequence[tuple[str, str]] = ()
    earlier: Sequence[tuple[int, str, float | None, float | None]] = ()
    log: Sequence[tuple[datetime, str]] = field(default=())
    left_out: int = 0


def escaped(text: object) -> str:
    """One line in which nothing is Markdown or HTML: what people and services wrote stays what they wrote."""
    line = _SPECIAL.sub(r"\\\1", cut(" ".join(str(text).split()), length_max=_LINE_MAX))
    return line.translate(_HTML)


def markdown(report: Report) -> str:
    """Title, verdict, what was tried, what it cost, what the guards said, how it was taken back, the log."""
    parts = [
        f"# Run {report.number}: {escaped(report.title)}",
        f"**{report.verdict.replace('_', ' ').capitalize() or 'Not ended'}**",
        "\n".join(f"- {escaped(reason)}" for reason in report.reasons),
        _facts(report),
        _section("What should hold", escaped(report.hypothesis) if report.hypothesis else ""),
        _section("Blast radius", escaped(report.blast_radius) if report.blast_radius else ""),
        _section("Error budgets", _table(("Objective", "Spent", "Burn", "Bad", "Valid"), map(_slo, report.slos))),
        _section("Probes, last values", _table(("Probe", "Value"), ((n, _value(v)) for n, v in report.probes))),
        _section("Guards", _table(("Guard", "Answer", "Reason"), report.guards)),
        _section("Faults", _table(("Fault", "State"), report.faults)),
        _section("Earlier runs", _table(("Run", "Verdict", "Score", "RTO"), map(_earlier, report.earlier))),
        _section("Log", _log(report)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _facts(report: Report) -> str:
    rows = (
        ("Team", report.team),
        ("Service", report.service),
        ("Version", str(report.version)),
        ("Mode", report.mode),
        ("Asked for by", report.requested_by),
        ("Why", report.why),
        ("Began", _instant(report.started_at)),
        ("First fault", _instant(report.fault_began_at)),
        ("Faults gone", _instant(report.fault_ended_at)),
        ("Ended", _instant(report.ended_at)),
        ("Score", "" if report.score is None else share_text(round(report.score, 4))),
        ("Recovery time (RTO)", _seconds(report.rto_seconds)),
        ("Data lost (RPO)", _seconds(report.rpo_seconds)),
    )
    return _table(("", ""), (row for row in rows if row[1]))


def _section(heading: str, body: str) -> str:
    return f"## {heading}\n\n{body}" if body else ""


def _table(head: Sequence[str], rows: Any) -> str:
    lines = [f"| {' | '.join(escaped(cut(str(cell), length_max=_CELL_MAX)) for cell in row)} |" for row in rows]
    if not lines:
        return ""
    return "\n".join([f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}", *lines])


def _slo(one: Mapping[str, Any]) -> tuple[str, ...]:
    spent, burn = one.get("spent"), one.get("burn")
    return (
        str(one.get("slo", "")),
        "no data" if spent is None else share_text(round(spent, 6)),
        "no data" if burn is None else f"{burn:.3g} ×",
        f"{one.get('bad') or 0:.0f}",
        f"{one.get('valid') or 0:.0f}",
    )


def _earlier(one: tuple[int, str, float | None, float | None]) -> tuple[str, ...]:
    number, verdict, score, rto = one
    shown = "" if score is None else share_text(round(score, 4))
    return (str(number), verdict.replace("_", " "), shown, _seconds(rto))


def _log(report: Report) -> str:
    lines = [f"- {at:%Y-%m-%d %H:%M:%S} UTC: {escaped(text)}" for at, text in report.log]
    if report.left_out:
        lines.append(f"- {report.left_out} further events are not listed here")
    return "\n".join(lines)


def _value(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else "" if value is None else str(value)


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.4g} s"


def _instant(at: datetime | None) -> str:
    return "" if at is None else f"{at:%Y-%m-%d %H:%M:%S} UTC"
