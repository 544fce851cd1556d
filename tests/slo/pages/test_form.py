from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from reliability.catalog.models import Service
from reliability.telemetry.models import Source
from slo.models import Sli, Slo, SloVersion
from slo.services import slos
from tests.cast import Cast

As = Callable[[str], Client]


def typed(**fields: Any) -> dict[str, Any]:
    """A form as a browser sends it: an objective of Payments on an existing indicator."""
    return {
        "title": "Checkout works",
        "name": "checkout",
        "team": "payments",
        "service": "",
        "description": "",
        "indicator": "existing",
        "sli": "checkout-success",
        "kind": "ratio",
        "ratio_parts": "good_valid",
        "objective": "99.9",
        "window_kind": "rolling",
        "rolling": "28d",
        "budgeting_method": "Occurrences",
        "action": "save",
    } | fields


def test_an_objective_is_made_on_an_existing_indicator(as_: As, sli: Sli) -> None:
    answer = as_("editor").post("/slos/new/", typed())
    assert answer.status_code == 302
    assert answer["Location"] == "/slos/checkout/"
    version = SloVersion.objects.get(slo__name="checkout")
    assert (version.objective, version.window, version.sli) == (Decimal("0.999"), {"rolling": "28d"}, sli)


def test_a_new_indicator_is_made_with_its_objective(as_: As, source: Source, service: Service) -> None:
    form = typed(indicator="new", sli="", source=source.name, kind="pushed", service="checkout", name="")
    assert as_("editor").post("/slos/new/", form).status_code == 302
    slo = Slo.objects.get(name="checkout-works")
    assert (slo.sli.name, slo.sli.spec, slo.sli.source) == ("checkout-works", {"kind": "pushed"}, source)
    assert slo.service == service


def test_neither_is_made_when_the_objective_is_refused(as_: As, source: Source, slo: Slo) -> None:
    form = typed(indicator="new", sli="", source=source.name, kind="pushed", name=slo.name, sli_name="fresh")
    answer = as_("editor").post("/slos/new/", form)
    assert answer.status_code == 422
    assert not Sli.objects.filter(name="fresh").exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        pytest.param({"objective": "100"}, "below 100", id="100 percent leaves no budget"),
        pytest.param({"objective": "0.999"}, "did you mean 99.9?", id="a ratio in the percent field is recognised"),
        pytest.param({"objective": "many"}, "is not a number", id="words are no percentage"),
        pytest.param({"objective": "NaN"}, "above 0", id="NaN is no percentage"),
        pytest.param({"rolling": "1 month"}, "is not a duration", id="a month has no fixed length"),
        pytest.param({"rolling": ""}, "write a length", id="a rolling window needs its length"),
        pytest.param(
            {"window_kind": "calendar", "count": "1", "unit": "month", "start": "", "time_zone": "UTC"},
            "one period starts",
            id="a calendar needs its anchor",
        ),
        pytest.param(
            {
                "window_kind": "calendar",
                "count": "1",
                "unit": "month",
                "start": "2026-01-01T00:00",
                "time_zone": "Mars/Base",
            },
            "choose a zone of the list",
            id="an unknown zone is refused",
        ),
        pytest.param({"budgeting_method": "Timeslices"}, "length of a slice", id="slices need their length"),
        pytest.param({"title": ""}, "write a title", id="a title is needed"),
        pytest.param({"sli": ""}, "choose the indicator", id="an existing indicator must be named"),
        pytest.param({"sli": "someone-elses"}, "choose an indicator of the list", id="an unknown indicator is refused"),
        pytest.param({"team": "search"}, "choose a team of yours", id="another team's objectives are not mine to make"),
        pytest.param({"name": "new"}, "address of a page", id="a reserved name is refused"),
    ],
)
def test_mistakes_are_shown_and_what_was_typed_stays(as_: As, sli: Sli, fields: dict[str, str], words: str) -> None:
    answer = as_("editor").post("/slos/new/", typed(description="Typed with care", **fields))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert "Typed with care" in page
    assert not Slo.objects.exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        pytest.param(
            {"kind": "ratio", "good": "", "valid": "x_total"}, "write the counter of good events", id="good is missing"
        ),
        pytest.param(
            {"kind": "latency", "metric": "d"},
            "write the seconds up to which an event is good",
            id="no threshold for latency",
        ),
        pytest.param(
            {"kind": "threshold", "gauge_query": "g"},
            "write the limit in the unit of the gauge",
            id="no limit for a gauge",
        ),
        pytest.param({"kind": "ratio", "good": "a_total", "valid": "b_total"}, "must be one of", id="PromQL on counts"),
        pytest.param({"kind": "pushed", "source": ""}, "choose the source", id="no source"),
    ],
)
def test_mistakes_of_the_measurement_are_shown_at_their_field(
    as_: As, source: Source, sli: Sli, fields: dict[str, str], words: str
) -> None:
    form = typed(indicator="new", sli="", **({"source": source.name} | fields))
    answer = as_("editor").post("/slos/new/", form)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Sli.objects.get() == sli


