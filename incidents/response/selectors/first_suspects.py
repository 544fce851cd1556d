"""What may have caused a burn, for the first message that a person gets of it."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import transaction

from incidents.response.domain.entries import shortened
from reliability.suspects.domain.kinds import CaseKind
from reliability.suspects.selectors.likeliest import Likeliest, likeliest

log = structlog.get_logger(__name__)
SHOWN_MAX = 3
_LABEL_MAX = 160


def suspects_at(*, team_id: int, service_id: int | None, began_at: datetime) -> Likeliest:
    """The likeliest changes before it. Whatever fails here, the message goes out: without them."""
    try:
        with transaction.atomic():  # a failed query must not take the alert with it
            return likeliest(
                team_id=team_id,
                service_ids=() if service_id is None else (service_id,),
                began_at=began_at,
                kind=CaseKind.BURN,
                limit=SHOWN_MAX,
            )
    except Exception:
        log.exception("suspects_of_alert_failed", service_id=service_id)
        return Likeliest((), 0)


def suspects_text(*, found: Likeliest) -> str:
    """Lines for the text of an alert; empty when nothing was changed."""
    if not found.first:
        return ""
    lines = [
        f"{place}. {shortened(one.label, length_max=_LABEL_MAX)}: {one.reasons}"
        for place, one in enumerate(found.first, 1)
    ]
    more = found.total - len(found.first)
    rest = [f"and {more} more, on the page of the incident"] if more else []
    return "\n".join(["Suspects, the likeliest first:", *lines, *rest])
