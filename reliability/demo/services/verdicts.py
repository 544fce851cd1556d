"""The demo's suspects: its history is looked through once, and people say what they found of some."""

from __future__ import annotations

from datetime import datetime, timedelta

from incidents.response.models import Incident
from reliability.access.models import User
from reliability.access.selectors.callers import caller_of_user
from reliability.demo.domain.verdicts import VERDICTS, DemoVerdict
from reliability.kit.periods import Period
from reliability.suspects.domain.kinds import CaseKind, VerdictState
from reliability.suspects.models import Case, Suspect
from reliability.suspects.services import burns, incidents
from reliability.suspects.services.verdicts import judge
from slo.models import Slo

_NEAR = timedelta(minutes=30)


def load_suspects(*, now: datetime) -> None:
    """Once: what people of the demo say afterwards stays. What else burnt the worker finds by itself."""
    if Case.objects.exists():
        return
    began = now + timedelta(hours=min(one.hours for one in VERDICTS))
    told = Slo.objects.filter(name__in=[one.objective for one in VERDICTS if one.objective])
    burns.look_at(slo_ids=list(told.values_list("pk", flat=True)), period=Period(began - _NEAR, now), now=now)
    for number in Incident.objects.order_by("pk").values_list("pk", flat=True):
        incidents.follow(incident_id=number, now=now)
    for verdict in VERDICTS:
        _say(verdict, now)


def _say(verdict: DemoVerdict, now: datetime) -> None:
    began = now + timedelta(hours=verdict.hours)
    cases = Case.objects.filter(started_at__range=(began - _NEAR, began + _NEAR))
    if verdict.incident:
        cases = cases.filter(kind=CaseKind.INCIDENT.value, subject=verdict.incident)
    else:
        cases = cases.filter(slo__name=verdict.objective)
    suspects = Suspect.objects.filter(case__in=cases, service__name=verdict.service, place__isnull=False)
    found = suspects.order_by("place", "pk").first()
    user = User.objects.filter(email=verdict.who).first()
    if found is None or user is None:
        return
    judge(
        caller=caller_of_user(user=user),
        suspect_id=found.pk,
        state=VerdictState(verdict.state),
        reason=verdict.reason,
        now=began + timedelta(hours=verdict.after),
    )
