"""A team's words: its own, or those that everybody begins with."""

from __future__ import annotations

from dataclasses import dataclass

from incidents.stakeholders.domain.first_wordings import FIRST, Words
from incidents.stakeholders.domain.kinds import Audience, EventKind
from incidents.stakeholders.models import Wording


@dataclass(frozen=True, slots=True)
class InForce:
    """row: None as long as the team has none of its own."""

    audience: Audience
    kind: EventKind
    words: Words
    row: Wording | None

    @property
    def is_automatic(self) -> bool:
        return self.row is not None and self.row.is_automatic

    @property
    def revision(self) -> int:
        """0 while nothing is stored."""
        return self.row.revision if self.row is not None else 0


def wordings_of(*, team_id: int) -> list[InForce]:
    """Every audience and kind, in their order."""
    rows = {(row.audience, row.kind): row for row in Wording.objects.filter(team_id=team_id)}
    return [
        _in_force(audience, kind, rows.get((audience.value, kind.value))) for audience in Audience for kind in EventKind
    ]


def wording(*, team_id: int, audience: Audience, kind: EventKind) -> InForce:
    row = Wording.objects.filter(team_id=team_id, audience=audience.value, kind=kind.value).first()
    return _in_force(audience, kind, row)


def _in_force(audience: Audience, kind: EventKind, row: Wording | None) -> InForce:
    words = Words(row.subject, row.text) if row is not None else FIRST[audience, kind]
    return InForce(audience, kind, words, row)