def test_a_taken_name_is_shown_at_the_name(as_: As, slo: Slo) -> None:
    page = as_("editor").post("/slos/new/", typed(name=slo.name)).content.decode()
    assert 'id="id_name_error"' in page


def test_a_viewer_has_no_team_to_create_for(as_: As, sli: Sli) -> None:
    viewer = as_("viewer")
    assert viewer.get("/slos/new/").status_code == 403
    assert viewer.post("/slos/new/", typed()).status_code == 403
    assert not Slo.objects.exists()


@pytest.mark.parametrize(
    ("source_kind", "chosen"),
    [("counts", "pushed"), ("prometheus", "ratio")],
    ids=["from pushed counts pushed counts are chosen", "from a Prometheus the usual kind is chosen"],
)
def test_the_link_of_a_source_chooses_what_it_can_measure(
    as_: As, source: Source, source_kind: str, chosen: str
) -> None:
    Source.objects.filter(pk=source.pk).update(kind=source_kind)
    page = as_("editor").get(f"/sources/{source.name}/").content.decode()
    assert f'href="/slos/new/?source={source.name}"' in page
    form = as_("editor").get(f"/slos/new/?source={source.name}").content.decode()
    assert re.findall(r'name="kind" value="(\w+)"[^>]*checked', form) == [chosen]


def test_the_preview_shows_figures_without_saving(as_: As, sli: Sli) -> None:
    answer = as_("editor").post("/slos/new/", typed(action="preview", title="", name=""))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "99.95 %" in page
    assert "50 %" in page
    assert "would have been kept throughout" in page
    assert 'id="chart-preview-burn-down"' in page
    assert not Slo.objects.exists()


def test_the_preview_says_that_the_objective_would_have_been_broken(as_: As, sli: Sli) -> None:
    part = as_("editor").post("/slos/new/preview/", typed(objective="99.99"), headers={"HX-Request": "true"})
    page = part.content.decode()
    assert "<html" not in page
    assert "Breached" in page
    assert "broken once" in page


SLICED = {"budgeting_method": "Timeslices", "slice_minutes": "5"}


def test_the_preview_tells_of_a_slice_target_that_is_stricter_than_what_is_delivered(as_: As, sli: Sli) -> None:
    page = as_("editor").post("/slos/new/preview/", typed(**SLICED, slice_target="99.99")).content.decode()
    assert "8,064 of 8,064 measured slices would have been bad, where 8 of the window may be." in page
    assert "99.99 % is probably too strict a slice target for what this service usually delivers." in page
    assert "Slices that are good from 99.95 % would have kept the objective." in page
    page = as_("editor").post("/slos/new/preview/", typed(**SLICED, slice_target="99.95")).content.decode()
    assert "0 of 8,064 measured slices would have been bad" in page
    assert "too strict" not in page


