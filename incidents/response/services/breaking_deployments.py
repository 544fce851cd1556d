"""Naming the deployments that broke production in an incident."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from incidents.response.domain.entries import Kind
from incidents.response.models import BreakingDeployment, Incident
from incidents.response.selectors.breaking_deployments import candidates
from incidents.response.selectors.readers import service_words
from incidents.response.services.announcing import Actor, Deed, announce
from incidents.response.services.locking import locked
from incidents.response.services.recording import touch
from reliability.access.domain.caller import Caller
from reliability.delivery.models import Deployment
from reliability.web.errors import Invalid

NAMED_MAX = 20


@transaction.atomic
def name_deployments(*, caller: Caller, incident_id: int, deployment_ids: Collection[int], now: datetime) -> bool:
    """Exactly these of what the caller may see; False when they are named already.

    What the caller may not see stays. Raises Invalid for one that cannot be named, and for more than NAMED_MAX.
    """
    incident = locked(caller=caller, incident_id=incident_id)
    allowed = {
        one.pk: one for one in candidates(caller=caller, incident=incident, now=now).select_related("service__team")
    }
    strangers = sorted(set(deployment_ids) - set(allowed))
    if strangers:
        raise _refusal(
            f"{strangers[0]} is no successful deployment of an impacted service, or of what it needs, from the week"
            " before the incident until its end"
        )
    if len(set(deployment_ids)) > NAMED_MAX:
        raise _refusal(f"name at most {NAMED_MAX}: more than that say nothing")
    named = set(
        BreakingDeployment.objects.filter(incident=incident, deployment_id__in=allowed).values_list(
            "deployment_id", flat=True
        )
    )
    added, removed = sorted(set(deployment_ids) - named), sorted(named - set(deployment_ids))
    if not added and not removed:
        return False
    rows = [
        BreakingDeployment(incident=incident, deployment_id=pk, named_by_name=caller.name[:160], named_at=now)
        for pk in added
    ]
    BreakingDeployment.objects.bulk_create(rows)
    BreakingDeployment.objects.filter(incident=incident, deployment_id__in=removed).delete()
    for pk in added:
        _tell(incident, caller, allowed[pk], "broke it", now)
    for pk in removed:
        _tell(incident, caller, allowed[pk], "did not break it after all", now)
    touch(incident_id=incident.pk, now=now)
    return True


def _tell(incident: Incident, caller: Caller, deployment: Deployment, verb: str, now: datetime) -> None:
    service = service_words(incident=incident, service=deployment.service)
    text = f"The deployment {deployment} of {service} {verb}"
    deed = Deed(
        action="incident.deployments",
        kind=Kind.IMPACT,
        text=f"{text}, says {caller.name}.",
        changes={"deployments": ["", text]},
        data={"deployment_id": deployment.pk},
    )
    announce(incident=incident, actor=Actor(caller), deed=deed, now=now)


def _refusal(message: str) -> Invalid:
    return Invalid(details=[{"field": "deployments", "message": message}])
