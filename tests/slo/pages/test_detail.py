from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from django.test import Client

from reliability.kit.durations import humanize_duration
from reliability.kit.instants import to_minute
from slo.domain.minutes import MinuteSeries
from slo.models import Adjustment, Exclusion, Sli, Slo
from slo.services import series, slis, slos
from tests.cast import Cast
from tests.slo.pages.conftest import PER_MINUTE, store_counts

As = Callable[[str], Client]


def test_the_first_screen_tells_promise_state_budget_and_what_to_do(as_: As, slo: Slo) -> None:
    page = as_("viewer").get(f"/slos/{slo.name}/").content.decode()
    for words in ("99.9 % of events are good over 28 days.", "Met", "50 %", "2,016 bad of 4,032,000 events"):
        assert words in page
    assert "Nothing to do" in page


def test_every_chart_has_its_table(as_: As, slo: Slo) -> None:
    page = as_("viewer").get(f"/slos/{slo.name}/").content.decode()
    for chart in ("burn-down", "sli", "burn-rates"):
        assert f'id="chart-{chart}-table"' in page


@pytest.mark.parametrize("chart", ["burn-down", "sli", "burn-rates"])
def test_every_chart_is_a_csv_file_with_unrounded_numbers(as_: As, slo: Slo, chart: str) -> None:
    answer = as_("viewer").get(f"/slos/{slo.name}/?format=csv&chart={chart}&range=7d")
    rows = list(csv.reader(io.StringIO(answer.content.decode())))
    assert answer["Content-Type"].startswith("text/csv")
    assert answer["Content-Disposition"] == f'attachment; filename="{slo.name}-{chart}.csv"'
    assert len(rows) > 5
    assert all(len(row) == len(rows[0]) for row in rows)


def test_the_csv_of_the_sli_sums_up_to_the_counts_of_the_range(as_: As, slo: Slo) -> None:
    answer = as_("viewer").get(f"/slos/{slo.name}/?format=csv&chart=sli&range=1d")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert sum(float(row["Valid"]) for row in rows) == pytest.approx(144_000)
    assert sum(float(row["Good"]) for row in rows) == pytest.approx(144_000 - 72)


def test_an_unknown_chart_is_not_found(as_: As, slo: Slo) -> None:
    assert as_("viewer").get(f"/slos/{slo.name}/?format=csv&chart=pie").status_code == 404


def test_an_outsider_is_told_nothing(as_: As, slo: Slo) -> None:
    for path in ("", "edit/", "delete/", "exclusions/", "adjustments/", "?part=live", "?format=csv&chart=sli"):
        assert as_("outsider").get(f"/slos/{slo.name}/{path}").status_code == 404, path


def test_a_viewer_is_offered_nothing_that_writes(as_: As, slo: Slo) -> None:
    page = as_("viewer").get(f"/slos/{slo.name}/").content.decode()
    for path in ("edit/", "delete/", "exclusions/", "adjustments/"):
        assert f"/slos/{slo.name}/{path}" not in page


def test_all_that_time_changes_comes_in_one_part_of_one_instant(as_: As, slo: Slo) -> None:
    page = as_("viewer").get(f"/slos/{slo.name}/?part=live").content.decode()
    assert "<html" not in page
    assert 'class="standing tone-good"' in page
    assert re.findall(r'id="([\w-]+)"[^>]*hx-swap-oob="true"', page) == [
        "ledger",
        "charts",
        "burn-rates",
        "alerts",
        "coverage",
    ]


@pytest.mark.parametrize("path", ["/", "/slos/", "/slos/checkout/"])
def test_the_main_part_of_a_page_is_live(as_: As, slo: Slo, path: str) -> None:
    page = as_("viewer").get(path).content.decode()
    assert re.search(r'data-live hx-get="[^"]+" hx-trigger="every 30s, refresh"', page)


def test_the_past_does_not_refresh_itself(as_: As, slo: Slo, now: datetime) -> None:
    page = as_("viewer").get(f"/slos/{slo.name}/?at={now - timedelta(days=1):%Y-%m-%dT%H:%M}Z").content.decode()
    assert "data-live" not in page


def _burn(slo: Slo, now: datetime, *, minutes: int, bad_per_minute: float) -> None:
    valid = np.full(minutes, PER_MINUTE)
    counts = MinuteSeries(to_minute(now) - minutes, valid - bad_per_minute, valid, np.ones(minutes, dtype=np.bool_))
    series.store(sli_id=slo.sli_id, counts=counts, now=now)


def test_a_fast_burn_is_told_while_budget_is_left(as_: As, slo: Slo, now: datetime) -> None:
    _burn(slo, now, minutes=60, bad_per_minute=1.08)
    page = as_("viewer").get(f"/slos/{slo.name}/").content.decode()
    assert "Budget is left, but it burns 10.8× over the last hour: look now at what changed." in page
    assert "Nothing to do" not in page


