"""Whom the alert of a composite is about: what goes into its text, as far as its team may know it."""

from __future__ import annotations

from django.conf import settings

from slo.domain.alerting_rules import Rule
from slo.domain.alerting_text import Standing, Subject
from slo.domain.composite_readings import bad_slices
from slo.models import Composite, CompositePart, Slo
from slo.selectors.composite_judgements import CompositeJudgement
from slo.selectors.composite_phrases import HIDDEN, composite_sentence
from slo.selectors.composite_terms import PartTerms

_PARTS_MAX = 5


def subject_of(*, judged: CompositeJudgement) -> Subject:
    """The composite with its team and service joined is read anew: one statement."""
    joined = Composite.objects.select_related("team", "service__team")
    composite = joined.get(pk=judged.composite.pk)
    service = composite.service
    if service is not None and service.team.is_private and service.team_id != composite.team_id:
        service = None
    terms = judged.status.terms
    return Subject(
        slo=composite.name,
        title=composite.title,
        objective=composite_sentence(terms.version, parts=len(terms.parts)),
        team=composite.team.name,
        url=page_url(name=composite.name, anchor="#alerts"),
        service=service.title if service else "",
        description=composite.description,
        runbook_url=service.runbook_url if service else "",
    )


def standing_of(*, judged: CompositeJudgement) -> Standing:
    status = judged.status
    return Standing(
        remaining=status.budget.remaining,
        window_length=status.window.length,
        exhausted_at=status.forecast_exhausted_at,
        measured_until=judged.ends_at,
    )


def burning_parts(*, judged: CompositeJudgement, rule: Rule) -> str:
    """The parts that lost something in the long window, the worst first, as one line; blank when none did."""
    worst = _losing(judged, rule)
    words = [f"{_title(part.row, judged.composite)} in {minutes:,} min" for part, minutes in worst[:_PARTS_MAX]]
    more = len(worst) - len(words)
    if not words:
        return ""
    return f"Parts with losses: {', '.join(words)}{f' and {more} more' if more else ''}."


def losing_slos(*, judged: CompositeJudgement, rule: Rule) -> list[int]:
    """Objectives among those parts, as far as the composite's team may know them; the worst first."""
    composite = judged.composite
    rows = [part.row for part, _ in _losing(judged, rule)]
    return [row.slo.pk for row in rows if row.slo is not None and _is_known(row.slo, composite)]


def _losing(judged: CompositeJudgement, rule: Rule) -> list[tuple[PartTerms, int]]:
    """Parts with the minutes of their slices with losses in the long window."""
    terms = judged.status.terms
    counts = bad_slices(whole=judged.whole, definition=terms.definition, window=rule.long, at=judged.ends_at)
    unit = terms.definition.unit_minutes
    found = [(part, count * unit) for part, count in zip(terms.parts, counts, strict=True) if count]
    return sorted(found, key=lambda pair: -pair[1])


def page_url(*, name: str, anchor: str = "") -> str:
    """The page of a composite, for people who read it elsewhere."""
    return f"{settings.PUBLIC_URL}/slos/composites/{name}/{anchor}"


def _title(row: CompositePart, composite: Composite) -> str:
    """As the composite's team may know it: the text goes to all of its people."""
    owner = row.slo or row.nested
    if owner is None:
        return row.name
    return str(owner) if _is_known(owner, composite) else HIDDEN


def _is_known(owner: Slo | Composite, composite: Composite) -> bool:
    return owner.team_id == composite.team_id or not owner.team.is_private
