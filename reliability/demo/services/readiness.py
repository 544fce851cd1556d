"""Loading what the demo's shop answered to its checklists, through the services people use."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from reliability.access.domain.caller import Caller
from reliability.access.models import Team, User
from reliability.access.selectors.callers import caller_of_user
from reliability.catalog.models import Service
from reliability.demo.domain import readiness as shop
from reliability.readiness.domain.standing import Verdict
from reliability.readiness.models import Checklist
from reliability.readiness.services import checklists, evidence, reviews, waivers
from reliability.readiness.services.evidence import EvidenceDraft


@transaction.atomic
def load_readiness(*, email: str, now: datetime) -> None:
    """Once: what people make of it afterwards stays."""
    team = Team.objects.get(slug=shop.TEAM)
    if Checklist.objects.filter(team=team).exists():
        return
    caller = caller_of_user(user=User.objects.get(email=email))
    checklists.put_own(
        caller=caller, team=team, own=shop.OWN_ITEM, is_new=True, reason=shop.OWN_REASON, now=now - timedelta(days=60)
    )
    services = {one.name: one for one in Service.objects.select_related("team")}
    for one in shop.EVIDENCE:
        _give(one, services[one.service], now)
    waivers.waive(
        caller=caller,
        service=services[shop.WITH_GAPS],
        item=shop.WAIVED_ITEM,
        reason=shop.WAIVED_BECAUSE,
        until_at=now + timedelta(days=shop.WAIVED_DAYS),
        now=now,
    )
    decisions = (
        (shop.READY, Verdict.READY, shop.READY_BECAUSE),
        (shop.WITH_GAPS, Verdict.NOT_READY, shop.NOT_READY_BECAUSE),
    )
    for name, verdict, reason in decisions:
        reviews.decide(caller=caller, service=services[name], verdict=verdict, reason=reason, now=now)


def _give(one: shop.DemoEvidence, service: Service, now: datetime) -> None:
    at = now - timedelta(days=one.days)
    draft = EvidenceDraft(text=one.text, url=one.url, happened_on=at.date())
    row = evidence.give(caller=_caller(one.by), service=service, item=one.item, draft=draft, now=at)
    if one.reviewed_by:
        seen_at = at + timedelta(hours=20)
        evidence.review(caller=_caller(one.reviewed_by), service=service, pk=row.pk, now=seen_at)


def _caller(email: str) -> Caller:
    return caller_of_user(user=User.objects.get(email=email))
