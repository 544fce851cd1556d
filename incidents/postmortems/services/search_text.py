"""All words of a postmortem in one text, for the full-text search."""

from __future__ import annotations

from incidents.postmortems.domain.states import State
from incidents.postmortems.models import Postmortem


def search_text_of(*, postmortem: Postmortem) -> str:
    """Title, sections, factors, whys, what stands in the timeline; what it was imported from until it is published,
    since readers are shown the document and not that text. Four queries."""
    parts = [postmortem.title]
    for title, text in postmortem.sections.order_by("position", "pk").values_list("title", "text"):
        parts += [title, text]
    parts += postmortem.factors.order_by("position", "pk").values_list("text", flat=True)
    parts += postmortem.whys.order_by("position", "pk").values_list("text", flat=True)
    shown = postmortem.timeline.filter(is_selected=True, removed_at=None).order_by("at", "pk")
    for text, annotation in shown.values_list("text", "annotation"):
        parts += [text, annotation]
    if postmortem.state != State.PUBLISHED:
        parts.append(postmortem.imported_text)
    return "\n".join(part for part in parts if part)
