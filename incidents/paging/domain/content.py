"""What an escalation tells. Whoever owns the subject writes it; every channel words it in its own way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

SEVERITIES = ("critical", "error", "warning", "info")
_TITLE_LENGTH_MAX = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """severity: one of SEVERITIES, as PagerDuty knows them; severity_word: as people say it ("Sev2").
    links: (title, URL) pairs, such as runbooks. details: short facts shown as a table.
    """

    title: str
    text: str = ""
    severity: str = "error"
    severity_word: str = ""
    url: str = ""
    team: str = ""
    service: str = ""
    links: tuple[tuple[str, str], ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.title.strip():
            raise ValueError("say what happened: the title is empty")
        if self.severity not in SEVERITIES:
            raise ValueError(f"severity must be one of {', '.join(SEVERITIES)}, got {self.severity!r}")

    def to_json(self) -> dict[str, Any]:
        return {
            "title": self.title[:_TITLE_LENGTH_MAX],
            "text": self.text,
            "severity": self.severity,
            "severity_word": self.severity_word,
            "url": self.url,
            "team": self.team,
            "service": self.service,
            "links": [list(link) for link in self.links],
            "details": dict(self.details),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Of what `to_json` gave, perhaps by another release: unknown fields are left out."""
        return cls(
            title=str(stored.get("title") or "untitled"),
            text=str(stored.get("text", "")),
            severity=str(stored.get("severity", "error")),
            severity_word=str(stored.get("severity_word", "")),
            url=str(stored.get("url", "")),
            team=str(stored.get("team", "")),
            service=str(stored.get("service", "")),
            links=tuple((str(title), str(url)) for title, url in stored.get("links", ())),
            details={str(name): str(value) for name, value in dict(stored.get("details", {})).items()},
        )
