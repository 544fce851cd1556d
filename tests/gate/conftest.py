"""A service of Payments with an objective that was just evaluated, and a policy that freezes below a tenth."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from reliability.catalog.models import Service
from reliability.channels.domain.outcome import Outcome, Result
from reliability.channels.services import notices
from reliability.gate.domain.budget_rules import Action, Rule
from reliability.gate.domain.terms import Terms
from reliability.gate.models import BudgetPolicy
from reliability.gate.services import policies
from reliability.gate.services.policies import PolicyDraft
from slo.models import Slo, SloStatus
from tests.cast import Cast, ServiceFactory, SliFactory, SloFactory, SourceFactory

FREEZE = Rule(action=Action.FREEZE, threshold=0.1, until=0.3)
SHIFT = Rule(action=Action.SHIFT_WORK, threshold=0.5, until=0.6, work_percent=40)


@pytest.fixture
def checkout(cast: Cast) -> Service:
    return ServiceFactory(team=cast.payments, name="checkout", title="Checkout")


@pytest.fixture
def orders(checkout: Service, cast: Cast) -> Slo:
    """Without a status: nothing was evaluated yet."""
    source = SourceFactory(team=cast.payments, kind="prometheus")
    sli = SliFactory(team=cast.payments, source=source, service=checkout)
    return SloFactory(team=cast.payments, sli=sli, service=checkout, name="orders", title="Orders")


@pytest.fixture
def left(orders: Slo, now: datetime) -> Callable[..., None]:
    """`left(0.2)`: so much of the budget of Orders is left; `left(None)`: nobody knows."""
    return lambda share, at=now, **more: set_left(orders, share, at=at, **more)


def set_left(slo: Slo, share: float | None, *, at: datetime, burn: float | None = 0.5) -> None:
    columns = {
        "version": slo.versions.get(),
        "evaluated_at": at,
        "measured_until": at,
        "state": "no_data" if share is None else "met",
        "state_since": at,
        "remaining": share,
        "burn_rate_1h": burn,
        "window_start_at": at - timedelta(days=28),
        "window_end_at": at,
    }
    SloStatus.objects.update_or_create(slo=slo, defaults=columns)


@pytest.fixture
def policy(cast: Cast, checkout: Service, now: datetime) -> BudgetPolicy:
    """The default of Payments: work shifts at a half, changes wait at a tenth."""
    draft = PolicyDraft(title="When it burns", terms=Terms(rules=(SHIFT, FREEZE)), is_team_default=True)
    return policies.create(caller=cast.caller("editor"), team_id=cast.payments.pk, draft=draft, now=now)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Titles of what was sent, in order."""
    sent: list[str] = []

    def send(*, message: Any, now: datetime, **place: Any) -> Outcome:
        sent.append(message.title)
        return Outcome(Result.DELIVERED, "taken")

    monkeypatch.setattr(notices, "send_to_contact", send)
    monkeypatch.setattr(notices, "send_to_channel", send)
    return sent
