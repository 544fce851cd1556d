"""Forgetting what nobody needs any more, in short pieces."""

from __future__ import annotations

from datetime import datetime

from django.db.models import CharField, Exists, OuterRef
from django.db.models.functions import Cast

from reliability.outbox.models import Due, Fact
from reliability.outbox.registry import FACT_KIND_PREFIX

PIECE = 1000


def forget_facts(*, before: datetime) -> bool:
    """Delete up to a thousand facts older than *before* that no subscriber still waits for.

    Returns whether there may be more.
    """
    waiting = Due.objects.filter(kind__startswith=FACT_KIND_PREFIX, key=Cast(OuterRef("pk"), CharField()))
    old = Fact.objects.filter(~Exists(waiting), at__lt=before).order_by("at", "pk").values_list("pk", flat=True)
    pks = list(old[:PIECE])
    Fact.objects.filter(pk__in=pks).delete()
    return len(pks) == PIECE
