"""Asking the gate: the API, what is kept, what other rooms know, overrides, what was deployed all the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.utils import timezone

from chaos.runs.models import Run
from incidents.response.models import ImpactedService
from reliability.access.domain.caller import Role
from reliability.access.models import AuditEntry
from reliability.catalog.models import Service
from reliability.delivery.models import Deployment
from reliability.gate.domain.kept import told_to
from reliability.gate.models import BudgetPolicy, FreezeWindow, GateDecision, GateNotice, GateOverride
from reliability.gate.selectors.decisions import deployed_despite
from reliability.gate.services import asking, evaluating, freezes, overrides, team_gates
from reliability.gate.services.freezes import FreezeDraft
from reliability.gate.services.overrides import OverrideDraft
from reliability.gate.services.team_gates import GateDraft
from reliability.web.errors import Conflict, Forbidden, Invalid, NotFound
from tests.cast import Cast, DependencyFactory, IncidentFactory, RunFactory, ServiceFactory
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
Left = Callable[..., None]
HOUR = timedelta(hours=1)
PAGE = "https://reliability.example.org/delivery/gate/services/checkout/"
JSON = "application/json"


def ask(cast: Cast, now: datetime, who: str = "viewer", **more: Any) -> Any:
    asked = {"service": "checkout", "environment": "production", **more}
    return asking.ask(caller=cast.caller(who), now=now, **asked)


def kinds_of(answer: Any) -> dict[str, str]:
    return {one.reason.kind.value: one.effect.value for one in answer.verdict.reasons}


def test_the_api_answers_200_with_every_reason_and_keeps_the_answer(
    bearer: Callable[..., Client], cast: Cast, policy: BudgetPolicy, left: Left, settings: Any
) -> None:
    settings.PUBLIC_URL = "https://reliability.example.org"
    left(-0.2, at=timezone.now())
    evaluating.evaluate_all(now=timezone.now())
    client = bearer(team=cast.payments, role=Role.VIEWER, scopes=["read"], name="pipeline")
    answer = client.get("/api/v1/gate?service=checkout&environment=production&revision=9fceb02")
    assert answer.status_code == 200
    said = answer.json()
    assert (said["decision"], said["is_go"], said["override"]) == ("no_go", False, None)
    assert said["reasons"][0]["kind"] == "budget_freeze"
    assert said["reasons"][0]["words"].startswith("“Orders” has spent its budget: −20 % is left: changes wait by")
    assert said["policy_in_force"]["title"] == "When it burns"
    whole = f"https://reliability.example.org/delivery/gate/policies/{policy.pk}/"
    assert (said["reasons"][0]["url"], said["policy_in_force"]["url"]) == (whole, whole)
    assert said["url"] == f"{PAGE}?environment=production&kind=change&revision=9fceb02"
    assert [rule["action"] for rule in said["policy_in_force"]["rules"]] == ["shift_work", "freeze"]
    hotfix = client.get("/api/v1/gate?service=checkout&kind=hotfix").json()
    assert (hotfix["decision"], hotfix["reasons"][0]["effect"]) == ("go_with_warnings", "excepted")
    kept = GateDecision.objects.order_by("pk")
    assert [(one.decision, one.revision, one.kind) for one in kept] == [
        ("no_go", "9fceb02", "change"),
        ("go_with_warnings", "", "hotfix"),
    ]
    listed = client.get("/api/v1/gate/decisions?decision=no_go").json()
    assert listed["items"][0]["reasons"][0]["kind"] == "budget_freeze"


def test_an_unknown_service_is_404_with_the_nearest_names_also_for_private_ones(
    bearer: Callable[..., Client], cast: Cast, checkout: Service
) -> None:
    client = bearer(team=cast.payments, role=Role.VIEWER, scopes=["read"])
    answer = client.get("/api/v1/gate?service=chekout")
    assert (answer.status_code, answer.json()["error"]["reason"]) == (404, "unknown_service")
    assert "did you mean checkout?" in answer.json()["error"]["message"]
    foreign = bearer(team=cast.search, role=Role.VIEWER, scopes=["read"]).get("/api/v1/gate?service=checkout")
    assert foreign.status_code == 404
    assert "did you mean" not in foreign.content.decode()
    assert not GateDecision.objects.exists()


def test_no_data_is_never_passed_over_and_a_team_may_make_it_a_no(
    cast: Cast, policy: BudgetPolicy, left: Left, now: datetime
) -> None:
    left(None)
    answer = ask(cast, now)
    assert (answer.verdict.decision, kinds_of(answer)) == ("go_with_warnings", {"no_data": "warns"})
    gate = team_gates.set_gate(
        caller=cast.caller("administrator"), team=cast.payments, draft=GateDraft(no_data="block"), now=now
    )
    assert not ask(cast, now).verdict.is_go
    left(0.9, at=now - 2 * HOUR)
    assert kinds_of(ask(cast, now)) == {"no_data": "blocks"}, "measured long ago is not measured"
    assert kinds_of(ask(cast, now, kind="rollback")) == {"no_data": "excepted"}, "the way back stays open"
    left(0.9)
    assert ask(cast, now).verdict.decision == "go"
    with pytest.raises(Forbidden):
        team_gates.set_gate(caller=cast.caller("editor"), team=cast.payments, draft=GateDraft(), now=now)
    with pytest.raises(Invalid, match="never passed over in silence"):
        team_gates.set_gate(caller=cast.caller("chief"), team=cast.payments, draft=GateDraft(no_data="ignore"), now=now)
    assert gate.no_data == "block"


def test_a_severe_incident_on_what_the_service_needs_blocks_all_but_what_mends_and_hides_its_name(
    cast: Cast, policy: BudgetPolicy, left: Left, checkout: Service, now: datetime
) -> None:
    left(0.9)
    database = ServiceFactory(team=cast.search, name="orders-db", title="Orders database")
    DependencyFactory(service=checkout, needs=database)
    incident = IncidentFactory(team=cast.search, severity=1, title="Disk is full")
    ImpactedService.objects.create(incident=incident, service=database)
    answer = ask(cast, now)
    assert kinds_of(answer) == {"incident": "blocks"}
    assert ask(cast, now, kind="rollback").verdict.decision == "go_with_warnings"
    assert not ask(cast, now, kind="security").verdict.is_go
    reason = answer.verdict.reasons[0].reason
    assert reason.words == f"Sev1 #{incident.pk} “Disk is full” is open, on Orders database, which it needs"
    assert reason.hidden_words == "a Sev1 of another team is open, on something that it needs"
    administrator = cast.caller("administrator")
    team_gates.set_gate(caller=administrator, team=cast.payments, draft=GateDraft(incidents_of_needs="warn"), now=now)
    assert ask(cast, now).verdict.decision == "go_with_warnings"
    incident.severity = 3
    incident.save(update_fields=("severity",))
    assert ask(cast, now).verdict.decision == "go"


def test_a_run_under_way_blocks_until_its_deadline(
    cast: Cast, policy: BudgetPolicy, left: Left, checkout: Service, now: datetime
) -> None:
    left(0.9)
    run: Run = RunFactory(service=checkout, state="running", started_at=now, deadline_at=now + HOUR)
    answer = ask(cast, now)
    assert kinds_of(answer) == {"experiment": "blocks"}
    assert answer.verdict.reasons[0].reason.until == now + HOUR
    reason = answer.verdict.reasons[0].reason
    assert reason.team_ids == {run.team_id, run.experiment.team_id}
    Run.objects.filter(pk=run.pk).update(state="waiting")
    assert ask(cast, now).verdict.decision == "go"


def test_a_run_whose_experiment_went_to_a_team_that_keeps_to_itself_blocks_without_a_name(
    cast: Cast, policy: BudgetPolicy, left: Left, checkout: Service, now: datetime
) -> None:
    left(0.9)
    run: Run = RunFactory(service=checkout, team=cast.payments, state="running", started_at=now)
    run.experiment.team = cast.search
    run.experiment.save(update_fields=("team",))
    ask(cast, now)
    row = GateDecision.objects.get()
    viewer, chief = (told_to(caller=cast.caller(who), stored=row.reasons) for who in ("viewer", "chief"))
    assert [one.words for one in viewer] == ["an experiment of another team is under way"]
    assert run.experiment.title in chief[0].words


def freeze(cast: Cast, now: datetime, **more: Any) -> FreezeWindow:
    times = {"start": now - HOUR, "end": now + HOUR, "time_zone": "UTC"}
    draft = FreezeDraft(**{"team_id": cast.payments.pk, "title": "Sale", "reason": "orders", **times, **more})
    return freezes.create(caller=cast.caller("chief"), draft=draft, now=now)


def test_a_freeze_is_overridden_for_a_while_by_a_responder_who_says_why(
    cast: Cast, policy: BudgetPolicy, left: Left, checkout: Service, told: list[str], now: datetime
) -> None:
    left(0.9)
    freeze(cast, now, team_id=None, end=now + 2 * HOUR)
    assert not ask(cast, now).verdict.is_go
    draft = OverrideDraft(service="checkout", reason="legal needs it", expires_at=now + HOUR)
    with pytest.raises(Forbidden):
        overrides.create(caller=cast.caller("viewer"), draft=draft, now=now)
    with pytest.raises(NotFound):
        overrides.create(caller=cast.caller("outsider"), draft=draft, now=now)
    mistakes: tuple[dict[str, Any], ...] = ({"expires_at": now + 25 * HOUR}, {"expires_at": now}, {"reason": " "})
    for wrong in mistakes:
        with pytest.raises(Invalid):
            overrides.create(
                caller=cast.caller("responder"),
                draft=replace(draft, **wrong),
                now=now,
            )
    row = overrides.create(caller=cast.caller("responder"), draft=draft, now=now)
    answer = ask(cast, now)
    assert (answer.verdict.decision, answer.verdict.override_id) == ("go", row.pk)
    assert answer.override is not None
    assert answer.override.by_name == "Responder"
    assert GateNotice.objects.filter(override=row).count() == 2, "an administrator and an editor"
    assert not ask(cast, now + HOUR).verdict.is_go, "its end does not belong to it"
    overrides.revoke(caller=cast.caller("responder"), override_id=row.pk, now=now)
    with pytest.raises(Conflict):
        overrides.revoke(caller=cast.caller("responder"), override_id=row.pk, now=now)
    assert not ask(cast, now).verdict.is_go
    actions = AuditEntry.objects.filter(object_kind="gate_override").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["gate_override.create", "gate_override.revoke"]
    team_gates.set_gate(
        caller=cast.caller("administrator"), team=cast.payments, draft=GateDraft(override_role=40), now=now
    )
    with pytest.raises(Forbidden):
        overrides.create(caller=cast.caller("editor"), draft=draft, now=now)


def test_the_same_answer_soon_after_is_one_row_and_old_ones_are_forgotten(
    cast: Cast, policy: BudgetPolicy, left: Left, now: datetime, settings: Any
) -> None:
    left(0.9)
    for minutes in (0, 5, 14, 40):
        ask(cast, now + timedelta(minutes=minutes))
    assert list(GateDecision.objects.order_by("pk").values_list("decision", "times_asked")) == [
        ("go", 2),
        ("go_with_warnings", 1),
        ("go_with_warnings", 1),
    ], "it is not measured any more after five minutes"
    settings.GATE_DECISIONS_PER_SERVICE_MAX = 2
    assert asking.forget_old(now=now) == 1
    assert asking.forget_old(now=now) == 0
    assert asking.forget_old(now=now + timedelta(days=181)) == 2


def deploy(cast: Cast, service: Service, at: datetime, revision: str) -> Deployment:
    return Deployment.objects.create(
        team=cast.payments, service=service, environment="production", origin="api:ci", key=revision,
        outcome="succeeded", started_at=at, finished_at=at + timedelta(minutes=1), repository="shop",
        revision=revision, received_at=at,
    )  # fmt: skip


def test_what_was_deployed_in_spite_of_a_no_is_listed_unless_somebody_overrode_it(
    cast: Cast, policy: BudgetPolicy, left: Left, checkout: Service, now: datetime
) -> None:
    left(0.9)
    freeze(cast, now, end=now + 20 * HOUR)
    ask(cast, now, revision="9fceb02")
    bad = deploy(cast, checkout, now + HOUR, "9fceb02d0ae")
    deploy(cast, checkout, now + HOUR, "1234567")
    later = now + 3 * HOUR
    found = deployed_despite(caller=cast.caller("viewer"), now=later)
    assert [(one.deployment.pk, one.decision.asked_by_name) for one in found] == [(bad.pk, "Viewer")]
    assert deployed_despite(caller=cast.caller("outsider"), now=later) == []
    GateOverride.objects.create(
        service=checkout, environment="production", reason="late", created_at=now,
        expires_at=now + 2 * HOUR, by_name="Responder",
    )  # fmt: skip
    assert deployed_despite(caller=cast.caller("viewer"), now=later) == []


def test_a_freeze_of_services_that_are_gone_is_not_one_of_the_whole_team(
    cast: Cast, policy: BudgetPolicy, left: Left, checkout: Service, as_: As, now: datetime
) -> None:
    left(0.9)
    database, moved = (ServiceFactory(team=cast.payments, name=name, title=name) for name in ("orders-db", "vault"))
    window = freeze(cast, now, services=[database.name, moved.name])
    assert ask(cast, now).verdict.decision == "go"
    database.delete()
    moved.team = cast.search
    moved.save(update_fields=("team",))
    assert ask(cast, now).verdict.decision == "go"
    page = as_("viewer").get(f"/delivery/gate/freezes/{window.pk}/").content.decode()
    assert "none any more" in page
    told = as_("viewer").get("/api/v1/gate/freezes").json()["items"][0]
    assert (told["services"], told["is_for_all"]) == ([], False)
    assert "vault" not in page, "of a team that keeps to itself"
    assert as_("viewer").get("/api/v1/gate/freezes?service=checkout").json()["items"] == []
    editing = as_("editor").get(f"/delivery/gate/freezes/{window.pk}/edit/")
    typed = {name: value for name, value in editing.context["form"].initial.items() if value not in (None, "", [])}
    refused = as_("editor").post(f"/delivery/gate/freezes/{window.pk}/edit/", typed)
    assert (refused.status_code, "services" in refused.context["form"].errors) == (422, True)
    body = {key: told[key] for key in ("title", "reason", "start", "end", "time_zone", "services")}
    address = f"/api/v1/gate/freezes/{window.pk}"
    put = as_("editor").put(address, {**body, "is_for_all": told["is_for_all"]}, content_type="application/json")
    assert (put.status_code, put.json()["error"]["details"][0]["field"]) == (422, "services")
    window.refresh_from_db()
    assert window.names_services
    saved = as_("editor").post(f"/delivery/gate/freezes/{window.pk}/edit/", {**typed, "is_for_all": "on"})
    window.refresh_from_db()
    assert (saved.status_code, window.names_services) == (302, False)
    assert not ask(cast, now).verdict.is_go


@pytest.mark.parametrize("name", ["prod\neu", "prod\x1b[31m", "a\u2028b"])
def test_the_name_of_an_environment_is_one_line(
    cast: Cast, checkout: Service, as_: As, bearer: Any, now: datetime, name: str
) -> None:
    with pytest.raises(Invalid, match="one line"):
        ask(cast, now, environment=name)
    with pytest.raises(Invalid, match="one line"):
        freeze(cast, now, environment=name)
    draft = OverrideDraft(service="checkout", reason="legal", expires_at=now + HOUR, environment=name)
    with pytest.raises(Invalid, match="one line"):
        overrides.create(caller=cast.caller("chief"), draft=draft, now=now)
    api = bearer(team=cast.payments, role=Role.VIEWER, scopes=["read"])
    answer = api.get("/api/v1/gate", {"service": "checkout", "environment": name})
    assert (answer.status_code, answer.json()["error"]["details"][0]["field"]) == (422, "environment")
    assert as_("viewer").get("/delivery/gate/services/checkout/", {"environment": name}).status_code == 422


def test_the_command_exits_with_0_1_and_2(
    cast: Cast, policy: BudgetPolicy, left: Left, checkout: Service, settings: Any,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    settings.PUBLIC_URL = "https://reliability.example.org"
    now = timezone.now().astimezone(UTC)
    left(0.9, at=now)
    call_command("gate", "check", "checkout")
    text = capsys.readouterr().out
    assert "GO: checkout in production" in text
    assert text.splitlines()[-1] == f"  {PAGE}?environment=production&kind=change"
    left(0.3, at=now)
    evaluating.evaluate_all(now=now)
    call_command("gate", "check", "checkout")
    with pytest.raises(SystemExit) as ended:
        call_command("gate", "check", "checkout", "--warnings-as-errors")
    assert ended.value.code == 1
    assert "warnings count as errors here" in capsys.readouterr().out
    with pytest.raises(CommandError) as refused:
        call_command("gate", "check", "checkot")
    assert refused.value.returncode == 2
    left(0.0, at=now)
    with pytest.raises(SystemExit) as ended:
        call_command("gate", "check", "checkout", "--json")
    printed = capsys.readouterr()
    assert (ended.value.code, printed.err) == (1, ""), "a no is an answer, not a failure"
    told = json.loads(printed.out)
    assert told["is_go"] is False
    assert told["at"].endswith("Z"), "as the API writes it"
    freeze(cast, now, may_be_overridden=False)
    draft = OverrideDraft(service="checkout", reason="legal needs it", expires_at=now + HOUR)
    overrides.create(caller=cast.caller("responder"), draft=draft, now=now)
    with pytest.raises(SystemExit):
        call_command("gate", "check", "checkout")
    assert "overridden by" not in capsys.readouterr().out, "it did not make it a go"


def test_pages_show_the_decision_and_cost_the_same_for_many_services(
    as_: As, cast: Cast, policy: BudgetPolicy, left: Left, checkout: Service
) -> None:
    now = timezone.now()
    left(-0.2, at=now)
    evaluating.evaluate_all(now=now)
    freeze(cast, now)
    browser = as_("responder")
    page = browser.get("/delivery/gate/").content.decode()
    assert "No-go" in page
    assert "“Orders” has spent its budget" in page
    asked = "/api/v1/gate?service=checkout"
    browser.get(asked)
    few = [queries_of(browser, path) for path in ("/delivery/gate/", asked)]
    for _ in range(6):
        DependencyFactory(service=checkout, needs=ServiceFactory(team=cast.payments))
    assert [queries_of(browser, path) for path in ("/delivery/gate/", asked)] == few
    assert few[1] < 25
    one = browser.post(
        "/delivery/gate/services/checkout/override/",
        {"environment": "production", "hours": "2", "reason": "legal needs it"},
    )
    assert one.headers["Location"] == "/delivery/gate/services/checkout/"
    shown = browser.get("/delivery/gate/services/checkout/").content.decode()
    assert "Go, overridden" in shown
    assert "legal needs it" in shown
    of_one = {"environment": "production", "hours": "2", "reason": "legal needs it", "revision": "9fceb02"}
    told = browser.post("/delivery/gate/services/checkout/override/", of_one)
    assert told.headers["Location"].endswith("?environment=production&revision=9fceb02"), "the answer it changed"
    wrong = browser.post("/delivery/gate/services/checkout/override/", {"environment": "production", "hours": "2"})
    assert wrong.status_code == 422
    assert "say why" in wrong.content.decode()
    panel = browser.get("/services/checkout/").content.decode()
    assert "When it burns" in panel


def test_a_freeze_window_is_written_on_its_page_on_the_clock_of_its_zone(
    as_: As, cast: Cast, checkout: Service
) -> None:
    sent = {
        "team": str(cast.payments.pk), "title": "Weekend", "reason": "nobody is there", "start": "2026-03-20T18:00",
        "end": "2026-03-23T06:00", "time_zone": "Europe/Berlin", "repeats": "weekly", "services": ["checkout"],
        "passes": ["hotfix"],
    }  # fmt: skip
    editor = as_("editor")
    assert editor.post("/delivery/gate/freezes/new/", {**sent, "end": "2026-03-20T17:00"}).status_code == 422
    answer = editor.post("/delivery/gate/freezes/new/", sent)
    made = FreezeWindow.objects.get()
    assert answer.headers["Location"] == f"/delivery/gate/freezes/{made.pk}/"
    assert (made.start_at, made.may_be_overridden) == (datetime(2026, 3, 20, 17, tzinfo=UTC), False)
    edit = editor.get(f"/delivery/gate/freezes/{made.pk}/edit/").content.decode()
    assert 'value="2026-03-20T18:00"' in edit
    everybody = {
        "team": None,
        "title": "All",
        "reason": "x",
        "start": "2026-03-20T18:00:00Z",
        "end": "2026-03-21T18:00:00Z",
    }
    assert editor.post("/api/v1/gate/freezes", everybody, content_type=JSON).status_code == 403
    assert as_("chief").post("/api/v1/gate/freezes", everybody, content_type=JSON).status_code == 201


def test_lists_cost_the_same_whatever_their_length(
    as_: As, cast: Cast, policy: BudgetPolicy, left: Left, checkout: Service
) -> None:
    now = timezone.now()
    left(-0.2, at=now)
    evaluating.evaluate_all(now=now)
    browser = as_("viewer")
    lists = ("history/", "freezes/", "policies/", f"policies/{policy.pk}/")
    paths = [f"/delivery/gate/{one}" for one in lists] + [
        f"/api/v1/gate/{one}" for one in ("decisions", "freezes", "overrides", "policies")
    ]

    def fill(count: int) -> None:
        for number in range(count):
            at = now - number * HOUR
            ask(cast, at, revision=f"{count}{number}00000")
            window = freeze(cast, at, title=f"Sale {number}", services=["checkout"])
            assert window.services.count() == 1
            draft = OverrideDraft(service="checkout", reason="why", expires_at=at + HOUR)
            overrides.create(caller=cast.caller("editor"), draft=draft, now=at)

    fill(1)
    few = [queries_of(browser, path) for path in paths]
    fill(4)
    assert [queries_of(browser, path) for path in paths] == few
    assert max(few) < 30
