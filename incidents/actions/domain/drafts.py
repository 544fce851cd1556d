"""An action as people and other rooms write it, and what is wrong with it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from incidents.actions.domain.states import Kind, Priority, Proof

TITLE_MAX = 200
TEXT_MAX = 10_000
REASON_MAX = 2_000
NOTE_MAX = 5_000
URL_MAX = 500
CHECK_MAX = 500
SLO_DAYS = (1, 90)
YEARS = (2000, 2200)
# Kinds of sources that other rooms write.
SOURCE_KIND_MAX = 16
SOURCE_KEY_MAX = 64


@dataclass(frozen=True, slots=True)
class Source:
    """Where it came from: "incident", "postmortem", "review", and which one. A kind of "" is a person's own idea."""

    kind: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class ActionDraft:
    """due_on: a date on the owner's clock. slo_days: how long the objective must stay met. checker_id: who checks.

    Ids name members, services, incidents, experiments and objectives that the writer may see; those of `proof` alone
    are kept. text is Markdown.
    """

    title: str
    kind: str = Kind.PREVENT.value
    owner_id: int | None = None
    due_on: date | None = None
    priority: str = Priority.NORMAL.value
    text: str = ""
    tracker_url: str = ""
    service_id: int | None = None
    incident_id: int | None = None
    proof: str = Proof.NONE.value
    experiment_id: int | None = None
    slo_id: int | None = None
    slo_days: int | None = None
    checker_id: int | None = None
    check_text: str = ""

    def fields(self) -> dict[str, Any]:
        """Columns of an action, as they are stored: of the proof only what it needs."""
        is_slo, is_check = self.proof == Proof.SLO, self.proof == Proof.CHECK
        return {
            **asdict(self),
            "title": self.title.strip(),
            "text": self.text.strip(),
            "tracker_url": self.tracker_url.strip(),
            "priority_rank": Priority(self.priority).rank,
            "experiment_id": self.experiment_id if self.proof == Proof.EXPERIMENT else None,
            "slo_id": self.slo_id if is_slo else None,
            "slo_days": self.slo_days if is_slo else None,
            "checker_id": self.checker_id if is_check else None,
            "check_text": self.check_text.strip() if is_check else "",
        }


def mistakes_of(draft: ActionDraft) -> list[tuple[str, str]]:
    """(field, what to change) of everything that can be told without looking anything up."""
    found = []
    if not draft.title.strip():
        found.append(("title", "say in a few words what is to be done"))
    for name, most in (("title", TITLE_MAX), ("text", TEXT_MAX), ("tracker_url", URL_MAX), ("check_text", CHECK_MAX)):
        if len(getattr(draft, name).strip()) > most:
            found.append((name, f"has at most {most:,} characters"))
    for name, choices in (("kind", Kind), ("priority", Priority), ("proof", Proof)):
        if getattr(draft, name) not in list(choices):
            found.append((name, f"is one of {', '.join(choices)}"))
    if draft.due_on is not None and not YEARS[0] <= draft.due_on.year < YEARS[1]:
        found.append(("due_on", f"lies between {YEARS[0]} and {YEARS[1]}"))
    return found + _mistakes_of_proof(draft)


def _mistakes_of_proof(draft: ActionDraft) -> list[tuple[str, str]]:
    if draft.proof == Proof.EXPERIMENT and draft.experiment_id is None:
        return [("experiment", "choose the experiment that must hold, or another way of proof")]
    if draft.proof == Proof.SLO:
        found = []
        if draft.slo_id is None:
            found.append(("slo", "choose the objective that must stay met, or another way of proof"))
        least, most = SLO_DAYS
        if draft.slo_days is None or not least <= draft.slo_days <= most:
            found.append(("slo_days", f"is a number of days from {least} to {most}"))
        return found
    if draft.proof == Proof.CHECK:
        if draft.checker_id is None:
            return [("checker", "choose who checks it: somebody of the team other than the owner")]
        if draft.checker_id == draft.owner_id:
            return [("checker", "is the owner: choose somebody else of the team to check it")]
    return []
