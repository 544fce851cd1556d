"""AlertPolicy and AlertCondition documents take effect."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client

from reliability.access.domain.caller import SYSTEM
from reliability.access.models import AuditEntry
from reliability.outbox.models import Fact
from slo.domain.openslo.documents import SourceText
from slo.domain.openslo.exporting import to_documents, to_yaml
from slo.domain.openslo.plan import Action
from slo.models import AlertSettings, BurnAlert, Slo
from slo.selectors.alerts import alerting_state
from slo.selectors.openslo import ExportFilters, export
from slo.services import openslo
from slo.services.alerts import AlertingDraft, save
from tests.cast import UserFactory
from tests.slo.alerts.conftest import MINUTE, Live

pytestmark = pytest.mark.django_db

DOCUMENTS = """
apiVersion: openslo/v1
kind: AlertNotificationTarget
metadata: {name: shop-duty}
spec: {target: shop-duty}
---
apiVersion: openslo/v1
kind: AlertCondition
metadata: {name: fast, displayName: Fast burn of the checkout}
spec:
  severity: critical
  condition: {kind: burnrate, op: gte, threshold: 20, lookbackWindow: 10m, alertAfter: 2m}
---
apiVersion: openslo/v1
kind: AlertPolicy
metadata: {name: shop-alerts}
spec:
  alertWhenNoData: true
  alertWhenBreaching: true
  alertWhenResolved: false
  conditions: [{conditionRef: fast}]
  notificationTargets: [{targetRef: shop-duty}]
