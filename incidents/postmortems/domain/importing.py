"""Reading postmortems that were written elsewhere, as Markdown of any shape: what is recognised goes to its place, and
everything else to free sections. Nothing is lost: every word is in a part, and the raw text is kept whole.
"""

# Long because each step hands on one document that is being read: parts, facts, title, times, places, bounds.

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo

from incidents.postmortems.domain.factors import Category
from incidents.postmortems.domain.import_blocks import Part, parts
from incidents.postmortems.domain.import_facts import Fact, facts, front_matter, severity_of
from incidents.postmortems.domain.import_labels import ACTIONS, FACTORS, FACTS, TIMELINE, WHYS, label_kind
from incidents.postmortems.domain.import_moments import Moment, duration_of, moments, zone_of
from incidents.postmortems.domain.import_rows import ActionRow, TimelineRow, actions, items, timeline, whys
from incidents.postmortems.domain.sections import BY_SLUG, SECTIONS_MAX, TEXT_LENGTH_MAX, TITLE_LENGTH_MAX
from incidents.postmortems.domain.similarity import category_of

BYTES_MAX = 1_000_000
NAME_MAX = 200
DETAILS = "Details as imported"
_GENERIC = re.compile(
    r"(blameless |incident )?(post[ -]?mortem|incident report|retrospective|rca|root cause analysis|pir|"
    r"post[ -]incident review|incident review)( report| document| template)?"
)
_MILESTONES = ("started", "detected", "acknowledged", "mitigated", "resolved")
_FREE_MAX = SECTIONS_MAX - len(BY_SLUG)


class ImportTooLargeError(ValueError):
    """reason: too_large."""

    reason = "too_large"


@dataclass(slots=True)
class ImportedSection:
    """slug: of domain/sections.py, or blank for a free one. title: as it was headed."""

    slug: str
    title: str
    text: str


@dataclass(slots=True)
class Imported:
    """What was read. milestones: by started, detected, acknowledged, mitigated, resolved. whys: (depth, text).

    clocked: the milestones whose time of day was told; of the others only the day is known.
    recognised: what was found, in words; unsure: what somebody should look at.
    """

    raw: str
    title: str = ""
    milestones: dict[str, datetime] = field(default_factory=dict)
    clocked: set[str] = field(default_factory=set)
    severity: int | None = None
    facts: list[Fact] = field(default_factory=list)
    sections: list[ImportedSection] = field(default_factory=list)
    timeline: list[TimelineRow] = field(default_factory=list)
    factors: list[tuple[Category, str]] = field(default_factory=list)
    whys: list[tuple[int, str]] = field(default_factory=list)
    actions: list[ActionRow] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)

    def section(self, slug: str) -> str:
        return next((one.text for one in self.sections if one.slug == slug), "")

    @property
    def recognised(self) -> list[str]:
        """For people, in the order of the document."""
        named = [BY_SLUG[one.slug].title for one in self.sections if one.slug]
        free = [one.title for one in self.sections if not one.slug]
        counted = {
            "moments of the timeline": len(self.timeline),
            "contributing factors": len(self.factors),
            "whys": len(self.whys),
            "action items": len(self.actions),
        }
        return [
            *(f"{name} {at:%Y-%m-%d %H:%M} UTC" for name, at in self.milestones.items()),
            *([f"Sev{self.severity}"] if self.severity else []),
            *(f"section “{name}”" for name in named),
            *(f"{count} {words}" for words, count in counted.items() if count),
            *(f"free section “{name}”" for name in free),
        ]


def read_bytes(*, content: bytes, name: str = "") -> Imported:
    """A file: UTF-8, UTF-16 with its mark, else Latin-1. Raises ImportTooLargeError."""
    if len(content) > BYTES_MAX:
        raise ImportTooLargeError(f"the file has {len(content):,} bytes: at most {BYTES_MAX:,} are read; cut it")
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    return read(text=text, name=name)


