"""An escalation policy as a person or file writes it, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from incidents.paging.domain.frozen import TargetKind

SLUG_LENGTH_MAX = 63
TITLE_LENGTH_MAX = 120
DESCRIPTION_LENGTH_MAX = 4000
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\Z")
# Addresses of pages stand where a slug would.
_RESERVED = frozenset({"new"})

Mistake = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large a policy may be."""

    steps: int
    targets: int
    repeat: int
    delay_minutes: int
    ack_timeout_minutes: int


@dataclass(frozen=True, slots=True)
class TargetDraft:
    kind: TargetKind
    id: int


@dataclass(frozen=True, slots=True)
class StepDraft:
    delay_minutes: int
    targets: tuple[TargetDraft, ...]
    round_robin: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDraft:
    """service_ids: services whose incidents follow it. is_team_default: it holds for all others of the team."""

    slug: str
    title: str
    team_id: int
    steps: tuple[StepDraft, ...]
    last_resort: StepDraft | None = None
    description: str = ""
    repeat: int = 0
    ack_timeout_minutes: int | None = None
    is_team_default: bool = False
    service_ids: frozenset[int] = frozenset()

    def placed_steps(self) -> Iterator[tuple[str, StepDraft]]:
        """Each step with where it stands: steps[0], steps[1], last_resort."""
        for index, step in enumerate(self.steps):
            yield f"steps[{index}]", step
        if self.last_resort is not None:
            yield "last_resort", self.last_resort


def mistakes_of(draft: PolicyDraft, *, bounds: Bounds) -> list[Mistake]:
    """Every mistake as (field path, what to change), as far as it shows without looking anything up."""
    found = list(_of_words(draft))
    if not draft.steps:
        found.append(("steps", "name at least one step: whom to tell first"))
    if len(draft.steps) > bounds.steps:
        found.append(("steps", f"at most {bounds.steps} steps, got {len(draft.steps)}"))
    if not 0 <= draft.repeat <= bounds.repeat:
        found.append(("repeat", f"must be 0 to {bounds.repeat} further passes, got {draft.repeat}"))
    minutes = draft.ack_timeout_minutes
    if minutes is not None and not 1 <= minutes <= bounds.ack_timeout_minutes:
        words = f"must be 1 to {bounds.ack_timeout_minutes:,} minutes, or nothing: then it never lapses; got {minutes}"
        found.append(("ack_timeout", words))
    for path, step in draft.placed_steps():
        found += _of_step(path, step, bounds)
    return found


def _of_words(draft: PolicyDraft) -> Iterator[Mistake]:
    if not _SLUG.match(draft.slug) or len(draft.slug) > SLUG_LENGTH_MAX or draft.slug in _RESERVED:
        yield "slug", "use lower-case letters, digits and hyphens, such as payments-primary (new is taken)"
    if not draft.title.strip():
        yield "title", "write a title, such as Payments, urgent"
    if len(draft.title.strip()) > TITLE_LENGTH_MAX:
        yield "title", f"at most {TITLE_LENGTH_MAX} characters"
    if len(draft.description) > DESCRIPTION_LENGTH_MAX:
        yield "description", f"at most {DESCRIPTION_LENGTH_MAX:,} characters"


def _of_step(path: str, step: StepDraft, bounds: Bounds) -> Iterator[Mistake]:
    if not 1 <= step.delay_minutes <= bounds.delay_minutes:
        words = f"must be 1 to {bounds.delay_minutes:,} minutes, got {step.delay_minutes}"
        yield f"{path}.delay", words
    if not step.targets:
        yield f"{path}.targets", "name at least one person, schedule, team or channel"
    if len(step.targets) > bounds.targets:
        yield f"{path}.targets", f"at most {bounds.targets} targets, got {len(step.targets)}"
    for index, target in enumerate(step.targets):
        if target in step.targets[:index]:
            yield f"{path}.targets[{index}]", "stands in this step already: take one of the two away"
