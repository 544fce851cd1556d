"""The red button: whether it is pressed, and when it was."""

from __future__ import annotations

from django.db.models import QuerySet

from chaos.runs.models import GlobalStop


def in_force() -> GlobalStop | None:
    """The stop that is in force; None while chaos is allowed. One query over an index of at most one row."""
    return GlobalStop.objects.filter(lifted_at__isnull=True).first()


def history() -> QuerySet[GlobalStop]:
    """Every stop, the newest first."""
    return GlobalStop.objects.order_by("-began_at", "-pk")
