"""A postmortem as Markdown that can be imported again, and as JSON. Facts stand in front matter, moments in UTC."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from incidents.postmortems.domain.exported_evidence import EvidenceTable, ExportedEvidence, table_lines, tables_of

_AT_LINE_START = re.compile(r"^(?=#{1,6}\s)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ExportedSection:
    slug: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class ExportedMoment:
    at: datetime
    text: str
    annotation: str = ""


@dataclass(frozen=True, slots=True)
class ExportedFactor:
    category: str
    text: str


@dataclass(frozen=True, slots=True)
class ExportedWhy:
    depth: int
    text: str


@dataclass(frozen=True, slots=True)
class ExportedAction:
    title: str
    state: str
    owner: str
    due_on: str
    url: str


@dataclass(frozen=True, slots=True)
class Exported:
    """milestones: started, detected, acknowledged, mitigated, resolved; those that are known."""

    number: int
    title: str
    team: str
    state: str
    url: str
    severity: int | None
    milestones: dict[str, datetime]
    services: tuple[str, ...]
    tags: tuple[str, ...]
    facilitator: str
    published_at: datetime | None
    sections: tuple[ExportedSection, ...]
    timeline: tuple[ExportedMoment, ...]
    factors: tuple[ExportedFactor, ...]
    whys: tuple[ExportedWhy, ...]
    actions: tuple[ExportedAction, ...]
    evidence: ExportedEvidence | None = None

    @property
    def tables(self) -> list[EvidenceTable]:
        """The evidence for people."""
        return [] if self.evidence is None else tables_of(self.evidence)


def to_markdown(document: Exported) -> str:
    """CommonMark with tables; headings of the writer's own move below ours."""
    facts = {
        "severity": f"SEV-{document.severity}" if document.severity else "",
        **{name: f"{at:%Y-%m-%d %H:%M:%S} UTC" for name, at in document.milestones.items()},
        "services": list(document.services),
        "tags": list(document.tags),
        "facilitator": document.facilitator,
        "team": document.team,
        "status": document.state,
        "link": document.url,
    }
    lines = [
        "---",
        *(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in facts.items() if value),
        "---",
    ]
    blocks = ["\n".join(lines), f"# {_line(document.title)}"]
    summary = [one for one in document.sections if one.slug in ("summary", "customer-impact")]
    others = [one for one in document.sections if one not in summary]
    blocks += [block for one in summary for block in _section(one)]
    blocks += _listed("Timeline (UTC)", [_moment(one) for one in document.timeline])
    blocks += [block for one in others for block in _section(one)]
    blocks += _listed("Contributing factors", [f"- {_line(one.text)} ({one.category})" for one in document.factors])
    blocks += _listed("Five whys", [f"{'    ' * (one.depth - 1)}- {_line(one.text)}" for one in document.whys])
    blocks += _listed("Action items", [_action(one) for one in document.actions])
    blocks += _evidence(document)
    return "\n\n".join(blocks) + "\n"


def to_json(document: Exported) -> str:
    """Instants in ISO 8601, UTC."""
    return json.dumps(asdict(document), default=_plain, ensure_ascii=False, indent=2) + "\n"


def file_name(document: Exported, ending: str) -> str:
    """ASCII, safe in every header: `postmortem-12-checkout-failed.md`."""
    words = re.sub(r"[^a-z0-9]+", "-", document.title.lower().encode("ascii", "ignore").decode()).strip("-")[:60]
    return f"postmortem-{document.number}{f'-{words}' if words else ''}.{ending}"


def _section(section: ExportedSection) -> list[str]:
    if not section.text.strip():
        return []
    return [f"## {_line(section.title)}", _AT_LINE_START.sub("##", section.text.strip()).replace("#######", "######")]


def _moment(one: ExportedMoment) -> str:
    text = one.text.strip().replace("\n", "\n  ")
    note = f"\n  {one.annotation.strip()}".replace("\n", "\n  ") if one.annotation.strip() else ""
    return f"- {one.at:%Y-%m-%d %H:%M:%S} UTC: {text}{note.replace(chr(10) + '    ', chr(10) + '  ')}"


def _action(one: ExportedAction) -> str:
    tick = "x" if one.state in ("done", "verified", "closed") else " "
    words = [one.title, one.state, one.owner, f"due {one.due_on}" if one.due_on else "", one.url]
    return f"- [{tick}] {_line(' · '.join(word for word in words if word))}"


def _evidence(document: Exported) -> list[str]:
    if document.evidence is None or not document.tables:
        return []
    blocks = ["## Evidence", f"As it was on {document.evidence.taken_at:%Y-%m-%d %H:%M:%S} UTC."]
    for table in document.tables:
        note = [_line(table.note)] if table.note else []
        blocks += [f"### {_line(table.title)}", *note, "\n".join(table_lines(table))]
    return blocks


def _listed(title: str, lines: list[str]) -> list[str]:
    return [f"## {title}", "\n".join(lines)] if lines else []


def _line(text: str) -> str:
    return " ".join(text.split())


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form in JSON")
