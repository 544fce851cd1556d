"""The demo's deployments, told as its pipeline would have told them, and which of them broke checkout."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from incidents.response.models import Incident
from incidents.response.services.breaking_deployments import name_deployments
from reliability.access.models import User
from reliability.access.selectors.callers import caller_of_user
from reliability.delivery.models import Deployment
from reliability.delivery.services import row_intake
from reliability.demo.domain.deliveries import BROKEN, rows_until

_SOURCE = "pipeline"
_NEAR = timedelta(hours=4)


@transaction.atomic
def load_deliveries(*, email: str, now: datetime) -> None:
    """Once: what comes in afterwards stays."""
    if Deployment.objects.exists():
        return
    caller = caller_of_user(user=User.objects.get(email=email))
    answer = row_intake.take_rows(caller=caller, rows=enumerate(rows_until(now)), source=_SOURCE, now=now)
    if answer.errors:
        raise ValueError(f"the demo tells a deployment that is none: {answer.errors[0]}")
    broken = Deployment.objects.filter(service__name=BROKEN[0], title=BROKEN[2]).first()
    if broken is None or broken.finished_at is None:
        return
    near = (broken.finished_at, broken.finished_at + _NEAR)
    incident = Incident.objects.filter(impacted_services__service=broken.service, started_at__range=near).first()
    if incident is not None:
        name_deployments(caller=caller, incident_id=incident.pk, deployment_ids=[broken.pk], now=now)
