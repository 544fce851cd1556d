"""What people say of suspects: who may, what is kept, and what ledger, figures and precision make of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from reliability.access.models import AuditEntry
from reliability.catalog.models import Dependency, Service
from reliability.delivery import failures
from reliability.delivery.models import DeploymentMonth
from reliability.delivery.selectors.dora import DoraFilters, delivered
from reliability.delivery.selectors.dora_quality import quality
from reliability.delivery.services import dora_months
from reliability.kit.periods import Period
from reliability.suspects.domain.kinds import VerdictState
from reliability.suspects.models import BlameRule, Case, Suspect, Verdict
from reliability.suspects.selectors.likeliest import likeliest_of_incident
from reliability.suspects.services import burns, incidents
from reliability.suspects.services.verdicts import judge
from reliability.web.errors import Forbidden, Invalid, NotFound
from reliability.web.zones import UTC_ZONE
from slo.domain.causes import CauseKind
from slo.models import Slo
from slo.selectors.ledger import ledger_of
from tests.cast import Cast, ServiceFactory
from tests.suspects.conftest import MINUTE, Shop, count_burn
from tests.suspects.test_cases import incident_of

As = Callable[[str], Client]
CONFIRMED, REJECTED, OPEN = VerdictState.CONFIRMED, VerdictState.REJECTED, VerdictState.OPEN


def say(cast: Cast, row: Suspect, state: VerdictState, reason: str = "", who: str = "responder") -> Suspect:
    at = row.case.started_at + timedelta(hours=1)
    return judge(caller=cast.caller(who), suspect_id=row.pk, state=state, reason=reason, now=at)


def suspects(case: Case) -> list[Suspect]:
    return list(Suspect.objects.filter(case=case).select_related("case").order_by("place"))


def test_a_verdict_is_kept_with_its_history_and_audited(shop: Shop, cast: Cast) -> None:
    shop.deploy(5)
    row = suspects(shop.look())[0]
    with pytest.raises(Invalid, match="say why not"):
        say(cast, row, REJECTED)
    say(cast, row, REJECTED, "rolled back, and it burnt on")
    say(cast, row, CONFIRMED, "the flame graph says so")
    say(cast, row, CONFIRMED, "the flame graph says so")
    row.refresh_from_db()
    assert (row.verdict, row.verdict_by_name, row.verdict_reason) == (
        "confirmed", "Responder", "the flame graph says so",
    )  # fmt: skip
    assert list(Verdict.objects.order_by("pk").values_list("state", flat=True)) == ["rejected", "confirmed"]
    entries = AuditEntry.objects.filter(object_kind="suspect").order_by("pk")
    assert [one.action for one in entries] == ["suspect.rejected", "suspect.confirmed"]
    say(cast, row, OPEN)
    row.refresh_from_db()
    assert row.verdict == "open"


def test_only_responders_of_its_team_may_judge_and_nobody_what_they_may_not_see(shop: Shop, cast: Cast) -> None:
    shop.deploy(5)
    row = suspects(shop.look())[0]
    with pytest.raises(Forbidden):
        say(cast, row, CONFIRMED, who="viewer")
    with pytest.raises(NotFound):
        say(cast, row, CONFIRMED, who="outsider")
    Service.objects.filter(suspicions=row).update(team=cast.search)
    with pytest.raises(NotFound, match="another team"):
        say(cast, row, CONFIRMED)
    assert not Verdict.objects.exists()


def test_copies_that_many_read_name_what_all_of_them_may_know_the_confirmed_first_and_not_the_rejected(
    shop: Shop, cast: Cast
) -> None:
    first, second, third = shop.deploy(5), shop.deploy(50), shop.deploy(90)
    incident = incident_of(shop, shop.burn)
    assert likeliest_of_incident(incident_id=incident.pk, limit=3) is None
    incidents.follow(incident_id=incident.pk, now=shop.now)
    rows = {row.deployment_id: row for row in suspects(Case.objects.get(incident_id=incident.pk))}
    say(cast, rows[first.pk], REJECTED, "rolled back, and it burnt on")
    say(cast, rows[third.pk], CONFIRMED)
    found = likeliest_of_incident(incident_id=incident.pk, limit=3)
    assert found is not None
    assert [(one.label, one.said) for one in found.first] == [
        (rows[third.pk].label, "Responder"), (rows[second.pk].label, ""),
    ]  # fmt: skip
    assert found.first[0].reasons.startswith("deployed 1 h 30 min before it began; of Checkout itself")
    assert found.first[0].url.endswith(f"/delivery/deployments/{third.pk}/")
    Service.objects.filter(pk=shop.checkout.pk).update(team=cast.search)
    hidden = likeliest_of_incident(incident_id=incident.pk, limit=1)
    assert hidden is not None
    assert (hidden.first[0].is_hidden, hidden.first[0].url, hidden.total) == (True, "", 2)
    assert hidden.first[0].reasons == "deployed 1 h 30 min before it began"


def suspected(shop: Shop, cast: Cast) -> list[tuple[str, bool, int]]:
    """(label, declared?, minutes) of the ledger's suspects."""
    period = Period(shop.now - timedelta(hours=5), shop.now)
    view = ledger_of(
        caller=cast.caller("viewer"), slo=shop.slo, period=period, at=shop.now, now=shop.now, zone=UTC_ZONE
    )
    found = [line for line in view.ledger.lines if line.kind is CauseKind.SUSPECT]
    return [(line.causes[0].label, line.causes[0].is_declared, line.amount.minutes) for line in found]


