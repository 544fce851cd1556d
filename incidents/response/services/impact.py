"""Which services and objectives an incident touches."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from incidents.response.domain.entries import Kind
from incidents.response.models import ImpactedService, ImpactedSlo, Incident
from incidents.response.selectors.readers import objective_words, service_words
from incidents.response.services.announcing import Actor, Deed, announce
from incidents.response.services.incidents import Mistake, reference_mistakes, refuse
from incidents.response.services.locking import locked
from incidents.response.services.naming_impacts import name_impacts
from incidents.response.services.recording import touch
from reliability.access.domain.caller import Caller
from reliability.catalog.models import Service
from reliability.web.errors import NotFound
from slo.models import Slo


@transaction.atomic
def add_service(*, caller: Caller, incident_id: int, service_id: int, now: datetime) -> bool:
    """False when it is named already. Raises Invalid for one that is not the caller's to see, or too many."""
    incident = locked(caller=caller, incident_id=incident_id)
    named = ImpactedService.objects.filter(incident=incident)
    if named.filter(service_id=service_id).exists():
        return False
    refuse(reference_mistakes(caller=caller, service_ids=[service_id]) or _too_many("services", named.count()))
    name_impacts(incident=incident, service_ids=(service_id,), now=now)
    service = Service.objects.select_related("team").get(pk=service_id)
    _tell(
        incident, caller, now, f"{service_words(incident=incident, service=service)} is affected", service_id=service_id
    )
    return True


@transaction.atomic
def remove_service(*, caller: Caller, incident_id: int, service_id: int, now: datetime) -> None:
    """Raises NotFound when it is not named."""
    incident = locked(caller=caller, incident_id=incident_id)
    row = (
        ImpactedService.objects.select_related("service__team").filter(incident=incident, service_id=service_id).first()
    )
    if row is None:
        raise NotFound("the incident does not name this service")
    row.delete()
    _tell(
        incident,
        caller,
        now,
        f"{service_words(incident=incident, service=row.service)} is not affected after all",
        service_id=service_id,
    )


@transaction.atomic
def add_slo(*, caller: Caller, incident_id: int, slo_id: int, now: datetime) -> bool:
    """False when it is named already. Raises Invalid for one that is not the caller's to see, or too many."""
    incident = locked(caller=caller, incident_id=incident_id)
    named = ImpactedSlo.objects.filter(incident=incident)
    if named.filter(slo_id=slo_id).exists():
        return False
    refuse(reference_mistakes(caller=caller, slo_ids=[slo_id]) or _too_many("slos", named.count()))
    name_impacts(incident=incident, slo_ids=(slo_id,), now=now)
    slo = Slo.objects.select_related("team").get(pk=slo_id)
    _tell(incident, caller, now, f"{objective_words(incident=incident, slo=slo)} is affected", slo_id=slo_id)
    return True


@transaction.atomic
def remove_slo(*, caller: Caller, incident_id: int, slo_id: int, now: datetime) -> None:
    """Raises NotFound when it is not named."""
    incident = locked(caller=caller, incident_id=incident_id)
    row = ImpactedSlo.objects.select_related("slo__team").filter(incident=incident, slo_id=slo_id).first()
    if row is None:
        raise NotFound("the incident does not name this objective")
    row.delete()
    _tell(
        incident,
        caller,
        now,
        f"{objective_words(incident=incident, slo=row.slo)} is not affected after all",
        slo_id=slo_id,
    )


def _too_many(field: str, named: int) -> list[Mistake]:
    most = settings.INCIDENT_IMPACTS_MAX
    return [(field, f"are {named} already, which is the most: take one away first")] if named >= most else []


def _tell(incident: Incident, caller: Caller, now: datetime, text: str, **named: int) -> None:
    deed = Deed(
        action="incident.impact",
        kind=Kind.IMPACT,
        text=f"{text}, says {caller.name}.",
        changes={"impact": ["", text]},
        data=dict(named),
    )
    announce(incident=incident, actor=Actor(caller), deed=deed, now=now)
    touch(incident_id=incident.pk, now=now)
