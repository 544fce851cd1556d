"""The demo's promise to customers with its credits, and the monthly report that its team gets by mail."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from reliability.access.models import User
from reliability.access.selectors.callers import caller_of_user
from reliability.reports.models import Subscription
from reliability.reports.services import subscriptions
from reliability.reports.services.subscriptions import SubscriptionDraft
from slo.domain.agreement_drafts import AgreementDraft, parse_credits
from slo.domain.agreements import Counting
from slo.models import Agreement, Slo
from slo.services import agreements

MEASURED_BY = "checkout-availability"
ZONE = "Europe/Berlin"


@transaction.atomic
def load_reports(*, email: str, now: datetime) -> None:
    """Once: what people make of them afterwards stays."""
    slo = Slo.objects.filter(name=MEASURED_BY).first()
    if slo is None or Agreement.objects.exists() or Subscription.objects.exists():
        return
    caller = caller_of_user(user=User.objects.get(email=email))
    draft = AgreementDraft(
        name="checkout-gold",
        title="Checkout is available, gold plan",
        slo_id=slo.pk,
        target=Decimal("0.995"),
        first=(now - timedelta(days=70)).date().replace(day=1),
        customer="All customers of the gold plan",
        contract="Terms of service, section 4",
        note="Credits are claimed within 30 days of the end of the month.",
        zone=ZONE,
        counting=Counting.MAINTENANCE.value,
        credits=parse_credits("99.5: 10\n99.0: 25\n95.0: 50"),
    )
    agreements.create(caller=caller, team_id=slo.team_id, draft=draft, now=now, reason="as sales promised it")
    subscriptions.create(caller=caller, team_id=slo.team_id, draft=SubscriptionDraft(zone=ZONE), now=now)
