"""What the private team Payments keeps of its deploy gate, for the test of every address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from reliability.catalog.models import Service
from reliability.gate.domain.budget_rules import Action, Rule
from reliability.gate.domain.terms import Terms, to_json
from reliability.gate.models import (
    BudgetPolicy,
    BudgetPolicyVersion,
    FreezeWindow,
    GateDecision,
    GateOverride,
    PolicyPeriod,
)
from tests.cast import BEGINNING, Cast

MARK = "hidden-treasure"
_WRITTEN = {"created_at": BEGINNING, "updated_at": BEGINNING, "updated_by_name": MARK}


def hidden_gate(cast: Cast, service: Service) -> dict[str, dict[str, Any]]:
    """The arguments of addresses that start with the key."""
    content = to_json(Terms(rules=(Rule(action=Action.FREEZE),), decides=MARK, agreed_by=MARK, text=MARK))
    policy = BudgetPolicy.objects.create(
        team=cast.payments, title=MARK, is_team_default=True, content=content, **_WRITTEN
    )
    BudgetPolicyVersion.objects.create(
        policy=policy, number=1, title=MARK, content=content, at=BEGINNING, by_name=MARK, reason=MARK
    )
    PolicyPeriod.objects.create(
        service=service, policy=policy, policy_title=MARK, version=1, rule_key=policy.terms.rules[0].key,
        rule_words=MARK, action="freeze", entered_at=BEGINNING, entered_reason=MARK,
    )  # fmt: skip
    window = FreezeWindow.objects.create(
        team=cast.payments, title=MARK, reason=MARK, time_zone="UTC", start_at=BEGINNING,
        end_at=BEGINNING + timedelta(days=7), repeats="weekly", **_WRITTEN,
    )  # fmt: skip
    window.services.add(service)
    override = GateOverride.objects.create(
        service=service, environment="production", reason=MARK, created_at=BEGINNING,
        expires_at=BEGINNING + timedelta(days=3_650), by_name=MARK,
    )  # fmt: skip
    GateDecision.objects.create(
        service=service, environment="production", revision=MARK, kind="change", decision="no_go", asked_at=BEGINNING,
        last_asked_at=BEGINNING, asked_by_name=MARK,
    )  # fmt: skip
    return {
        "delivery/gate/services/": {"name": service.name},
        "delivery/gate/overrides/": {"pk": override.pk},
        "delivery/gate/policies/": {"pk": policy.pk},
        "delivery/gate/freezes/": {"pk": window.pk},
        "delivery/gate/teams/": {"slug": cast.payments.slug},
        "gate/overrides/": {"pk": override.pk},
        "gate/policies/services/": {"name": service.name},
        "gate/policies/": {"pk": policy.pk},
        "gate/freezes/": {"pk": window.pk},
        "gate/teams/": {"slug": cast.payments.slug},
    }
