"""Toil: written down, corrected by whoever wrote it, summed up, and exported safely."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from reliability.duties.models import ToilEntry
from reliability.duties.selectors.toil import by_team
from reliability.duties.services import toil
from reliability.duties.services.toil import ToilDraft
from reliability.web.errors import Conflict, Forbidden, Invalid
from tests.cast import Cast
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
JSON = "application/json"


def write(cast: Cast, now: datetime, who: str = "responder", **fields: object) -> ToilEntry:
    wanted = {"what": "Released by hand", "hours": Decimal(2), "category": "releases", "day": now.date(), **fields}
    return toil.write(caller=cast.caller(who), team_id=cast.payments.pk, draft=ToilDraft(**wanted), now=now)  # type: ignore[arg-type]  # as callers give it


def test_hours_are_summed_by_week_and_month_against_the_capacity(cast: Cast, now: datetime) -> None:
    # Monday 2 March 2026: the week and the month have just begun.
    write(cast, now, hours=Decimal("1.5"))
    write(cast, now, day=now.date() - timedelta(days=1), hours=Decimal(3))
    write(cast, now, day=now.date() - timedelta(days=8), hours=Decimal(9))
    (row,) = by_team(caller=cast.caller("viewer"), teams=[cast.payments], today=now.date())
    assert (row.this_week, row.last_week, row.this_month) == (Decimal("1.5"), Decimal(3), Decimal("4.5"))
    assert (row.capacity, row.is_reckoned) == (Decimal(160), True), "four people, 40 hours each"
    toil.set_capacity(caller=cast.caller("editor"), team=cast.payments, hours_per_week=Decimal(14), now=now)
    (row,) = by_team(caller=cast.caller("viewer"), teams=[cast.payments], today=now.date())
    assert row.month_share == Decimal("4.5") / 4, "two days of a week of 14 hours"
    assert by_team(caller=cast.caller("outsider"), teams=[cast.payments], today=now.date())[0].this_week == 0


def test_whoever_wrote_it_or_an_editor_corrects_it(cast: Cast, now: datetime) -> None:
    entry = write(cast, now, who="editor")
    draft = ToilDraft("Released again", Decimal(1), "releases", now.date())
    with pytest.raises(Forbidden):
        toil.correct(caller=cast.caller("responder"), entry=entry, draft=draft, now=now)
    own = write(cast, now)
    toil.correct(caller=cast.caller("responder"), entry=own, draft=draft, now=now, expected_revision=1)
    with pytest.raises(Conflict):
        toil.correct(caller=cast.caller("editor"), entry=own, draft=draft, now=now, expected_revision=1)
    toil.remove(caller=cast.caller("responder"), entry=own, now=now)
    for fields, field in (
        ({"hours": Decimal(0)}, "hours"),
        ({"hours": Decimal("NaN")}, "hours"),
        ({"what": " "}, "what"),
        ({"what": "x" * 501}, "what"),
        ({"category": "fun"}, "category"),
        ({"day": now.date() + timedelta(days=3)}, "day"),
        ({"service_id": 10**9}, "service_id"),
    ):
        with pytest.raises(Invalid) as refused:
            write(cast, now, **fields)
        assert refused.value.details[0]["field"] == field
    with pytest.raises(Forbidden):
        write(cast, now, who="viewer")


def test_the_page_takes_an_entry_and_the_file_runs_no_formula(as_: As, cast: Cast) -> None:
    responder = as_("responder")
    today = timezone.now().date().isoformat()
    sent = {
        "team": "payments",
        "hours": "1.5",
        "category": "tickets",
        "day": today,
        "what": '=HYPERLINK("http://evil")',
    }
    refused = responder.post("/toil/", sent | {"hours": "none"})
    assert (refused.status_code, "write a number of hours" in refused.content.decode()) == (422, True)
    assert responder.post("/toil/?weeks=4", sent)["Location"] == "/toil/?weeks=4"
    page = responder.get("/toil/").content.decode()
    assert "50 % of capacity" in page
    file = responder.get("/toil.csv?team=payments")
    assert file["Content-Type"].startswith("text/csv")
    assert "'=HYPERLINK" in file.content.decode()
    assert "HYPERLINK" not in as_("outsider").get("/toil.csv").content.decode()
    assert as_("viewer").post("/toil/", sent).status_code == 403
    for query, said in (
        (f"since={today}", f"1.5 h from {today} to {today}"),
        (f"since={today}&until=2999-12-31", f"1.5 h from {today} to "),
        (f"since={today}&until=2000-01-01", "1.5 h in 12 weeks"),
        ("since=yesterday&until=0001-01-01", "1.5 h in 12 weeks"),
        ("weeks=4&since=&until=", "1.5 h in 4 weeks"),
        (f"weeks=4&since={today}", f"1.5 h from {today} to {today}"),
        ("since=1990-01-01", "No entry matches these filters"),
        ("since=2998-01-01", "No entry matches these filters"),
    ):
        assert said in responder.get(f"/toil/?{query}").content.decode(), query
    few = queries_of(responder, "/toil/")
    for number in range(4):
        write(cast, timezone.now(), what=f"Work {number}")
    assert queries_of(responder, "/toil/") == few
    pk = ToilEntry.objects.order_by("pk")[0].pk
    assert responder.post(f"/toil/{pk}/", {"delete": "1"}).status_code == 302
    assert as_("editor").post("/toil/capacity/payments/", {"hours_per_week": "152"}).status_code == 302


def test_the_api_writes_and_sums_up(bearer: Callable[..., Client], cast: Cast) -> None:
    client = bearer(team=cast.payments, role=30)
    body = {"team": "payments", "what": "Released by hand", "hours": 1.5, "category": "releases"}
    made = client.post("/api/v1/toil", body, content_type=JSON)
    assert (made.status_code, made.json()["hours"]) == (201, 1.5)
    del body["team"]
    address = f"/api/v1/toil/{made.json()['id']}"
    assert client.put(address, body | {"hours": 3}, content_type=JSON).json()["revision"] == 2
    assert client.put(address, body | {"hours": 0}, content_type=JSON).status_code == 422
    team = "/api/v1/toil/teams/payments"
    assert client.put(f"{team}/capacity", {"hours_per_week": 30}, content_type=JSON).status_code == 204
    summary = client.get(team, {"weeks": 2}).json()
    assert (summary["capacity"], summary["weeks"][-1]["hours"], summary["weeks"][-1]["share"]) == (30, 3, 0.1)
    assert client.delete(address).status_code == 204