def read(*, text: str, name: str = "") -> Imported:
    """Never fails on any text up to BYTES_MAX characters. name: of its file, for title and date of last resort."""
    if len(text) > BYTES_MAX:
        raise ImportTooLargeError(f"the text has {len(text):,} characters: at most {BYTES_MAX:,} are read; cut it")
    raw = text.replace("\x00", "�")
    body = raw.replace("\r\n", "\n").replace("\r", "\n")
    found = Imported(raw=raw)
    told, block = front_matter(body)
    if block:
        found.details.append(block.strip())
        body = body[len(block) :] if body.startswith(block) else body
    read_parts, told = _facts_of(found, parts(body), told)
    found.facts = told
    _title(found, read_parts, name)
    base, zone = _milestones(found, name, read_parts)
    for part in read_parts:
        _place(found, part, base, zone)
    _from_timeline(found)
    _finish(found)
    return found


def _facts_of(found: Imported, read_parts: list[Part], told: list[Fact]) -> tuple[list[Part], list[Fact]]:
    """Facts stand before the first heading, right under the title, or in a part of their own ("## Date")."""
    left: list[Part] = []
    for index, part in enumerate(read_parts):
        is_head = index <= 1 and part.kind in ("", FACTS, "summary")
        own = label_kind(part.heading) if part.heading and part.kind in ("", FACTS) else ""
        short = part.text.strip()
        if own and own != "title" and short and len(short) <= 300 and "\n\n" not in short:
            told = [*told, Fact(part.heading, own, " ".join(short.split()))]
            found.details.append(f"{part.heading}: {short}")
        elif is_head or part.kind in (FACTS,):
            some, rest = facts(part.lines)
            if some:
                found.details.append("\n".join(_without(part.lines, rest)).strip("\n"))
            told = [*told, *some]
            left.append(Part(part.heading, part.level, part.kind, tuple(rest)))
        else:
            some, _ = facts(part.lines[:12]) if index <= 4 or part.kind in ("customer-impact", TIMELINE) else ([], [])
            told = [*told, *(one for one in some if one.kind in (*_MILESTONES, "date", "severity", "duration"))]
            left.append(part)
    return left, told


def _without(lines: Iterable[str], rest: list[str]) -> list[str]:
    """The lines that are not among the rest, in order."""
    waiting = list(rest)
    taken = []
    for line in lines:
        if waiting and waiting[0] == line:
            waiting.pop(0)
        else:
            taken.append(line)
    return taken


def _title(found: Imported, read_parts: list[Part], name: str) -> None:
    told = next((fact.value for fact in found.facts if fact.kind == "title" and fact.value), "")
    first = next(
        (part for part in read_parts[:2] if part.heading and not part.kind and not label_kind(part.heading)), None
    )
    heading = first.heading if first is not None else ""
    is_generic = bool(_GENERIC.fullmatch(heading.strip(" :#").lower()))
    lines = (line.strip("#*_ ->\t") for part in read_parts for line in part.lines)
    chosen = (told if is_generic or not heading else "") or heading or told
    if not chosen:
        stem = re.sub(r"\.(md|markdown|txt|mdown)$", "", name, flags=re.IGNORECASE).replace("_", " ").strip()
        chosen = stem or next((line for line in lines if line), "") or "Imported postmortem"
    plain = re.sub(r"[*_`]+|\[([^\]]*)\]\([^)]*\)", lambda link: link[1] or "", chosen).strip() or chosen
    found.title = plain[:NAME_MAX].strip() or "Imported postmortem"
    if first is not None:
        if found.title != first.heading:
            found.details.insert(0, first.heading)
        read_parts[read_parts.index(first)] = Part("", first.level, "", first.lines)