def test_the_ledger_names_the_first_then_the_next_and_the_confirmed_one_as_declared(shop: Shop, cast: Cast) -> None:
    shop.deploy(5)
    shop.deploy(90)
    before = suspected(shop, cast)
    first, second = suspects(shop.look())
    assert before == suspected(shop, cast) == [(first.label, False, 30)], "ranked live and as kept alike"
    assert first.label == "checkout 0000005 to production"
    say(cast, first, REJECTED, "it changed a text")
    assert suspected(shop, cast) == [(second.label, False, 30)]
    say(cast, second, CONFIRMED)
    assert suspected(shop, cast) == [(second.label, True, 30)]
    say(cast, second, REJECTED, "neither")
    assert suspected(shop, cast) == []


def figures(shop: Shop, cast: Cast) -> tuple[int, float | None, int]:
    """(failed, median recovery in seconds, failed by inference as the page says)."""
    while dora_months.pack():
        pass
    caller, filters = cast.caller("viewer"), DoraFilters(Period(shop.now - timedelta(days=2), shop.now))
    found = delivered(caller=caller, filters=filters)
    lines = {one.slug: one.count for one in quality(caller=caller, found=found, filters=filters)}
    return found.figures.failed, found.figures.recovery.median, lines["inferred"]


@pytest.fixture
def deployed(shop: Shop) -> Shop:
    """Two deployments that figures know of."""
    for before in (5, 90):
        row = shop.deploy(before, contents="unknown")
        dora_months.mark_stale(
            ended=[dora_months.ended(row)],
        )
    return shop


def test_the_first_suspect_of_a_burn_counts_as_failed_until_it_is_rejected(deployed: Shop, cast: Cast) -> None:
    shop = deployed
    assert figures(shop, cast) == (0, None, 0)
    first, second = suspects(shop.look())
    assert figures(shop, cast) == (1, 35 * 60, 1), "restored at the end of the burn"
    Case.objects.update(spent=0.019)
    assert figures(shop, cast) == (0, None, 0), "noise is no failure"
    Case.objects.update(alert_id=1)
    assert figures(shop, cast) == (1, 35 * 60, 1), "but what fired an alert is"
    say(cast, first, REJECTED, "it changed a text")
    assert figures(shop, cast) == (0, None, 0), "and nobody else fails because of that"
    say(cast, second, CONFIRMED)
    assert figures(shop, cast) == (1, 120 * 60, 0)
    say(cast, second, OPEN)
    say(cast, first, OPEN)
    BlameRule.objects.create(
        team=shop.slo.team, window_minutes=1440, counts_inferred=False, updated_at=shop.now, updated_by_name="Editor"
    )
    assert figures(shop, cast) == (0, None, 0)
    say(cast, first, CONFIRMED)
    assert figures(shop, cast) == (1, 35 * 60, 0), "what people say counts"


