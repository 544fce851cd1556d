"""What may have caused a burn or an incident, for the first message that a person gets of it."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import transaction

from incidents.paging.additions import Addition
from incidents.response.domain.entries import shortened
from incidents.response.models import Incident
from incidents.response.selectors.content import incident_id_of
from incidents.response.selectors.troubles import incident_trouble
from reliability.database.reading import brief_reads
from reliability.suspects.domain.kinds import CaseKind
from reliability.suspects.selectors.likeliest import Likeliest, likeliest, likeliest_of_incident

log = structlog.get_logger(__name__)
SHOWN_MAX = 3
_LABEL_MAX = 160
_SECONDS_MAX = 1.0  # of one query, while a page waits
_NAMED_BY_THEIR_ALERTS = ("slo:", "composite:")


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


def addition_to_page(*, subject: str) -> Addition | None:
    """The suspects of an incident whose service is known, as they were ranked and judged, else as they rank now.

    None of incidents of burn alerts, whose text names them. A fixed number of queries.
    """
    incident_id = incident_id_of(subject=subject)
    if incident_id is None:
        return None
    with brief_reads(seconds=_SECONDS_MAX):
        origin = Incident.objects.filter(pk=incident_id).order_by().values_list("origin", flat=True).first()
        if origin is None or origin.startswith(_NAMED_BY_THEIR_ALERTS):
            return None
        found = likeliest_of_incident(incident_id=incident_id, limit=SHOWN_MAX) or _likeliest_now(incident_id)
    if not found.first:
        return None
    links = tuple((shortened(one.label, length_max=_LABEL_MAX), one.url) for one in found.first if one.url)
    return Addition(text=suspects_text(found=found), links=links)


def _likeliest_now(incident_id: int) -> Likeliest:
    trouble = incident_trouble(incident_id=incident_id)
    if trouble is None or not trouble.service_ids:
        return Likeliest((), 0)
    return likeliest(
        team_id=trouble.team_id,
        service_ids=trouble.service_ids,
        began_at=trouble.started_at,
        kind=CaseKind.INCIDENT,
        limit=SHOWN_MAX,
    )
