"""Agreements with customers: written on a form, judged by what was measured, seen by the team alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from incidents.status_page.models import Component, Maintenance, StatusPage
from reliability.access.domain.caller import SYSTEM
from reliability.access.models import AuditEntry
from reliability.web.errors import Conflict
from slo.domain.agreement_drafts import AgreementDraft, parse_credits
from slo.domain.agreements import Kept
from slo.models import Agreement, Exclusion, Slo
from slo.selectors.agreements import compliance_in, compliance_of, get_agreement, list_agreements
from slo.services import agreements, slos
from tests.cast import Cast
from tests.queries import queries_of

As = Callable[[str], Client]


@pytest.fixture
def promised(cast: Cast, slo: Slo, now: datetime) -> Agreement:
    """For ninety days, of which the last thirty were measured: 99.95 % in each minute."""
    first = (now - timedelta(days=90)).date()
    draft = AgreementDraft(
        name="gold", title="Checkout, gold plan", slo_id=slo.pk, target=Decimal("0.9999"), first=first,
        customer="Acme Ltd", credits=parse_credits("99.99: 10\n99.9: 25"),
    )  # fmt: skip
    return agreements.create(caller=cast.caller("editor"), team_id=slo.team_id, draft=draft, now=now)


def form(**fields: Any) -> dict[str, Any]:
    return {
        "title": "Gold", "name": "gold", "target": "99.5", "period": "month", "zone": "Europe/Berlin",
        "counting": "as_objective", "credits": "99.5: 10\n99.0: 25", "first": "2026-01-01", **fields,
    }  # fmt: skip


def test_an_editor_writes_one_down_and_mistakes_stand_at_their_field(as_: As, cast: Cast, slo: Slo) -> None:
    editor = as_("editor")
    bad = editor.post("/agreements/new/?team=payments", form(slo=slo.pk, target="99.95", credits="99.99: 10"))
    assert bad.status_code == 422
    page = bad.content.decode()
    assert "above the target of 99.95 %" in page
    assert "99.99: 10" in page, "what was typed is kept"
    made = editor.post("/agreements/new/?team=payments", form(slo=slo.pk))
    assert made.status_code == 302
    assert made["Location"] == "/agreements/gold/"
    page = editor.get("/agreements/gold/").content.decode()
    assert "SLO 99.9 % is stricter than SLA 99.5 %" in page
    assert "below 99.5 %: 10 %" in page
    assert AuditEntry.objects.filter(action="agreement.create", object_name="gold").count() == 1
    assert editor.post("/agreements/new/?team=payments", form(slo=slo.pk)).status_code == 422, "the name is taken"
    assert as_("viewer").post("/agreements/new/?team=payments", form(slo=slo.pk)).status_code == 403
    assert as_("outsider").get("/agreements/gold/").status_code == 404


def test_another_day_makes_a_version_and_the_same_day_corrects_it(as_: As, slo: Slo) -> None:
    editor = as_("editor")
    editor.post("/agreements/new/?team=payments", form(slo=slo.pk))
    later = form(slo=slo.pk, first="2026-03-01", target="99", credits="", reason="renewed")
    assert editor.post("/agreements/gold/edit/", later).status_code == 302
    row = Agreement.objects.get(name="gold")
    assert [(str(one.starts_on), f"{one.target.normalize()}") for one in row.versions.all()] == [
        ("2026-01-01", "0.995"),
        ("2026-03-01", "0.99"),
    ]
    assert editor.post("/agreements/gold/edit/", later | {"target": "98", "revision": "1"}).status_code == 422
    assert editor.post("/agreements/gold/edit/", later | {"target": "98", "revision": "2"}).status_code == 302
    assert [str(one.starts_on) for one in row.versions.all()] == ["2026-01-01", "2026-03-01"]
    assert f"{row.versions.last().target.normalize()}" == "0.98"  # type: ignore[union-attr]  # there are two
    entry = AuditEntry.objects.filter(action="agreement.update").latest("pk")
    assert entry.changes["versions"][0][1]["target"] == "0.99"


def test_periods_are_judged_by_what_was_measured(cast: Cast, slo: Slo, promised: Agreement, now: datetime) -> None:
    found = compliance_of(agreement=get_agreement(caller=cast.caller("viewer"), name="gold"), now=now, count=13)
    assert found[0].state is Kept.NO_DATA, "nothing was measured ninety days ago"
    assert found[-1].state is Kept.RUNNING
    missed = [one for one in found if one.state is Kept.MISSED]
    assert [one.found.ratio for one in missed] == [pytest.approx(0.9995)] * 2
    assert [one.credit for one in missed] == [Decimal(10)] * 2
    many = compliance_in(agreements=list(list_agreements(caller=cast.caller("viewer"))), now=now)
    assert many[promised.pk] == found[-2:], "one by one and many at once are the same"


def test_exclusions_and_announced_maintenance_count_as_agreed(
    cast: Cast, slo: Slo, promised: Agreement, now: datetime
) -> None:
    start = now - timedelta(hours=10)
    work = {"start_at": start, "end_at": start + timedelta(hours=1)}
    Exclusion.objects.create(team=slo.team, slo=slo, **work, reason="moved", author_name="Editor")
    page = StatusPage.objects.create(
        team=slo.team, slug="shop", title="Shop", changed_at=now, created_at=now, updated_at=now
    )
    component = Component.objects.create(
        page=page, name="Shop", service=slo.service, shown_since_at=now, created_at=now, updated_at=now
    )
    announced = Maintenance.objects.create(
        page=page, title="New disks", starts_at=start + timedelta(hours=2), ends_at=start + timedelta(hours=5),
        created_at=now, updated_at=now,
    )  # fmt: skip
    announced.components.add(component)
    editor = cast.caller("editor")
    minutes = {}
    for counting in ("everything", "as_objective", "maintenance"):
        stored = get_agreement(caller=editor, name="gold")
        draft = agreements.draft_of(agreement=stored, version=stored.versions.all()[0])
        changed = AgreementDraft(**{**{name: getattr(draft, name) for name in draft.__slots__}, "counting": counting})
        agreements.edit(caller=editor, agreement=stored, draft=changed, now=now)
        stored = get_agreement(caller=editor, name="gold")
        minutes[counting] = sum(one.found.minutes for one in compliance_of(agreement=stored, now=now, count=2))
    assert minutes["everything"] - minutes["as_objective"] == 60
    assert minutes["as_objective"] - minutes["maintenance"] == 180


def test_the_list_the_objective_and_its_service_show_it_at_a_fixed_cost(
    as_: As, cast: Cast, slo: Slo, promised: Agreement, now: datetime
) -> None:
    viewer = as_("viewer")
    few = queries_of(viewer, "/agreements/")
    for number in range(5):
        draft = AgreementDraft(f"more-{number}", "More", slo.pk, Decimal("0.99"), now.date().replace(day=1))
        agreements.create(caller=cast.caller("editor"), team_id=slo.team_id, draft=draft, now=now)
    assert queries_of(viewer, "/agreements/") == few
    for path in ("/agreements/?q=acme", f"/slos/{slo.name}/", "/services/checkout/"):
        page = viewer.get(path).content.decode()
        assert "Checkout, gold plan" in page
        assert "customers were promised more than the team aims for" in page
    assert "gold plan" not in as_("outsider").get("/agreements/").content.decode()


def test_the_api_writes_reads_and_judges(as_: As, cast: Cast, slo: Slo, now: datetime) -> None:
    editor = as_("editor")
    body = {
        "name": "api", "team": "payments", "title": "By API", "slo": slo.name, "target": "0.995",
        "first": str(now.date() - timedelta(days=40)), "credits": [{"below": "0.995", "percent": "10"}],
    }  # fmt: skip
    made = editor.post("/api/v1/agreements", body, content_type="application/json")
    assert made.status_code == 201, made.content
    assert made.json()["versions"][0]["credits"] == [{"below": 0.995, "percent": 10.0}]
    told = editor.get("/api/v1/agreements/api/compliance").json()["periods"]
    assert told[-1]["state"] == "running"
    assert told[-2]["state"] == "met"
    change = {"slo": "nothing"}
    assert editor.patch("/api/v1/agreements/api", change, content_type="application/json").status_code == 422
    assert as_("outsider").get("/api/v1/agreements/api/compliance").status_code == 404
    assert editor.delete("/api/v1/agreements/api").status_code == 204


def test_an_objective_that_measures_an_agreement_is_not_deleted(
    as_: As, cast: Cast, slo: Slo, promised: Agreement, now: datetime
) -> None:
    with pytest.raises(Conflict, match="Checkout, gold plan"):
        slos.delete(caller=cast.caller("editor"), slo=slo, now=now)
    answer = as_("editor").post(f"/slos/{slo.name}/delete/", {"name": slo.name, "reason": "gone"})
    assert answer.status_code == 422
    gone = as_("editor").post("/agreements/gold/delete/", {"name": "gold", "reason": "ended"})
    assert gone.status_code == 302
    assert not Agreement.objects.exists()


def test_words_and_end_change_where_no_further_version_may_be_added(as_: As, slo: Slo, settings: Settings) -> None:
    editor = as_("editor")
    editor.post("/agreements/new/?team=payments", form(slo=slo.pk))
    settings.AGREEMENT_VERSIONS_MAX = 1
    refused = editor.post("/agreements/gold/edit/", form(slo=slo.pk, first="2026-02-01", target="99", credits=""))
    assert "begin an agreement anew" in refused.content.decode()
    ended = form(slo=slo.pk, last="2026-12-31", title="Gold, ended", target="99", credits="")
    assert editor.post("/agreements/gold/edit/", ended).status_code == 302
    row = Agreement.objects.get(name="gold")
    assert (row.title, str(row.ends_on), row.versions.count()) == ("Gold, ended", "2026-12-31", 1)


def test_an_objective_that_measures_an_agreement_stays_with_its_team(
    cast: Cast, slo: Slo, promised: Agreement, now: datetime
) -> None:
    """Else readers of the agreement would read the figures of a team that keeps to itself."""
    draft = replace(slos.draft_of(slo=slo), team_id=cast.commons.pk)
    with pytest.raises(Conflict, match="Checkout, gold plan is measured by it") as refused:
        slos.update(caller=SYSTEM, slo=slo, draft=draft, now=now)
    assert refused.value.details[0]["field"] == "team"
    agreements.remove(caller=cast.caller("editor"), agreement=promised, now=now)
    assert slos.update(caller=SYSTEM, slo=slo, draft=draft, now=now).team_id == cast.commons.pk
