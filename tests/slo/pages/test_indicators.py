from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from slo.models import Backfill, Sli, Slo
from slo.services import slis
from tests.cast import Cast, SourceFactory

As = Callable[[str], Client]
GOOD, VALID = 'requests_total{code!~"5.."}', "requests_total"


@pytest.fixture
def polled(cast: Cast, now: datetime) -> Sli:
    """An indicator on a Prometheus, without any data yet."""
    source = SourceFactory(
        team=cast.payments, name="prometheus", kind="prometheus", settings={"url": "http://127.0.0.1:9"}
    )
    draft = slis.SliDraft(
        name="requests",
        team_id=cast.payments.pk,
        source_id=source.pk,
        spec={"kind": "ratio", "good": GOOD, "valid": VALID},
    )
    return slis.create(caller=cast.caller("editor"), draft=draft, now=now)


def typed(sli: Sli, **fields: Any) -> dict[str, Any]:
    return {
        "title": sli.title,
        "description": "",
        "source": sli.source.name,
        "kind": "ratio",
        "ratio_parts": "good_valid",
        "good": GOOD,
        "valid": VALID,
        "reason": "sharper",
        "based_on": sli.revision,
    } | fields


def test_an_indicator_tells_where_and_how_it_is_measured(as_: As, polled: Sli) -> None:
    page = as_("viewer").get("/slis/requests/").content.decode()
    assert "requests_total{code!~&quot;5..&quot;}" in page
    assert 'href="/sources/prometheus/"' in page
    assert "nothing stored yet" in page
    assert "0 of 40,320 minutes" in page


def test_an_indicator_lists_its_objectives_and_refused_minutes(as_: As, slo: Slo) -> None:
    Sli.objects.filter(pk=slo.sli_id).update(faulty_minutes=7)
    page = as_("viewer").get(f"/slis/{slo.sli.name}/").content.decode()
    assert f'href="/slos/{slo.name}/"' in page
    assert "7 minutes were refused" in page


def test_indicators_of_others_are_not_there(as_: As, polled: Sli) -> None:
    assert "requests" not in as_("outsider").get("/slis/").content.decode()
    for path in ("", "edit/", "delete/", "backfills/latest/"):
        assert as_("outsider").get(f"/slis/requests/{path}").status_code == 404


def test_a_changed_measurement_is_a_version(as_: As, polled: Sli) -> None:
    answer = as_("editor").post("/slis/requests/edit/", typed(polled, kind="boolean", boolean_query="up"))
    assert answer.status_code == 302
    polled.refresh_from_db()
    assert polled.spec == {"kind": "boolean", "query": "up"}
    assert polled.versions.latest("effective_from").reason == "sharper"


def test_a_refused_measurement_is_shown_at_its_field(as_: As, polled: Sli) -> None:
    answer = as_("editor").post("/slis/requests/edit/", typed(polled, good="requests_total{code="))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_good_error"' in page
    assert "requests_total{code=" in page


def test_an_old_form_does_not_overwrite_a_newer_measurement(as_: As, polled: Sli) -> None:
    answer = as_("editor").post("/slis/requests/edit/", typed(polled, title="Mine", based_on=polled.revision + 1))
    assert answer.status_code == 422
    polled.refresh_from_db()
    assert polled.title != "Mine"


def test_an_indicator_in_use_is_not_deleted(as_: As, slo: Slo) -> None:
    answer = as_("editor").post(f"/slis/{slo.sli.name}/delete/", {"name": slo.sli.name, "reason": "x"})
    assert answer.status_code == 422
    assert Sli.objects.filter(pk=slo.sli_id).exists()


def test_the_past_is_read_paused_resumed_and_cancelled(as_: As, polled: Sli, now: datetime) -> None:
    client = as_("editor")
    assert client.post("/slis/requests/backfills/", {"backfill-days": "30"}).status_code == 302
    backfill = Backfill.objects.get()
    assert backfill.end_at - backfill.start_at <= timedelta(days=30)
    for action, state in (("pause", "paused"), ("resume", "running"), ("cancel", "cancelled")):
        assert client.post(f"/slis/requests/backfills/{backfill.pk}/{action}/").status_code == 302
        backfill.refresh_from_db()
        assert backfill.state == state


def test_the_progress_comes_alone_and_asks_again_only_while_open(as_: As, polled: Sli) -> None:
    client = as_("editor")
    client.post("/slis/requests/backfills/", {"backfill-days": "2"})
    part = client.get("/slis/requests/backfills/latest/").content.decode()
    assert "<html" not in part
    assert "every 2s" in part
    assert "0 %" in part
    client.post(f"/slis/requests/backfills/{Backfill.objects.get().pk}/cancel/")
    assert "every 2s" not in client.get("/slis/requests/backfills/latest/").content.decode()


def test_a_second_backfill_waits_for_the_first(as_: As, polled: Sli) -> None:
    client = as_("editor")
    client.post("/slis/requests/backfills/", {"backfill-days": "2"})
    answer = client.post("/slis/requests/backfills/", {"backfill-days": "2"})
    assert answer.status_code == 422
    assert Backfill.objects.count() == 1


@pytest.mark.parametrize("days", ["0", "401", "many", ""])
def test_a_length_that_is_none_is_refused_at_its_field(as_: As, polled: Sli, days: str) -> None:
    answer = as_("editor").post("/slis/requests/backfills/", {"backfill-days": days})
    assert answer.status_code == 422
    assert not Backfill.objects.exists()


def test_a_viewer_may_watch_and_not_start(as_: As, polled: Sli) -> None:
    assert as_("viewer").post("/slis/requests/backfills/", {"backfill-days": "2"}).status_code == 403
    assert "Read the past" not in as_("viewer").get("/slis/requests/").content.decode()


def test_pushed_counts_have_no_past_to_read(as_: As, sli: Sli) -> None:
    assert "Read the past" not in as_("editor").get(f"/slis/{sli.name}/").content.decode()


def test_the_past_is_measured_anew_only_with_a_reason(as_: As, polled: Sli, now: datetime) -> None:
    client, typed_in = as_("editor"), {"backfill-days": "2", "backfill-restate": "on"}
    answer = client.post("/slis/requests/backfills/", typed_in)
    assert answer.status_code == 422
    assert "say why the past" in answer.content.decode()
    assert client.post("/slis/requests/backfills/", typed_in | {"backfill-reason": "wrong label"}).status_code == 302
    Backfill.objects.update(unread=[["2026-01-01T10:00:00Z", "2026-01-01T12:00:00Z"]])
    page = client.get("/slis/requests/").content.decode()
    assert "Measures all of it by the definition of" in page
    assert "Left unmeasured" in page