def _milestones(found: Imported, name: str, read_parts: list[Part]) -> tuple[date | None, tzinfo]:
    """From the facts, else a date in title, name or the first lines. Returns the day clock times belong to, and the
    zone of those without one."""
    zone = next(
        (
            z
            for part in read_parts
            for z in [zone_of(part.heading) or (zone_of(part.text[:300]) if part.kind == TIMELINE else None)]
            if z
        ),
        None,
    ) or next(
        (z for fact in found.facts if fact.kind in (*_MILESTONES, "date") for z in [zone_of(f"({fact.label})")] if z),
        UTC,
    )
    base: date | None = None
    ordered = sorted(found.facts, key=lambda fact: fact.kind != "date")
    for fact in ordered:
        if fact.kind not in (*_MILESTONES, "date"):
            continue
        read = moments(fact.value[:300], day=base, zone=zone, limit=3)
        if not read:
            continue
        base = base or read[0].at.astimezone(zone).date()
        _set(found, "started" if fact.kind == "date" else fact.kind, read[0])
        if len(read) > 1 and fact.kind in ("date", "started"):
            _set(found, "resolved", read[1])
    if base is None:
        head = " ".join(part.text[:600] for part in read_parts[:3])
        for text in (found.title, name.replace("_", " "), " ".join(found.details)[:600], head):
            read = [one for one in moments(text, zone=zone, limit=4) if one.has_day]
            if read:
                base = read[0].at.astimezone(zone).date()
                _set(found, "started", read[0])
                break
    length = next((duration_of(fact.value) for fact in found.facts if fact.kind == "duration"), None)
    if length and "started" in found.clocked and "resolved" not in found.milestones:
        found.milestones["resolved"] = found.milestones["started"] + length
    found.severity = next((s for f in found.facts if f.kind == "severity" for s in [severity_of(f.value)] if s), None)
    tags = next((fact.value for fact in found.facts if fact.kind == "tags"), "")
    found.tags = [tag.strip(" `#[]\"'")[:40] for tag in tags.split(",") if tag.strip(" `#[]\"'")][:10]
    return base, zone


def _set(found: Imported, kind: str, one: Moment) -> None:
    # A day alone gives way to a time of day, and never the other way round.
    if kind not in found.milestones or (one.has_clock and kind not in found.clocked):
        found.milestones[kind] = one.at
        found.clocked |= {kind} if one.has_clock else set()
    if one.is_ambiguous:
        found.unsure.append(
            f"“{one.text}” was read as {one.at:%Y-%m-%d} (month first): change it if it is the other way"
        )


def _place(found: Imported, part: Part, base: date | None, zone: tzinfo) -> None:
    lines = list(part.lines)
    if part.kind == TIMELINE:
        rows, rest = timeline(lines, day=base, zone=zone)
        found.timeline += rows
        _free(found, part.heading, "\n".join(rest), keep_heading=not rows)
    elif part.kind == FACTORS:
        _factors(found, part)
    elif part.kind == WHYS:
        asked = whys(lines)
        if asked and not found.whys:
            found.whys = asked
            found.details.append(part.heading)
        else:
            _free(found, part.heading, part.text)
    elif part.kind == ACTIONS:
        found.actions += actions(lines)
        _free(found, part.heading, part.text)  # owners, tickets and states stay as they were written
    elif part.kind in BY_SLUG:
        _known(found, part)
    elif not part.heading:
        known = ImportedSection("summary", BY_SLUG["summary"].title, part.text) if part.text.strip() else None
        if known:
            _add(found, known)
    elif part.level > 2 and found.sections and part.kind == "" and part.level <= 6:
        # A lower heading stays within the part it stands in.
        found.sections[-1].text += f"\n\n{'#' * part.level} {part.heading}\n\n{part.text}"
    else:
        # Perhaps empty: lower headings may follow that belong to it.
        found.sections.append(ImportedSection("", part.heading, part.text))


