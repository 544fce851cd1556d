"""An experiment as a person, a file or a template writes it, checked as a whole."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from chaos.experiments.domain.kinds import Kind
from chaos.experiments.domain.names import slug_mistake
from chaos.experiments.domain.parsing import Parsed, parse
from chaos.experiments.domain.places import DocumentProblemsError, Problem
from chaos.experiments.domain.validation import problems as problems_of
from chaos.experiments.selectors.surroundings import surroundings_of
from reliability.access.domain.caller import Caller
from reliability.catalog.models import Layer, Service
from reliability.web.errors import Invalid

TITLE_LENGTH_MAX = 200
WORDS_LENGTH_MAX = 10_000
NOTE_LENGTH_MAX = 300
DEADLINE_SECONDS_MAX = 24 * 3600
OBJECTIVE_SECONDS_MAX = 30 * 24 * 3600
WEIGHT_MAX = 10
_KINDS = tuple(kind.value for kind in Kind)


@dataclass(frozen=True, slots=True)
class ExperimentDraft:
    """text: the document, kept byte for byte. format: yaml, json, or blank to tell from the text.

    slug, title, tags: blank or None to take them from the document. note: what this version changes.
    """

    team_id: int
    text: str
    format: str = ""
    slug: str = ""
    title: str = ""
    service_id: int | None = None
    kind: str = Kind.EXPERIMENT.value
    layer: str = Layer.COMPONENT.value
    hypothesis: str = ""
    blast_radius: str = ""
    teaches: str = ""
    tags: Sequence[str] | None = None
    template: str = ""
    weight: int = 1
    deadline_seconds: int = 600
    rto_objective_seconds: int | None = None
    rpo_objective_seconds: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft without mistakes. fields: columns of Experiment besides team and slug."""

    parsed: Parsed
    title: str
    fields: Mapping[str, Any] = field(default_factory=dict)


def check(*, caller: Caller, draft: ExperimentDraft) -> Checked:
    """Raises Invalid with every mistake: {"field", "message"} or, in the document, {"line", "path", "message"}."""
    details: list[dict[str, Any]] = [{"field": name, "message": message} for name, message in _mistakes(caller, draft)]
    parsed, problems = read(
        team_id=draft.team_id,
        text=draft.text,
        format=draft.format,
        kind=draft.kind,
        needs_rpo=draft.rpo_objective_seconds is not None,
    )
    details += [problem.as_detail() for problem in problems]
    if parsed is None or details:
        raise Invalid(_summary(details), details=details)
    document = parsed.document
    title = draft.title.strip() or str(document["title"]).strip()[:TITLE_LENGTH_MAX]
    tags = document.get("tags") if draft.tags is None else draft.tags
    hypothesis = draft.hypothesis.strip() or _stated(document)
    fields = {
        "service_id": draft.service_id,
        "title": title,
        "kind": draft.kind,
        "layer": draft.layer,
        "hypothesis": hypothesis,
        "blast_radius": draft.blast_radius.strip(),
        "teaches": draft.teaches.strip(),
        "tags": [str(tag).strip() for tag in tags or ()],
        "template": draft.template,
        "weight": draft.weight,
        "deadline_seconds": draft.deadline_seconds,
        "rto_objective_seconds": draft.rto_objective_seconds,
        "rpo_objective_seconds": draft.rpo_objective_seconds,
    }
    return Checked(parsed=parsed, title=title, fields=fields)


def read(
    *,
    team_id: int,
    text: str,
    format: str,  # noqa: A002  the word of the column
    kind: str,
    needs_rpo: bool = False,
) -> tuple[Parsed | None, list[Problem]]:
    """The document and all that is wrong with it; None when it cannot even be read."""
    try:
        parsed = parse(text=text, format=format, bytes_max=settings.EXPERIMENT_BYTES_MAX)
    except DocumentProblemsError as error:
        return None, list(error.problems)
    known = Kind(kind) if kind in _KINDS else Kind.EXPERIMENT
    return parsed, problems_of(
        parsed=parsed, surroundings=surroundings_of(team_id=team_id), kind=known, needs_rpo=needs_rpo
    )


