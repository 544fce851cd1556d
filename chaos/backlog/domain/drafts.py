"""A vulnerability as people and other rooms write it, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from chaos.backlog.domain import ordering

TITLE_MAX = 200
WORDS_MAX = 10_000
REASON_MAX = 2_000
NOTE_MAX = 5_000
# (field, least and most, unit in words)
NUMBERS: tuple[tuple[str, tuple[float, float], str], ...] = (
    ("times_a_year", ordering.TIMES_A_YEAR, "times a year"),
    ("users_percent", ordering.USERS_PERCENT, "percent of users"),
    ("outage_minutes", ordering.MINUTES, "minutes"),
    ("hours_to_try", ordering.HOURS, "hours"),
    ("hours_to_mend", ordering.HOURS, "hours"),
)


@dataclass(frozen=True, slots=True)
class VulnerabilityDraft:
    """hypothesis: what is feared, in words. Units: see chaos.backlog.domain.ordering."""

    title: str
    layer: str = "component"
    service_id: int | None = None
    hypothesis: str = ""
    times_a_year: float = 2
    users_percent: float = 25
    outage_minutes: float = 30
    hours_to_try: float = 2
    hours_to_mend: float = 16

    def fields(self) -> dict[str, Any]:
        """Columns of a vulnerability, as they are stored."""
        return {**asdict(self), "title": self.title.strip(), "hypothesis": self.hypothesis.strip()}


def mistakes_of(draft: VulnerabilityDraft, *, layers: Sequence[str]) -> list[tuple[str, str]]:
    """(field, what to change) of everything that is wrong, but for the service."""
    found = []
    if not draft.title.strip():
        found.append(("title", "say in a few words what may break"))
    if len(draft.title.strip()) > TITLE_MAX:
        found.append(("title", f"has at most {TITLE_MAX} characters"))
    if len(draft.hypothesis) > WORDS_MAX:
        found.append(("hypothesis", f"has at most {WORDS_MAX:,} characters"))
    if draft.layer not in layers:
        found.append(("layer", f"is one of {', '.join(layers)}"))
    for name, (least, most), unit in NUMBERS:
        value = getattr(draft, name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            found.append((name, f"is a number of {unit} from {least:g} to {most:,g}"))
    return found