def test_little_coverage_is_no_licence_to_spend(
    as_: As, cast: Cast, sli: Sli, make_slo: Callable[..., Slo], now: datetime
) -> None:
    draft = replace(slis.draft_of(sli=sli), name="young")
    young = slis.create(caller=cast.caller("editor"), draft=draft, now=now)
    store_counts(sli=young, now=now, days=1)
    slo = make_slo(name="young", sli_id=young.pk)
    page = as_("viewer").get(f"/slos/{slo.name}/").content.decode()
    assert "3.6 % measured</span>" in page
    assert "Only 3.6 % of the window was measured: do not count on what is left before you know more." in page
    assert "Nothing to do" not in page


def test_the_burn_table_counts_from_what_is_left(as_: As, slo: Slo, now: datetime) -> None:
    _burn(slo, now, minutes=60, bad_per_minute=1.08)
    page = as_("viewer").get(f"/slos/{slo.name}/").content.decode()
    # Half of the budget less what the hour spent, 28 days long, at 10.8 times its pace.
    left = timedelta(days=28) * (1 - (0.05 * (28 * 1440 - 60) + 1.08 * 60) / (0.1 * 28 * 1440)) / 10.8
    assert f"what is left lasts {humanize_duration(left)}" in page
    assert "a full budget would last" not in page
    assert "at the burn of the last day" in page


def test_the_sentence_and_the_gauge_round_alike(as_: As, slo: Slo, now: datetime) -> None:
    _burn(slo, now, minutes=60, bad_per_minute=0.9)
    page = as_("viewer").get(f"/slos/{slo.name}/").content.decode()
    gauge = re.search(r'class="budget-text">([^<]+)<', page)
    assert gauge is not None
    assert f"{gauge[1]} of the error budget is left" in page


def test_the_past_is_labelled_and_judged_by_its_own_version(as_: As, cast: Cast, slo: Slo, now: datetime) -> None:
    draft = slos.draft_of(slo=slo)
    changed = slos.SloDraft(**{**{f: getattr(draft, f) for f in draft.__slots__}, "objective": "0.99"})
    slos.update(caller=cast.caller("editor"), slo=slo, draft=changed, now=now, reason="too strict")
    at = f"{now - timedelta(days=1):%Y-%m-%dT%H:%M}Z"
    client = as_("viewer")
    then = client.get(f"/slos/{slo.name}/?at={at}").content.decode()
    assert "This is the past" in then
    assert "99.9 % of events" in then
    restated = client.get(f"/slos/{slo.name}/?at={at}&view=restated").content.decode()
    assert "99 % of events" in restated
    assert "95 %" in restated
    assert "Restated" in restated


@pytest.mark.parametrize("query", ["at=2027-01-01T00:00:00Z", "at=yesterday", "range=soon", "tz=Mars/Base"])
def test_a_mistake_in_the_address_is_refused_in_words(as_: As, slo: Slo, query: str) -> None:
    answer = as_("viewer").get(f"/slos/{slo.name}/?{query}")
    assert answer.status_code == 422


def test_no_data_is_said_and_never_shown_as_a_number(
    as_: As, cast: Cast, slo: Slo, make_slo: Callable[..., Slo]
) -> None:
    slo.sli.chunks.all().delete()
    Sli.objects.filter(pk=slo.sli_id).update(first_hour=None, last_hour=None, measured_until_minute=None)
    page = as_("viewer").get(f"/slos/{slo.name}/").content.decode()
    assert "No data" in page
    assert "100 %" not in page
    assert "no data yet" in page
    assert "is-stale" not in page
    assert "See whether your job still sends" in page
    assert "backfill" not in page


def test_an_exclusion_is_added_shown_and_revoked(as_: As, slo: Slo, now: datetime) -> None:
    client = as_("editor")
    form = {
        "exclusion-start_at": f"{now - timedelta(hours=5):%Y-%m-%dT%H:%M}",
        "exclusion-end_at": f"{now - timedelta(hours=4):%Y-%m-%dT%H:%M}",
        "exclusion-effect": "excluded",
        "exclusion-reach": "slo",
        "exclusion-reason": "Move of the database",
        "next": f"/slos/{slo.name}/#exclusions",
    }
    answer = client.post(f"/slos/{slo.name}/exclusions/", form)
    assert answer["Location"] == f"/slos/{slo.name}/#exclusions"
    exclusion = Exclusion.objects.get()
    assert exclusion.end_at - exclusion.start_at == timedelta(hours=1)
    page = client.get(f"/slos/{slo.name}/").content.decode()
    assert "Move of the database" in page
    assert "60 are excluded" in page
    revoke = client.post(f"/slos/{slo.name}/exclusions/{exclusion.pk}/revoke/", {"reason": "It did not happen"})
    assert revoke.status_code == 302
    exclusion.refresh_from_db()
    assert exclusion.revoked_at == now


