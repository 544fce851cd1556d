"""The demo's deploy gate: no-go where the budget is spent, a policy of each school, an override that was needed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reliability.access.models import User
from reliability.access.selectors.callers import caller_of_user
from reliability.catalog.models import Service
from reliability.demo.services.gate import load_gate
from reliability.demo.services.load import EMAIL
from reliability.gate.models import BudgetPolicy, FreezeWindow, GateDecision, PolicyPeriod
from reliability.gate.selectors.answers import answer_of
from reliability.gate.services import evaluating
from tests.demo.loaded.conftest import NOW


@pytest.mark.usefixtures("loaded")
def test_the_gate_of_the_shop_tells_both_schools() -> None:
    load_gate(email=EMAIL, now=NOW)
    load_gate(email=EMAIL, now=NOW)
    assert BudgetPolicy.objects.count() == 2
    assert FreezeWindow.objects.count() == 1
    actions = PolicyPeriod.objects.filter(left_at=None).values_list("service__name", "action")
    assert ("payments", "freeze") in actions
    assert any(action == "shift_work" for _, action in actions)
    assert evaluating.evaluate_all(now=NOW) == 0, "what is in force stays in force"
    answer = answer_of(service=Service.objects.get(name="payments"), environment="production", at=NOW)
    assert not answer.verdict.is_go
    assert {row.decision for row in GateDecision.objects.all()} >= {"no_go"}
    assert GateDecision.objects.filter(override__isnull=False).count() == 1
    assert caller_of_user(user=User.objects.get(email=EMAIL)).may_read(answer.service.team_id)
    assert not PolicyPeriod.objects.filter(entered_at__lt=NOW - timedelta(days=31)).exists()
