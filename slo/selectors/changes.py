"""Which objectives changed their state last."""

from __future__ import annotations

from django.db.models import QuerySet

from reliability.access.domain.caller import Caller
from slo.models import Slo
from slo.selectors.slos import list_slos


def newest_changes(*, caller: Caller) -> QuerySet[Slo]:
    """Readable, evaluated objectives, the one whose state changed last first; joined as in list_slos."""
    return list_slos(caller=caller).filter(status__isnull=False).order_by("-status__state_since", "name", "pk")