def slug_from(*, title: str) -> str:
    """ "Orders survive a slow payment!" → orders-survive-a-slow-payment"""
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:63].strip("-")
    return slug if slug_mistake(slug) is None else f"experiment-{slug}"[:63].strip("-")


def _stated(document: Mapping[str, Any]) -> str:
    hypothesis = document.get("steady-state-hypothesis")
    return str(hypothesis.get("title", "")).strip()[:WORDS_LENGTH_MAX] if isinstance(hypothesis, Mapping) else ""


def _summary(details: Sequence[Mapping[str, Any]]) -> str:
    first = details[0]
    place = f"line {first['line']}: " if first.get("line") else ""
    more = f" (and {len(details) - 1} more)" if len(details) > 1 else ""
    return f"{place}{first['message']}{more}"


def _mistakes(caller: Caller, draft: ExperimentDraft) -> list[tuple[str, str]]:
    found = []
    if draft.slug and (mistake := slug_mistake(draft.slug)):
        found.append(("slug", mistake))
    for name, most in (("title", TITLE_LENGTH_MAX), ("note", NOTE_LENGTH_MAX)):
        if len(getattr(draft, name).strip()) > most:
            found.append((name, f"has at most {most} characters"))
    for name in ("hypothesis", "blast_radius", "teaches"):
        if len(getattr(draft, name)) > WORDS_LENGTH_MAX:
            found.append((name, f"has at most {WORDS_LENGTH_MAX:,} characters"))
    if draft.kind not in _KINDS:
        found.append(("kind", f"is one of {', '.join(Kind)}"))
    if draft.layer not in Layer.values:
        found.append(("layer", f"is one of {', '.join(Layer.values)}"))
    found += _tag_mistakes(draft)
    return [*found, *_number_mistakes(draft), *_service_mistakes(caller, draft)]


def _tag_mistakes(draft: ExperimentDraft) -> list[tuple[str, str]]:
    tags = draft.tags or ()
    if len(tags) > 50 or any(not isinstance(tag, str) or not tag.strip() or len(tag) > 100 for tag in tags):
        return [("tags", "are at most 50 texts of at most 100 characters, none of them blank")]
    return []


def _number_mistakes(draft: ExperimentDraft) -> list[tuple[str, str]]:
    bounds = (
        ("weight", draft.weight, 1, WEIGHT_MAX),
        ("deadline_seconds", draft.deadline_seconds, 1, DEADLINE_SECONDS_MAX),
        ("rto_objective_seconds", draft.rto_objective_seconds, 1, OBJECTIVE_SECONDS_MAX),
        ("rpo_objective_seconds", draft.rpo_objective_seconds, 0, OBJECTIVE_SECONDS_MAX),
    )
    found = [
        (name, f"is a whole number from {least} to {most:,}")
        for name, value, least, most in bounds
        if value is not None and not (type(value) is int and least <= value <= most)
    ]
    if draft.kind == Kind.DR_TRIAL and draft.rto_objective_seconds is None:
        found.append(("rto_objective_seconds", "is required of a disaster recovery trial: in what time must it be up?"))
    if draft.kind != Kind.DR_TRIAL and (draft.rto_objective_seconds or draft.rpo_objective_seconds is not None):
        words = "belongs to disaster recovery trials: choose that kind, or leave it out"
        name = "rto_objective_seconds" if draft.rto_objective_seconds else "rpo_objective_seconds"
        found.append((name, words))
    return found


def _service_mistakes(caller: Caller, draft: ExperimentDraft) -> list[tuple[str, str]]:
    if draft.service_id is None:
        return []
    service = Service.objects.readable_by(caller).filter(pk=draft.service_id).values_list("team_id", flat=True).first()
    if service is None:
        return [("service", "there is no such service, or it is not yours to see")]
    if service != draft.team_id:
        return [("service", "belongs to another team: only its own team may experiment on it")]
    return []