def test_an_exclusion_with_mistakes_keeps_what_was_typed(as_: As, slo: Slo, now: datetime) -> None:
    form = {
        "exclusion-start_at": f"{now:%Y-%m-%dT%H:%M}",
        "exclusion-end_at": f"{now - timedelta(hours=4):%Y-%m-%dT%H:%M}",
        "exclusion-effect": "excluded",
        "exclusion-reach": "slo",
        "exclusion-reason": "Backwards in time",
    }
    answer = as_("editor").post(f"/slos/{slo.name}/exclusions/", form)
    assert answer.status_code == 422
    assert "must be later than the start" in answer.content.decode()
    assert "Backwards in time" in answer.content.decode()


def test_an_adjustment_gives_budget_back(as_: As, slo: Slo, now: datetime) -> None:
    client = as_("editor")
    form = {
        "adjustment-at": f"{now - timedelta(days=1):%Y-%m-%dT%H:%M}",
        "adjustment-direction": "return",
        "adjustment-percent": "25",
        "adjustment-reason": "A load test",
    }
    assert client.post(f"/slos/{slo.name}/adjustments/", form).status_code == 302
    assert Adjustment.objects.get().consumed_delta == -0.25
    assert "75 %" in client.get(f"/slos/{slo.name}/").content.decode()


def test_a_next_address_of_another_site_is_not_followed(as_: As, slo: Slo, now: datetime) -> None:
    form = {
        "adjustment-at": f"{now - timedelta(days=1):%Y-%m-%dT%H:%M}",
        "adjustment-direction": "spend",
        "adjustment-percent": "1",
        "adjustment-reason": "x",
        "next": "https://elsewhere.example/",
    }
    answer = as_("editor").post(f"/slos/{slo.name}/adjustments/", form)
    assert answer["Location"] == f"/slos/{slo.name}/"


@pytest.mark.parametrize("path", ["exclusions/", "adjustments/"])
def test_a_viewer_may_not_change_what_counts(as_: As, slo: Slo, now: datetime, path: str) -> None:
    form = {
        "exclusion-start_at": f"{now - timedelta(hours=5):%Y-%m-%dT%H:%M}",
        "exclusion-end_at": f"{now - timedelta(hours=4):%Y-%m-%dT%H:%M}",
        "exclusion-effect": "excluded",
        "exclusion-reach": "slo",
        "exclusion-reason": "x",
        "adjustment-at": f"{now - timedelta(hours=5):%Y-%m-%dT%H:%M}",
        "adjustment-direction": "return",
        "adjustment-percent": "25",
        "adjustment-reason": "x",
    }
    assert as_("viewer").post(f"/slos/{slo.name}/{path}", form).status_code == 403
    assert not Exclusion.objects.exists()
    assert not Adjustment.objects.exists()


def test_deleting_names_what_is_lost_and_asks_for_the_name(as_: As, slo: Slo) -> None:
    client = as_("editor")
    assert "This will be lost" in client.get(f"/slos/{slo.name}/delete/").content.decode()
    wrong = client.post(f"/slos/{slo.name}/delete/", {"name": "another", "reason": "x"})
    assert wrong.status_code == 422
    assert Slo.objects.filter(pk=slo.pk).exists()
    right = client.post(f"/slos/{slo.name}/delete/", {"name": slo.name, "reason": "replaced"})
    assert right["Location"] == "/slos/"
    assert not Slo.objects.filter(pk=slo.pk).exists()


def test_gaps_are_listed_longest_first(as_: As, slo: Slo, now: datetime) -> None:
    store_counts(sli=slo.sli, now=now - timedelta(days=60), days=5)
    page = as_("viewer").get(f"/slis/{slo.sli.name}/").content.decode()
    assert "100 %" in page
    assert "Objectives on this indicator" in page


def test_the_page_leads_to_the_objective_as_openslo(as_: As, slo: Slo, make_slo: Callable[..., Slo]) -> None:
    make_slo(name="another", title="Another")
    client = as_("viewer")
    address = f"/api/v1/openslo?slo={slo.name}"
    assert address in client.get(f"/slos/{slo.name}/").content.decode()
    document = client.get(address).content.decode()
    for kind in ("DataSource", "Service", "SLI", "SLO"):
        assert f"kind: {kind}\n" in document
    assert "name: checkout-success" in document
    assert "name: another" not in document