def test_one_deployment_with_three_burns_is_one_failure_restored_with_the_last(deployed: Shop, cast: Cast) -> None:
    shop = deployed
    shop.look()
    for number in (1, 2):
        other = Slo.objects.get(pk=shop.slo.pk)
        other.pk, other.name = None, f"other-{number}"
        other._state.adding = True
        other.save(force_insert=True)
        first = Suspect.objects.order_by("place").first()
        assert first is not None
        case = Case.objects.create(
            kind="burn", team=shop.slo.team, slo=other, subject="Other", started_at=shop.burn,
            ended_at=shop.burn + (30 + number) * MINUTE, spent=0.5, window_seconds=86_400, seen_at=shop.now,
            ranked_at=shop.now,
        )  # fmt: skip
        first.pk, first.case = None, case
        first._state.adding = True
        first.save(force_insert=True)
    assert figures(shop, cast) == (1, 37 * 60, 1)


def test_an_incident_with_a_confirmed_deployment_counts_until_it_is_resolved(deployed: Shop, cast: Cast) -> None:
    shop = deployed
    incident = incident_of(shop, shop.burn)
    incidents.follow(incident_id=incident.pk, now=shop.now)
    row = suspects(Case.objects.get(incident_id=incident.pk))[0]
    assert figures(shop, cast) == (0, None, 0), "of an incident nothing is inferred"
    say(cast, row, CONFIRMED)
    assert figures(shop, cast) == (1, None, 0), "not restored yet"
    incident.resolved_at = shop.burn + 50 * MINUTE
    incident.save(update_fields=("resolved_at",))
    incidents.follow(incident_id=incident.pk, now=shop.now)
    assert figures(shop, cast) == (1, 55 * 60, 0)


def test_the_drill_down_says_what_it_burnt(deployed: Shop, cast: Cast, as_: As) -> None:
    shop = deployed
    shop.look()
    assert DeploymentMonth.objects.exists()
    period = Period(shop.now - timedelta(days=2), shop.now)
    (cause,) = failures.causes(caller=cast.caller("viewer"), period=period)
    assert cause.why == "burnt 3.7 % of the budget of Checkout works, as the first suspect"
    (told,) = failures.causes(caller=cast.caller("outsider"), period=period)
    assert (told.title, told.url) == ("", "")
    assert told.why == "burnt the budget of another team, as the first suspect"
    span = f"from={period.start:%Y-%m-%dT%H:%M:%SZ}&to={period.end:%Y-%m-%dT%H:%M:%SZ}"
    page = as_("viewer").get(f"/delivery/rows/?metric=change-fail-rate&{span}").content.decode()
    assert cause.why in page
    assert cause.url in page


def test_pages_show_reasons_judge_and_measure(shop: Shop, cast: Cast, as_: As) -> None:
    shop.deploy(4)
    shop.deploy(2, service=shop.payments)
    case = shop.look()
    first = suspects(case)[0]
    responder = as_("responder")
    span = f"?from={shop.now - timedelta(days=1):%Y-%m-%dT%H:%MZ}&to={shop.now:%Y-%m-%dT%H:%MZ}"
    page = responder.get(f"/delivery/suspects/cases/{case.pk}/").content.decode()
    for words in (
        "deployed 4 min before it burnt",
        "of Payments, which Checkout needs directly",
        "checkout 0000004 to production",
    ):
        assert words in page
    url = f"/delivery/suspects/{first.pk}/verdict/"
    refused = responder.post(url, {"state": "rejected", "reason": ""})
    assert refused.status_code == 422
    assert "say why not" in refused.content.decode()
    answer = responder.post(url, {"state": "confirmed", "next": f"/slos/{shop.slo.name}/"})
    assert (answer.status_code, answer["Location"]) == (302, f"/slos/{shop.slo.name}/")
    elsewhere = responder.post(url, {"state": "open", "next": "https://evil.example.org/"})
    assert elsewhere["Location"] == f"/delivery/suspects/cases/{case.pk}/"
    responder.post(url, {"state": "confirmed"})
    page = as_("viewer").get(f"/delivery/suspects/{span}").content.decode()
    assert "1 of 1 judged, 1 case in all" in page
    assert "It did it" not in as_("viewer").get(f"/delivery/suspects/cases/{case.pk}/").content.decode()
    assert "No case matches" in as_("viewer").get(f"/delivery/suspects/{span}&verdict=rejected").content.decode()
    told = as_("viewer").get("/api/v1/suspects/precision?from=2026-02-01T00:00:00Z&to=2026-03-03T00:00:00Z").json()
    assert told["at_1"] == {"hits": 1, "judged": 1, "value": 1.0}
    assert [one["at_1"]["value"] for one in told["months"]] == [None, 1.0]