"""


@pytest.fixture
def policed(slo: Slo, now: datetime) -> Slo:
    slo.service = None
    request = openslo.OpenSloRequest(files=[SourceText("alerts.yaml", DOCUMENTS)], team_slug=slo.team.slug)
    plan = openslo.apply(caller=SYSTEM, request=request, now=now)
    assert not plan.problems, plan.problems
    Slo.objects.filter(pk=slo.pk).update(alert_policies=["shop-alerts"])
    slo.refresh_from_db()
    return slo


def test_a_condition_fires_as_its_document_says(policed: Slo, live: Live, now: datetime) -> None:
    state = alerting_state(slo=policed, now=now)
    rule = state.policy.rule("policy:shop-alerts/fast")
    assert rule is not None
    assert (rule.severity, rule.threshold, rule.op.sign, rule.targets) == (2, 20.0, "≥", ("shop-duty",))
    assert state.policy.silence is not None  # counts are pushed, but the policy asks for it
    # Two bad minutes of ten burn 20×; it holds for two minutes.
    at = live(now, 3, bad=100.0)
    assert not BurnAlert.objects.filter(condition=rule.key).exists()
    at = live(at, 1, bad=100.0)
    alert = BurnAlert.objects.get(condition=rule.key)
    assert alert.fired_at == now + 4 * MINUTE
    assert "20×" in alert.fire_reason
    fired = Fact.objects.get(kind="BurnRateAlertFired", payload__condition=rule.key).payload
    assert (fired["severity"], fired["urgency"], fired["targets"]) == (2, "urgent", ["shop-duty"])
    live(at, 20, bad=0.0)
    resolved = Fact.objects.get(kind="BurnRateAlertResolved", payload__condition=rule.key).payload
    assert resolved["is_told"] is False


def test_the_page_says_whom_a_policy_names(policed: Slo, client: Client) -> None:
    client.force_login(UserFactory(is_administrator=True))
    page = client.get(f"/slos/{policed.name}/alerts/").content.decode()
    assert "OpenSLO policy for shop-duty" in page
    assert "called like an escalation policy" in page


def test_documents_that_cannot_take_effect_are_said_on_the_page(policed: Slo, now: datetime) -> None:
    Slo.objects.filter(pk=policed.pk).update(alert_policies=["shop-alerts", "nobody"])
    policed.refresh_from_db()
    warnings = alerting_state(slo=policed, now=now).policy.warnings
    assert any("there is no AlertPolicy nobody" in one for one in warnings)
    long = DOCUMENTS.replace("lookbackWindow: 10m", "lookbackWindow: 1Q").replace("critical", "strange")
    request = openslo.OpenSloRequest(files=[SourceText("alerts.yaml", long)], team_slug=policed.team.slug)
    assert not openslo.apply(caller=SYSTEM, request=request, now=now).problems
    warnings = alerting_state(slo=policed, now=now).policy.warnings
    assert any("takes no effect: its lookbackWindow must be at most 28 days" in one for one in warnings)


def test_what_is_exported_applies_without_a_change(policed: Slo, now: datetime) -> None:
    filters = ExportFilters(slo_name=policed.name)
    stored = export(caller=SYSTEM, filters=filters)
    specs = {policed.sli.name: policed.sli.spec}
    text = to_yaml(to_documents(stored, specs=specs))
    assert "lookbackWindow: 10m" in text
    request = openslo.OpenSloRequest(files=[SourceText("export.yaml", text)], team_slug=policed.team.slug)
    plan = openslo.plan(caller=SYSTEM, request=request, now=now)
    assert not plan.problems, plan.problems
    assert {change.action for change in plan.changes} == {Action.UNCHANGED}


OWN = {
    "name": "fast",
    "title": "Fast burn",
    "op": "gte",
    "threshold": 20.0,
    "lookback": "1h30m",
    "short": "5m",
    "alert_after": "2m",
    "severity": 1,
}


def file_of(slo: Slo) -> str:
    stored = export(caller=SYSTEM, filters=ExportFilters(slo_name=slo.name))
    return to_yaml(to_documents(stored, specs={slo.sli.name: slo.sli.spec}))


def test_own_conditions_and_settings_are_exported_and_apply_without_a_change(policed: Slo, now: datetime) -> None:
    draft = AlertingDraft(has_ticket=False, min_bad_events=10.0, watches_silence=True, conditions=[OWN])
    row = save(caller=SYSTEM, slo=policed, draft=draft, now=now)
    text = file_of(policed)
    for said in ('reliability/alert-ticket: "false"', "lookbackWindow: 90m", "reliability/short: 5m", "Fast burn"):
        assert said in text
    request = openslo.OpenSloRequest(files=[SourceText("export.yaml", text)], team_slug=policed.team.slug)
    plan = openslo.apply(caller=SYSTEM, request=request, now=now)
    assert not plan.problems, plan.problems
    assert {change.action for change in plan.changes} == {Action.UNCHANGED}
    row.refresh_from_db()
    assert (row.revision, row.conditions) == (1, [OWN])


def test_an_exported_objective_alerts_elsewhere_as_it_did_here(policed: Slo, now: datetime) -> None:
    draft = AlertingDraft(has_page=False, silence_minutes=30, silence_severity=2, conditions=[OWN])
    save(caller=SYSTEM, slo=policed, draft=draft, now=now)
    text = file_of(policed)
    AlertSettings.objects.all().delete()
    request = openslo.OpenSloRequest(files=[SourceText("export.yaml", text)], team_slug=policed.team.slug)
    plan = openslo.apply(
        caller=SYSTEM,
        request=request,
        now=now,
    )
    assert not plan.problems, plan.problems
    (changed,) = (one for one in plan.changes if one.action is Action.CHANGE)
    assert {field.path for field in changed.fields} == {
        "alerting.conditions", "alerting.has_page", "alerting.silence_minutes", "alerting.silence_severity",
    }  # fmt: skip
    stored = AlertSettings.objects.get(slo=policed)
    assert (stored.has_page, stored.silence_minutes, stored.silence_severity) == (False, 30, 2)
    assert stored.conditions == [OWN]
    assert AuditEntry.objects.filter(action="alerting.update", object_name=policed.name).count() == 2
    rule = alerting_state(slo=policed, now=now).policy.rule("own:fast")
    assert rule is not None
    assert (rule.threshold, rule.severity) == (20.0, 1)


def test_a_file_that_says_nothing_leaves_alerting_alone_and_default_takes_it_back(policed: Slo, now: datetime) -> None:
    silent = file_of(policed)
    save(caller=SYSTEM, slo=policed, draft=AlertingDraft(has_page=False), now=now)
    request = openslo.OpenSloRequest(files=[SourceText("silent.yaml", silent)], team_slug=policed.team.slug)
    assert openslo.apply(caller=SYSTEM, request=request, now=now).is_empty
    assert AlertSettings.objects.get(slo=policed).has_page is False
    head, _, slo = silent.rpartition("reliability/team:")
    said = f"{head}reliability/alerting: default\n    reliability/team:{slo}"
    request = openslo.OpenSloRequest(files=[SourceText("default.yaml", said)], team_slug=policed.team.slug)
    plan = openslo.apply(caller=SYSTEM, request=request, now=now)
    assert not plan.problems, plan.problems
    assert AlertSettings.objects.get(slo=policed).has_page is True


def test_a_condition_that_can_never_fire_is_refused_at_its_place(policed: Slo, now: datetime) -> None:
    save(caller=SYSTEM, slo=policed, draft=AlertingDraft(conditions=[OWN]), now=now)
    text = file_of(policed).replace("threshold: 20.0", "threshold: 200")
    request = openslo.OpenSloRequest(files=[SourceText("slo.yaml", text)], team_slug=policed.team.slug)
    (problem,) = openslo.apply(caller=SYSTEM, request=request, now=now).problems
    assert problem.path == "spec.alertPolicies[1]"
    assert "never" in problem.message
