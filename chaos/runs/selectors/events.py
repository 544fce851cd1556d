"""The log of a run."""

from __future__ import annotations

from django.db.models import QuerySet

from chaos.runs.models import Run, RunEvent

KINDS_MAX = 20


def events_of(*, run: Run, after: int = 0, kinds: tuple[str, ...] = ()) -> QuerySet[RunEvent]:
    """Events with a number above *after*, in their order: a reader goes on from the last number it saw.

    Ask `selectors.runs.run` for the run: it checks the caller.
    """
    found = RunEvent.objects.filter(run=run, number__gt=after)
    if kinds:
        found = found.filter(kind__in=kinds[:KINDS_MAX])
    return found.order_by("number")
