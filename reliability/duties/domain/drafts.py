"""A duty and its log as people write them, and what is wrong with them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from reliability.duties.domain.kinds import DutyKind, Every, Responsible
from reliability.duties.domain.recurring import EVERY_MAX, REMIND_DAYS_MAX, Rule
from reliability.kit.cron import expression_mistake, normalized, zone_mistake

TITLE_MAX = 160
INSTRUCTIONS_MAX = 20_000
URL_MAX = 500
NOTE_MAX = 5_000
MINUTES_MAX = 7 * 24 * 60
_AHEAD_YEARS_MAX = 10


@dataclass(frozen=True, slots=True)
class DutyDraft:
    """due_at: when it is due the next time; None with a cron expression, which says it. link_url: of a runbook, or of
    the recovery trial of a DR promotion. responsible_id: of responsible PERSON."""

    title: str
    kind: str = DutyKind.CUSTOM.value
    service_id: int | None = None
    instructions: str = ""
    link_url: str = ""
    every: str = Every.MONTHS.value
    every_count: int = 1
    cron: str = ""
    zone: str = "UTC"
    due_at: datetime | None = None
    remind_days: int = 7
    responsible: str = Responsible.PERSON.value
    responsible_id: int | None = None
    is_enabled: bool = True

    def fields(self) -> dict[str, Any]:
        """Columns of a duty as they are stored, but for when it is due."""
        found = asdict(self) | {
            "title": " ".join(self.title.split()),
            "instructions": self.instructions.strip(),
            "link_url": self.link_url.strip(),
            "cron": normalized(self.cron) if self.every == Every.CRON else "",
            "responsible_id": self.responsible_id if self.responsible == Responsible.PERSON else None,
        }
        del found["due_at"]
        return found

    @property
    def rule(self) -> Rule:
        """Of a draft without mistakes."""
        return Rule(Every(self.every), self.every_count, normalized(self.cron), self.zone)


def mistakes_of(draft: DutyDraft, *, now: datetime) -> list[tuple[str, str]]:
    """(field, what to change) of everything that is wrong, but for what only the database knows."""
    found = []
    if not draft.title.strip():
        found.append(("title", "say in a few words what is to be done"))
    texts = (("title", draft.title, TITLE_MAX), ("instructions", draft.instructions, INSTRUCTIONS_MAX))
    found += [(name, f"has at most {most:,} characters") for name, text, most in texts if len(text) > most]
    found += [(name, "holds a character that cannot be stored: take it out") for name, text, _ in texts if "\0" in text]
    found += [("link_url", mistake) for mistake in [url_mistake(draft.link_url)] if mistake]
    for name, value, known in (
        ("kind", draft.kind, DutyKind),
        ("every", draft.every, Every),
        ("responsible", draft.responsible, Responsible),
    ):
        if value not in {one.value for one in known}:
            found.append((name, f"is one of {', '.join(one.value for one in known)}"))
    mistake = zone_mistake(draft.zone)
    if mistake:
        found.append(("zone", mistake))
    found += _mistakes_of_recurrence(draft, now)
    if not 0 <= draft.remind_days <= REMIND_DAYS_MAX:
        found.append(("remind_days", f"is a number of days from 0 to {REMIND_DAYS_MAX}"))
    if draft.responsible == Responsible.PERSON and draft.responsible_id is None:
        found.append(("responsible_id", "choose who is responsible, or let whoever is on call be reminded"))
    return found


def url_mistake(url: str) -> str:
    """What to change, blank when it is right or empty."""
    text = url.strip()
    if not text:
        return ""
    if len(text) > URL_MAX:
        return f"has at most {URL_MAX} characters"
    message = "is an address such as https://wiki.example.org/keys, or a path of this installation"
    if set(text) & set(" \t\r\n\0\\"):
        return message
    if text.startswith("/"):
        return message if text.startswith("//") else ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return message
    return "" if parts.scheme in ("http", "https") and parts.hostname else message


def _mistakes_of_recurrence(draft: DutyDraft, now: datetime) -> list[tuple[str, str]]:
    if draft.every == Every.CRON:
        mistake = expression_mistake(normalized(draft.cron), now=now)
        return [("cron", mistake)] if mistake else []
    found = []
    most = EVERY_MAX.get(Every(draft.every), 0) if draft.every in {one.value for one in Every} else 0
    if most and not 1 <= draft.every_count <= most:
        found.append(("every_count", f"is a whole number from 1 to {most:,}"))
    if draft.due_at is None:
        found.append(("due_at", "say when it is due the next time"))
    elif abs(draft.due_at.year - now.year) > _AHEAD_YEARS_MAX:
        found.append(("due_at", f"lies within {_AHEAD_YEARS_MAX} years of now"))
    return found