def test_the_list_costs_the_same_for_one_case_and_for_many(
    shop: Shop, as_: As, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    shop.deploy(5)
    shop.look()
    viewer = as_("viewer")
    span = f"?from={shop.now - timedelta(days=1):%Y-%m-%dT%H:%MZ}&to={shop.now:%Y-%m-%dT%H:%MZ}"
    for number in range(3):
        incidents.follow(incident_id=incident_of(shop, shop.burn + number * MINUTE).pk, now=shop.now)
    with django_assert_num_queries(QUERIES):
        assert viewer.get(f"/delivery/suspects/{span}").status_code == 200


QUERIES = 14


def test_the_api_lists_judges_and_sets_rules(shop: Shop, cast: Cast, as_: As) -> None:
    shop.deploy(5)
    case = shop.look()
    responder = as_("responder")
    told = responder.get(f"/api/v1/suspects?slo={shop.slo.name}").json()
    assert told["total"] == 1
    row = told["items"][0]
    assert (row["place"], row["first_place"], row["verdict"], row["reasons"][0]["value"]) == (1, 1, "open", 300)
    put: dict[str, Any] = {"content_type": "application/json"}
    path = f"/api/v1/suspects/{row['id']}/verdict"
    assert responder.put(path, {"verdict": "rejected"}, **put).status_code == 422
    answer = responder.put(path, {"verdict": "rejected", "reason": "it changed a text"}, **put)
    assert (answer.status_code, answer.json()["verdict_by"]) == (200, "Responder")
    assert as_("viewer").put(path, {"verdict": "confirmed"}, **put).status_code == 403
    found = responder.get("/api/v1/suspects/cases?judged=rejected").json()["items"]
    assert [one["id"] for one in found] == [case.pk]
    rules = {"window": "2h", "counts_inferred": False, "services": {"checkout": "3d"}}
    answer = as_("editor").put("/api/v1/suspects/rules/payments", rules, **put)
    assert answer.json() == {
        "team": "payments",
        "window_seconds": 7200,
        "counts_inferred": False,
        "services": {"checkout": 3 * 86_400},
    }
    again = as_("editor").put("/api/v1/suspects/rules/payments", {"window": "1m"}, **put)
    assert again.status_code == 422
    refused = as_("editor").post("/delivery/suspects/rules/payments/", {"window": "soon"})
    assert refused.status_code == 422
    assert "write a number and a unit" in refused.content.decode()
    saved = as_("editor").post(
        "/delivery/suspects/rules/payments/", {"service_form": "1", "service": "checkout", "service_window": ""}
    )
    assert saved.status_code == 302
    assert not BlameRule.objects.exclude(service=None).exists()


def test_a_change_of_a_private_team_is_a_suspect_without_a_name(
    make_shop: Callable[[Any], Shop], cast: Cast, as_: As
) -> None:
    shop = make_shop(cast.commons)
    vault = ServiceFactory(team=cast.payments, name="vault", title="Vault")
    Dependency.objects.create(service=shop.checkout, needs=vault)
    shop.deploy(3, service=vault)
    case = shop.look()
    page = as_("outsider").get(f"/delivery/suspects/cases/{case.pk}/").content.decode()
    assert "A change of another team" in page
    assert "deployed 3 min before it burnt" in page
    for name in ("Vault", "vault", "0000003"):
        assert name not in page
    told = as_("outsider").get("/api/v1/suspects").json()["items"][0]
    assert (told["label"], told["is_hidden"], told["service"], told["deployment"]) == (
        "A change of another team", True, None, None,
    )  # fmt: skip
    assert [one["kind"] for one in told["reasons"]] == ["time"]
    assert "vault 0000003 to production" in as_("viewer").get(f"/delivery/suspects/cases/{case.pk}/").content.decode()
    seen = as_("outsider").get(f"/slos/{shop.slo.name}/").content.decode()
    assert "Vault" not in seen
    say(cast, suspects(case)[0], REJECTED, "Vault was rolled back, and it burnt on", who="chief")
    say(cast, suspects(case)[0], CONFIRMED, "it was Vault after all", who="chief")
    for url in (f"/delivery/suspects/cases/{case.pk}/", f"/slos/{shop.slo.name}/", "/api/v1/suspects"):
        judged = as_("outsider").get(url).content.decode()
        assert "onfirmed" in judged
        assert "Vault" not in judged, "what was said of it may name it"
    assert "it was Vault after all" in as_("viewer").get("/api/v1/suspects").content.decode()


def test_a_burn_goes_with_its_objective_to_another_team(shop: Shop, cast: Cast, as_: As) -> None:
    shop.deploy(5)
    case = shop.look()
    Slo.objects.filter(pk=shop.slo.pk).update(team=cast.search)
    shop.look(at=shop.now + 2 * MINUTE)
    assert as_("viewer").get(f"/api/v1/suspects/cases/{case.pk}").status_code == 404
    assert as_("outsider").get(f"/api/v1/suspects/cases/{case.pk}").status_code == 200


def test_the_page_of_the_objective_shows_its_burns(shop: Shop, as_: As) -> None:
    shop.deploy(5)
    empty = as_("viewer").get(f"/slos/{shop.slo.name}/").content.decode()
    assert "It has not burnt since suspects are looked for" in empty
    burns.look(now=shop.now)
    page = as_("responder").get(f"/slos/{shop.slo.name}/").content.decode()
    assert "Suspects of its burns" in page
    assert "deployed 5 min before it burnt" in page
    assert "It did it" in page


def test_a_burn_that_late_counts_take_back_ends_where_it_began_and_goes_on_when_it_comes_back(
    deployed: Shop, cast: Cast, as_: As
) -> None:
    shop = deployed
    at = shop.burn + 20 * MINUTE
    assert shop.look(at=at).ended_at is None
    count_burn(shop.slo, shop.burn, shop.now, minutes=4)
    case = shop.look(at=at + MINUTE)
    assert (case.ended_at, case.spent) == (shop.burn, 0)
    Case.objects.update(alert_id=1)
    assert figures(shop, cast) == (0, None, 0), "whatever fired"
    span = f"?from={shop.now - timedelta(days=1):%Y-%m-%dT%H:%MZ}&to={shop.now:%Y-%m-%dT%H:%MZ}&small=1"
    for path, said in (
        (f"/delivery/suspects/cases/{case.pk}/", "by what is known now it did not burn"),
        (f"/slos/{shop.slo.name}/", "by what is known now it did not burn"),
        (f"/delivery/suspects/{span}", "no burn by now"),
    ):
        assert said in as_("viewer").get(path).content.decode()
    count_burn(shop.slo, shop.burn, shop.now)
    assert shop.look(at=at + 2 * MINUTE).ended_at is None
    assert shop.look().ended_at == shop.burn + 30 * MINUTE
    assert figures(shop, cast) == (1, 35 * 60, 1)


def test_a_burn_that_goes_on_is_one_case_until_it_ends(shop: Shop) -> None:
    shop.deploy(5)
    case = shop.look(at=shop.burn + 10 * MINUTE)
    assert (case.started_at, case.ended_at) == (shop.burn, None)
    count_burn(shop.slo, shop.burn, shop.now, minutes=40)
    again = shop.look()
    assert (again.pk, again.ended_at) == (case.pk, shop.burn + 40 * MINUTE)
    assert again.spent is not None
    assert case.spent is not None
    assert again.spent == pytest.approx(4 * case.spent, rel=0.01)
