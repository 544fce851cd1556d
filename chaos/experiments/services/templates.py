"""An experiment of one's own from a template of the library, in one step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import yaml

from chaos.experiments.domain.kinds import Format
from chaos.experiments.domain.placeholders import PlaceholderError, filled
from chaos.experiments.library import Template
from chaos.experiments.services.drafts import DEADLINE_SECONDS_MAX, ExperimentDraft
from chaos.experiments.services.experiments import Stored, create
from reliability.access.domain.caller import Caller
from reliability.catalog.models import Service
from reliability.web.errors import Invalid

# What a run does besides watching: looks before and after, taking back, recovery.
WORK_SECONDS = 300


def create_from(
    *,
    caller: Caller,
    team_id: int,
    template: Template,
    targets: Sequence[str],
    now: datetime,
    service: Service | None = None,
    values: Mapping[str, str] | None = None,
    title: str = "",
    slug: str = "",
    reason: str = "",
) -> Stored:
    """targets: slugs, in the order in which they are hit. values: of the placeholders, by name.

    Raises Invalid for what is missing, and as experiments.create.
    """
    draft = draft_from(
        team_id=team_id, template=template, targets=targets, service=service, values=values, title=title, slug=slug
    )
    return create(caller=caller, draft=draft, now=now, reason=reason or f"from the template {template.slug}")


def draft_from(
    *,
    team_id: int,
    template: Template,
    targets: Sequence[str],
    service: Service | None = None,
    values: Mapping[str, str] | None = None,
    title: str = "",
    slug: str = "",
) -> ExperimentDraft:
    """What create_from would create, to look at and change first. Raises Invalid for what is missing."""
    named = {"service": service.title if service else "the service", **(values or {})}
    try:
        document = filled(template=template, targets=list(dict.fromkeys(targets)), values=named)
    except PlaceholderError as error:
        raise Invalid(details=[{"field": name, "message": message} for name, message in error.mistakes]) from error
    if title.strip():
        document["title"] = title.strip()
    return ExperimentDraft(
        team_id=team_id,
        text=yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120),
        format=Format.YAML.value,
        slug=slug,
        title=title,
        service_id=service.pk if service else None,
        kind=template.kind,
        layer=template.layer,
        hypothesis=template.hypothesis.replace("{{service}}", str(named["service"])),
        blast_radius=template.blast_radius,
        teaches=template.teaches,
        template=template.slug,
        deadline_seconds=_deadline(template, named),
        rto_objective_seconds=template.rto_objective_seconds,
        rpo_objective_seconds=template.rpo_objective_seconds,
    )


def _deadline(template: Template, values: Mapping[str, str]) -> int:
    """Of the template, or longer when more is to be watched: the hard deadline must not be what ends the run."""
    try:
        seconds = int(float(values.get("hold") or 0)) + WORK_SECONDS
    except (ValueError, OverflowError):  # told as a mistake of the placeholder
        return template.deadline_seconds
    return min(max(template.deadline_seconds, seconds), DEADLINE_SECONDS_MAX)