def test_without_a_slice_target_the_preview_looks_at_the_objective_and_says_what_is_missing(as_: As, sli: Sli) -> None:
    page = as_("editor").post("/slos/new/preview/", typed(**SLICED, objective="99.99")).content.decode()
    assert "A slice is good from: write from which ratio a slice is good, such as 99" in page
    assert "Looked at with slices that are good from 99.99 %, the objective itself. 8,064 of 8,064" in page
    assert "is probably too strict" in page
    assert page.count("<h2>") == 1
    assert as_("editor").post("/slos/new/", typed(**SLICED)).status_code == 422, "saving needs one"


def test_the_preview_names_what_is_missing(as_: As, sli: Sli) -> None:
    page = as_("editor").post("/slos/new/preview/", typed(objective="", rolling="soon")).content.decode()
    assert "Objective: write what share has to be good" in page


def edited(slo: Slo, **fields: Any) -> dict[str, Any]:
    return typed(title=slo.title, reason="Agreed with support", effective="now", based_on=slo.revision, **fields)


def test_an_edit_makes_a_version_with_its_reason(as_: As, slo: Slo) -> None:
    assert as_("editor").post(f"/slos/{slo.name}/edit/", edited(slo, objective="99.5")).status_code == 302
    newest = slo.versions.latest("effective_from")
    assert (newest.objective, newest.reason) == (Decimal("0.995"), "Agreed with support")
    assert slo.versions.count() == 2


def test_an_edit_without_a_reason_is_refused(as_: As, slo: Slo) -> None:
    answer = as_("editor").post(f"/slos/{slo.name}/edit/", edited(slo, objective="99.5") | {"reason": ""})
    assert answer.status_code == 422
    assert slo.versions.count() == 1


def test_an_edit_in_the_past_restates_from_that_instant(as_: As, slo: Slo, now: datetime) -> None:
    past = now - timedelta(days=10)
    form = edited(slo, objective="99.5") | {"effective": "past", "effective_from": f"{past:%Y-%m-%dT%H:%M}"}
    assert as_("editor").post(f"/slos/{slo.name}/edit/", form).status_code == 302
    assert slo.versions.latest("effective_from").effective_from == past


def test_two_editors_see_both_values_and_the_second_decides(as_: As, cast: Cast, slo: Slo, now: datetime) -> None:
    form = edited(slo, objective="99.5")
    draft = slos.draft_of(slo=slo)
    slos.update(
        caller=cast.caller("administrator"),
        slo=slo,
        draft=slos.SloDraft(**{**{f: getattr(draft, f) for f in draft.__slots__}, "objective": "0.998"}),
        now=now,
        reason="first",
    )
    client = as_("editor")
    answer = client.post(f"/slos/{slo.name}/edit/", form)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Administrator" in page
    assert "99.8 %" in page
    assert "99.5 %" in page
    slo.refresh_from_db()
    assert f'name="based_on" value="{slo.revision}"' in page
    again = client.post(f"/slos/{slo.name}/edit/", form | {"based_on": slo.revision})
    assert again.status_code == 302
    assert slo.versions.latest("effective_from").objective == Decimal("0.995")


@pytest.mark.parametrize(("who", "status"), [("viewer", 403), ("responder", 403), ("outsider", 404), ("editor", 200)])
def test_only_editors_reach_the_form_of_an_edit(as_: As, slo: Slo, who: str, status: int) -> None:
    assert as_(who).get(f"/slos/{slo.name}/edit/").status_code == status


def test_the_form_of_an_edit_shows_the_objective_as_it_is(
    as_: As, make_slo: Callable[..., Slo], source: Source
) -> None:
    window = {"calendar": {"count": 1, "unit": "quarter", "start": "2026-01-01T00:00:00", "time_zone": "Europe/Berlin"}}
    slo = make_slo(
        name="sliced",
        window=window,
        objective="0.9995",
        budgeting_method="Timeslices",
        slice_minutes=5,
        slice_target="0.95",
    )
    page = as_("editor").get(f"/slos/{slo.name}/edit/").content.decode()
    assert 'value="99.95"' in page
    assert 'value="95"' in page
    assert 'value="2026-01-01T00:00"' in page
    assert '<option value="Europe/Berlin" selected>' in page
    assert '<option value="quarter" selected>' in page
