"""Error-budget policies: in force with a beginning and an end, told, kept as versions, chosen for services."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.test import Client

from reliability.access.models import AuditEntry
from reliability.catalog.models import Service
from reliability.gate.domain.terms import Terms
from reliability.gate.handlers import slo_state_changed
from reliability.gate.models import BudgetPolicy, GateNotice, PolicyPeriod
from reliability.gate.services import evaluating, policies, telling
from reliability.gate.services.policies import PolicyDraft
from reliability.outbox.models import Fact
from reliability.web.errors import Conflict, Forbidden, Invalid
from slo.models import Slo
from tests.cast import Cast, ServiceFactory, SliFactory, SloFactory
from tests.gate.conftest import FREEZE, SHIFT, set_left

pytestmark = pytest.mark.django_db
Left = Callable[..., None]
MINUTE = timedelta(minutes=1)


def in_force(service: Service) -> set[str]:
    return set(PolicyPeriod.objects.filter(service=service, left_at=None).values_list("action", flat=True))


def tell_all(now: datetime) -> None:
    for pk in GateNotice.objects.filter(state="waiting").order_by("pk").values_list("pk", flat=True):
        telling.deliver(notice_id=pk, now=now)


def test_a_rule_comes_into_force_once_is_told_and_is_over_with_its_reason(
    policy: BudgetPolicy, checkout: Service, left: Left, told: list[str], now: datetime
) -> None:
    left(0.05)
    assert evaluating.evaluate_all(now=now) == 2
    assert evaluating.evaluate_all(now=now + MINUTE) == 0, "it is in force already"
    tell_all(now)
    assert in_force(checkout) == {"freeze", "shift_work"}
    left(0.2, at=now + MINUTE)
    assert evaluating.evaluate_all(now=now + MINUTE) == 0, "between a tenth and three tenths the freeze stays"
    left(0.4, at=now + 2 * MINUTE)
    assert evaluating.evaluate_all(now=now + 2 * MINUTE) == 1
    tell_all(now)
    assert in_force(checkout) == {"shift_work"}
    period = PolicyPeriod.objects.get(action="freeze")
    assert (period.entered_at, period.left_at) == (now, now + 2 * MINUTE)
    assert period.left_reason == "“Orders” has 40 % of its budget left: it is back"
    kinds = list(
        Fact.objects.filter(kind__startswith="ErrorBudgetPolicy").order_by("pk").values_list("kind", flat=True)
    )
    assert kinds == ["ErrorBudgetPolicyEntered"] * 2 + ["ErrorBudgetPolicyLeft"]
    assert told.count("Freeze: When it burns on Checkout") == 2, "an administrator and an editor, each once"
    assert told.count("Over: When it burns on Checkout") == 2


def test_nobody_is_told_that_it_is_over_who_was_not_told_that_it_was_in_force(
    policy: BudgetPolicy, left: Left, told: list[str], now: datetime
) -> None:
    left(0.05)
    evaluating.evaluate_all(now=now)
    editors = GateNotice.objects.filter(user__name="Editor", period__action="freeze")
    telling.deliver(notice_id=editors.get().pk, now=now)
    left(0.4, at=now + MINUTE)
    evaluating.evaluate_all(now=now + MINUTE)
    for pk in GateNotice.objects.filter(kind="left").order_by("pk").values_list("pk", flat=True):
        telling.deliver(notice_id=pk, now=now + MINUTE)
    tell_all(now + MINUTE)
    assert [title for title in told if "Work" not in title] == [
        "Freeze: When it burns on Checkout",
        "Over: When it burns on Checkout",
    ], "the editor alone"
    states = GateNotice.objects.filter(user__name="Administrator", period__action="freeze").order_by("kind")
    assert list(states.values_list("kind", "state", "state_reason")) == [
        ("entered", "void", "it was over before it was told"),
        ("left", "void", "nobody was told that it was in force"),
    ]


def test_a_change_of_state_is_looked_at_at_once_and_no_data_ends_nothing(
    policy: BudgetPolicy, checkout: Service, orders: Slo, left: Left, now: datetime
) -> None:
    left(0.05)
    slo_state_changed(fact_id=1, payload={"slo_id": orders.pk}, now=now)
    assert "freeze" in in_force(checkout)
    left(None)
    slo_state_changed(fact_id=2, payload={"slo_id": orders.pk}, now=now)
    assert "freeze" in in_force(checkout)
    slo_state_changed(fact_id=3, payload={"slo_id": 2**40}, now=now)


def test_only_objectives_of_the_services_own_team_count(
    policy: BudgetPolicy, checkout: Service, left: Left, cast: Cast, now: datetime
) -> None:
    left(0.9)
    sli = SliFactory(team=cast.search, service=checkout)
    set_left(SloFactory(team=cast.search, sli=sli, service=checkout, name="foreign"), -1.0, at=now)
    evaluating.evaluate_all(now=now)
    assert in_force(checkout) == set()


def test_a_change_is_a_version_and_what_no_rule_asks_for_any_more_is_over(
    policy: BudgetPolicy, checkout: Service, left: Left, cast: Cast, now: datetime
) -> None:
    left(0.05)
    evaluating.evaluate_all(now=now)
    editor = cast.caller("editor")
    milder = PolicyDraft(
        title=policy.title, terms=Terms(rules=(replace(FREEZE, threshold=-1.0),)), is_team_default=True
    )
    policies.change(caller=editor, policy=policy, draft=milder, now=now + MINUTE, reason="agreed", expected_revision=1)
    assert in_force(checkout) == {"freeze"}, "the same rule with other figures stays until it is back"
    assert [(one.number, one.reason) for one in policy.versions.all()] == [(2, "agreed"), (1, "")]
    with pytest.raises(Conflict, match="Editor changed this"):
        policies.change(caller=editor, policy=policy, draft=milder, now=now, expected_revision=1)
    shift = PolicyDraft(title=policy.title, terms=Terms(rules=(SHIFT,)), is_team_default=True)
    policies.change(caller=editor, policy=policy, draft=shift, now=now + 2 * MINUTE)
    assert in_force(checkout) == {"shift_work"}
    policies.remove(caller=editor, policy=policy, now=now + 3 * MINUTE, reason="not agreed any more")
    assert in_force(checkout) == set()
    assert set(PolicyPeriod.objects.values_list("policy_title", flat=True)) == {"When it burns"}, "history stays"
    verbs = list(AuditEntry.objects.filter(object_kind="budget_policy").order_by("pk").values_list("action", flat=True))
    assert verbs == [f"budget_policy.{verb}" for verb in ("create", "update", "update", "delete")]


def test_times_of_a_service_that_went_to_another_team_are_told_to_whom_may_know_both(
    policy: BudgetPolicy, checkout: Service, left: Left, cast: Cast, as_: Callable[[str], Client], now: datetime
) -> None:
    left(0.05)
    evaluating.evaluate_all(now=now)
    checkout.team = cast.search
    checkout.save(update_fields=("team",))
    seen = as_("viewer").get(f"/delivery/gate/policies/{policy.pk}/").content.decode()
    assert "Never yet" in seen
    assert "Checkout" not in seen
    assert policy.title not in as_("outsider").get("/delivery/gate/services/checkout/").content.decode()
    assert policy.title in as_("chief").get("/delivery/gate/services/checkout/").content.decode()


def test_a_service_may_have_another_policy_or_none_and_leaves_its_old_teams_behind(
    policy: BudgetPolicy, checkout: Service, left: Left, cast: Cast, now: datetime
) -> None:
    left(0.05)
    editor = cast.caller("editor")
    only_shift = PolicyDraft(title="Softer", terms=Terms(rules=(SHIFT,)))
    softer = policies.create(caller=editor, team_id=cast.payments.pk, draft=only_shift, now=now)
    evaluating.evaluate_all(now=now)
    policies.choose(caller=editor, service=checkout, choice=str(softer.pk), now=now)
    assert in_force(checkout) == {"shift_work"}
    policies.choose(caller=editor, service=checkout, choice="none", now=now)
    assert in_force(checkout) == set()
    policies.choose(caller=editor, service=checkout, choice=str(softer.pk), now=now)
    Service.objects.filter(pk=checkout.pk).update(team=cast.commons)
    evaluating.evaluate_all(now=now)
    assert in_force(checkout) == set()
    with pytest.raises(Invalid, match="no policy of the service's team"):
        policies.choose(caller=cast.caller("chief"), service=checkout, choice="999999", now=now)
    with pytest.raises(Forbidden):
        policies.choose(
            caller=cast.caller("responder"), service=ServiceFactory(team=cast.payments), choice="none", now=now
        )


def test_a_policy_is_written_on_its_page_from_a_ready_made_one_and_keeps_what_was_typed(
    as_: Callable[[str], Client], cast: Cast, checkout: Service
) -> None:
    editor = as_("editor")
    page = editor.get("/delivery/gate/policies/new/?from=shift").content.decode()
    assert "Shift work to reliability" in page
    sent = {"title": "Ours", "passes": ["security"], "rule0-action": "freeze", "rule0-measure": "budget_left"}
    answer = editor.post("/delivery/gate/policies/new/", {**sent, "rule0-threshold": "20", "rule0-until": "10"})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "is not below where it begins" in text
    assert 'value="Ours"' in text
    answer = editor.post("/delivery/gate/policies/new/", {**sent, "rule0-threshold": "20", "rule0-until": "35.5"})
    made = BudgetPolicy.objects.get(title="Ours")
    assert answer.headers["Location"] == f"/delivery/gate/policies/{made.pk}/"
    assert (made.terms.rules[0].threshold, made.terms.rules[0].until) == (0.2, 0.355)
    edit = editor.get(f"/delivery/gate/policies/{made.pk}/edit/").content.decode()
    assert 'value="35.5"' in edit
    assert as_("viewer").post(f"/delivery/gate/policies/{made.pk}/edit/", sent).status_code == 403