def _factors(found: Imported, part: Part) -> None:
    listed, rest = items(part.lines)
    top = [text for indent, text, _ in listed if indent == listed[0][0]]
    paragraphs = [" ".join(one.split()) for one in part.text.split("\n\n") if one.strip()]
    short = "|" not in part.text and "```" not in part.text
    if listed and not rest and len(top) == len(listed) and all(len(text) <= 500 for text in top) and len(top) <= 20:
        texts = top
    elif not listed and short and len(paragraphs) == 1 and len(paragraphs[0]) <= 500:
        texts = paragraphs
    else:
        _free(found, part.heading, part.text)
        return
    found.factors += [(category_of(text), text) for text in texts]
    found.details.append(part.heading)


def _known(found: Imported, part: Part) -> None:
    title = BY_SLUG[part.kind].title
    if not part.text.strip():
        found.details.append(part.heading)
        return
    head = "" if part.heading.strip(" :").lower() == title.lower() else part.heading
    if any(one.slug == part.kind for one in found.sections):
        _add(found, ImportedSection(part.kind, title, f"### {part.heading}\n\n{part.text}"))
    else:
        _add(found, ImportedSection(part.kind, head or title, part.text))


def _add(found: Imported, section: ImportedSection) -> None:
    for one in found.sections:
        if one.slug == section.slug:
            one.text = f"{one.text}\n\n{section.text}".strip("\n")
            return
    found.sections.append(section)


def _free(found: Imported, heading: str, text: str, *, keep_heading: bool = True) -> None:
    if text.strip():
        found.sections.append(ImportedSection("", heading or "Notes", text.strip("\n")))
    elif heading:
        found.details.append(heading)


def _from_timeline(found: Imported) -> None:
    """A day alone becomes the first moment of the timeline on it; the last one is no end: recovery may be earlier."""
    started = found.milestones.get("started")
    if found.timeline and "started" not in found.clocked:
        first = found.timeline[0].at
        if started is None or abs(first - started) < timedelta(days=1, hours=14):
            found.milestones["started"] = first
    begun = found.milestones.get("started")
    for kind, at in list(found.milestones.items()):
        if begun is not None and at < begun and kind != "started":
            found.unsure.append(f"{kind} {at:%Y-%m-%d %H:%M} lies before the start: it was left out")
            del found.milestones[kind]


def _finish(found: Imported) -> None:
    """Bounds: what is too long goes on in the next free section, what is too many in the last."""
    found.details += [one.title for one in found.sections if not one.slug and not one.text.strip()]
    found.sections = [one for one in found.sections if one.slug or one.text.strip()]
    if found.details:
        found.sections.append(ImportedSection("", DETAILS, "\n\n".join(found.details)))
    cut: list[ImportedSection] = []
    for one in found.sections:
        if len(one.title) > TITLE_LENGTH_MAX:
            one.text, one.title = f"{one.title}\n\n{one.text}", one.title[:TITLE_LENGTH_MAX]
        pieces = _pieces(one.text)
        cut.append(ImportedSection(one.slug, one.title, pieces[0]))
        cut += [ImportedSection("", f"{one.title[:100]} ({n})", piece) for n, piece in enumerate(pieces[1:], start=2)]
    known, free = [one for one in cut if one.slug], [one for one in cut if not one.slug]
    if len(free) > _FREE_MAX:
        last = "\n\n".join(f"## {one.title}\n\n{one.text}" for one in free[_FREE_MAX - 1 :])
        if len(last) > TEXT_LENGTH_MAX:
            found.unsure.append("it is too long for the sections: all of it stands in the text as imported")
        free = [*free[: _FREE_MAX - 1], ImportedSection("", "More", last[:TEXT_LENGTH_MAX])]
    found.sections = known + free


def _pieces(text: str) -> list[str]:
    pieces = []
    while len(text) > TEXT_LENGTH_MAX:
        at = max(text.rfind("\n", 0, TEXT_LENGTH_MAX), text.rfind(" ", 0, TEXT_LENGTH_MAX)) + 1 or TEXT_LENGTH_MAX
        pieces.append(text[:at])
        text = text[at:]
    return [*pieces, text]
