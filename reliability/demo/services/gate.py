"""The demo's deploy gate: a policy of each school, a freeze of each weekend, what pipelines were told, an override."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from reliability.access.domain.caller import Caller
from reliability.access.models import Team, User
from reliability.access.selectors.callers import caller_of_user
from reliability.catalog.models import Service
from reliability.delivery.models import Deployment
from reliability.gate.domain.ready_made import ready_made
from reliability.gate.models import BudgetPolicy, PolicyPeriod
from reliability.gate.services import asking, freezes, overrides, policies
from reliability.gate.services.freezes import FreezeDraft
from reliability.gate.services.overrides import OverrideDraft
from reliability.gate.services.policies import PolicyDraft
from slo.models import SloStatus

ZONE = ZoneInfo("Europe/Berlin")
SPENT, FROZEN = "payments", ("orders-db", "kubernetes-prod")
_AGREED_DAYS = 30
_PIPELINE = "deploy pipeline"
# (team, ready-made policy, title, agreed by)
POLICIES = (
    ("payments", "freeze", "Error budget of Payments", "Chiara Rossi (Payments), Dana Demo (SRE)"),
    ("storefront", "shift", "Error budget of the storefront", "Grace Kim (Storefront), Dana Demo (SRE)"),
)


@transaction.atomic
def load_gate(*, email: str, now: datetime) -> None:
    """Once: what people make of it afterwards stays."""
    if BudgetPolicy.objects.exists():
        return
    caller = caller_of_user(user=User.objects.get(email=email))
    for slug, school, title, agreed_by in POLICIES:
        _policy(caller, Team.objects.get(slug=slug), school, title, agreed_by, now)
    _since_they_were_spent()
    _weekend(caller, now)
    _asked(caller, now)


def _policy(caller: Caller, team: Team, school: str, title: str, agreed_by: str, now: datetime) -> None:
    begin = ready_made(school)
    if begin is None:
        raise ValueError(f"there is no ready-made policy {school!r}")
    agreed_at = now - timedelta(days=_AGREED_DAYS)
    review: date = (now + timedelta(days=60)).date()
    terms = replace(begin.terms, agreed_by=agreed_by, review_on=review)
    draft = PolicyDraft(title=title, terms=terms, is_team_default=True)
    policies.create(caller=caller, team_id=team.pk, draft=draft, now=agreed_at, reason="Agreed with product.")


def _since_they_were_spent() -> None:
    """All objectives were judged just now: a rule is in force since the state of the worst of them began."""
    for period in PolicyPeriod.objects.filter(left_at=None).order_by("pk"):
        worst = SloStatus.objects.filter(slo__service_id=period.service_id, remaining__isnull=False)
        status = worst.order_by("remaining", "slo_id").first()
        if status is not None:
            period.entered_at = max(period.entered_at, status.state_since)
            period.save(update_fields=("entered_at",))


def _weekend(caller: Caller, now: datetime) -> None:
    today = now.astimezone(ZONE).date()
    friday = today - timedelta(days=(today.weekday() - 4) % 7 + 28)
    start = datetime(friday.year, friday.month, friday.day, 18, tzinfo=ZONE)
    draft = FreezeDraft(
        team_id=Service.objects.get(name=FROZEN[0]).team_id,
        title="Weekend",
        reason="Nobody who knows the database is at work: ask Eva for exceptions.",
        start=start.astimezone(UTC),
        end=(start + timedelta(days=2, hours=12)).astimezone(UTC),  # on the clock: Monday, 06:00
        time_zone=ZONE.key,
        repeats="weekly",
        passes=("security", "rollback", "hotfix"),
        services=FROZEN,
    )
    freezes.create(caller=caller, draft=draft, now=now - timedelta(days=28))


def _asked(caller: Caller, now: datetime) -> None:
    """Pipelines asked before deployments of the last days; one of Payments went out in spite of a no."""
    pipeline = Caller(name=_PIPELINE, is_administrator=True)
    period = PolicyPeriod.objects.filter(service__name=SPENT, left_at=None).order_by("pk").first()
    shipped = Deployment.objects.filter(service__name=SPENT, started_at__lt=now).order_by("-started_at").first()
    if period is not None and shipped is not None and shipped.started_at is not None:
        asked_at = shipped.started_at - timedelta(minutes=6)
        if asked_at > period.entered_at:
            _ask(pipeline, SPENT, shipped.revision, asked_at)
    urgent = "5e1b0c7a91d24f60"
    _ask(pipeline, SPENT, urgent, now - timedelta(hours=7))
    draft = OverrideDraft(
        service=SPENT,
        reason="The acquirer switches its certificate tonight: without this release no card is charged tomorrow.",
        expires_at=now - timedelta(hours=4),
        revision=urgent,
    )
    overrides.create(caller=caller, draft=draft, now=now - timedelta(hours=6, minutes=40))
    _ask(pipeline, SPENT, urgent, now - timedelta(hours=6, minutes=30))
    _ask(pipeline, "catalogue", "c0ffee1d2e3f4a5b", now - timedelta(hours=3))
    _ask(pipeline, SPENT, "77aa01c2d3e4f506", now - timedelta(hours=1), kind="hotfix")


def _ask(caller: Caller, service: str, revision: str, at: datetime, kind: str = "change") -> None:
    asking.ask(caller=caller, service=service, environment="production", revision=revision, kind=kind, now=at)
