"""What teams ask of their services: built-in items, proofs and their own, as each team's checklist wants them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from reliability.access.models import Team
from reliability.readiness.domain.checklist import EMPTY, items_of
from reliability.readiness.domain.defaults import BUILT_IN
from reliability.readiness.domain.items import Item, Kind
from reliability.readiness.models import Checklist, ChecklistVersion
from reliability.readiness.proofs import Proof, proofs
from reliability.web.errors import NotFound

REMIND_DAYS = 14
REVIEW_DAYS = 180


@dataclass(frozen=True, slots=True)
class TeamChecklist:
    """version: 0 while the team has changed nothing. row: None then."""

    items: tuple[Item, ...]
    definition: dict[str, Any]
    version: int
    remind_days: int
    review_days: int
    row: Checklist | None = None

    @property
    def in_use(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if not item.off)

    @property
    def off(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.off)

    def item(self, slug: str) -> Item:
        """Also one that is switched off. Raises NotFound."""
        found = next((item for item in self.items if item.slug == slug), None)
        if found is None:
            raise NotFound(f"there is no item {slug[:63]!r} in this checklist")
        return found


def known_items() -> tuple[Item, ...]:
    """What every checklist starts from: proofs of all rooms, and the built-in items that need evidence."""
    return (*(_proven(proof) for proof in proofs()), *BUILT_IN)


def checklists_of(*, team_ids: Iterable[int]) -> dict[int, TeamChecklist]:
    """Of each team, in one query."""
    wanted = set(team_ids)
    rows = {row.team_id: row for row in Checklist.objects.filter(team_id__in=wanted)}
    known = known_items()
    return {team_id: _of_row(rows.get(team_id), known) for team_id in wanted}


def checklist_of(*, team: Team) -> TeamChecklist:
    """Ask `team()` for the team: it checks the caller."""
    return checklists_of(team_ids=[team.pk])[team.pk]


def versions_of(*, checklist: TeamChecklist) -> QuerySet[ChecklistVersion]:
    """The newest first; none while the built-in list holds."""
    if checklist.row is None:
        return ChecklistVersion.objects.none()
    return ChecklistVersion.objects.filter(checklist=checklist.row).order_by("-number")


def version_of(*, checklist: TeamChecklist, number: int) -> tuple[ChecklistVersion, tuple[Item, ...]]:
    """One version with its items as they read today. Raises NotFound."""
    found = versions_of(checklist=checklist).filter(number=number).first() if number < 2**31 else None
    if found is None:
        raise NotFound(f"this checklist has no version {number}")
    return found, items_of(known=known_items(), definition=found.definition)


def _of_row(row: Checklist | None, known: tuple[Item, ...]) -> TeamChecklist:
    if row is None:
        return TeamChecklist(items_of(known=known, definition=EMPTY), dict(EMPTY), 0, REMIND_DAYS, REVIEW_DAYS)
    definition = row.definition
    items = items_of(known=known, definition=definition)
    return TeamChecklist(items, definition, row.revision, row.remind_days, row.review_days, row)


def _proven(proof: Proof) -> Item:
    return Item(
        slug=proof.slug,
        title=proof.title,
        day=proof.day,
        why=proof.why,
        kind=Kind.PROOF,
        tiers=frozenset(proof.tiers),
        source=proof.source,
        source_url=proof.source_url,
        order=proof.order,
    )
