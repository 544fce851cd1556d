"""Objectives through the API: status, burn rates, history, windows."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from django.test import Client

from tests.api.objectives.requests import DAYS, sent
from tests.cast import Cast, SliFactory, SloFactory, SourceFactory

pytestmark = pytest.mark.django_db


class TestStatus:
    def test_it_has_the_documented_shape_and_exact_numbers(self, editor: Client) -> None:
        answer = editor.get("/api/v1/slos/availability/status").json()
        minutes = DAYS * 1440
        assert answer["slo"] == "availability"
        assert answer["at"] == "2026-03-02T12:00:00Z"
        assert answer["state"] == "met"
        assert answer["objective"] == 0.99
        assert (answer["good"], answer["valid"]) == (minutes * 99.5, minutes * 100)
        assert answer["sli"] == pytest.approx(0.995, abs=1e-15)
        assert answer["budgeting_method"] == "Occurrences"
        assert answer["window"] == {"start": "2026-02-02T12:00:00Z", "end": "2026-03-02T12:00:00Z"}
        assert answer["coverage"] == 1
        assert answer["budget"]["consumed"] == pytest.approx(0.5, abs=1e-12)
        assert answer["budget"]["remaining"] == pytest.approx(0.5, abs=1e-12)
        assert answer["budget"]["remaining_minutes"] is None  # events have no minutes
        assert {"5m", "30m", "1h", "2h", "6h", "1d", "3d"} <= answer["burn_rates"].keys()
        assert answer["burn_rates"]["1h"] == pytest.approx(0.5, abs=1e-12)
        assert "forecast_exhausted_at" in answer
        assert answer["measured_until"] == "2026-03-02T12:00:00Z"

    def test_what_is_undefined_is_null(self, cast: Cast, as_: Callable[[str], Client]) -> None:
        SloFactory(sli=SliFactory(source=SourceFactory(team=cast.payments)), name="empty")
        answer = as_("viewer").get("/api/v1/slos/empty/status").json()
        assert answer["state"] == "no_data"
        undefined = [answer["sli"], answer["good"], answer["valid"], *answer["burn_rates"].values()]
        assert set(undefined) == {None}
        assert answer["budget"] == {"consumed": None, "remaining": None, "remaining_minutes": None}
        assert answer["coverage"] == 0

    @pytest.mark.parametrize("at", ["2026-03-01T12:00:00Z", "2026-03-01T13:00:00%2B01:00", "1772366400"])
    def test_an_instant_may_be_text_or_epoch_seconds(self, editor: Client, at: str) -> None:
        assert editor.get(f"/api/v1/slos/availability/status?at={at}").json()["at"] == "2026-03-01T12:00:00Z"

    @pytest.mark.parametrize(
        ("at", "said"),
        [
            ("yesterday", "write RFC 3339"),
            ("2026-03-01T12:00:00", "no time zone"),
            ("1772366400000", "milliseconds"),
            ("2027-01-01T00:00:00Z", "future"),
        ],
    )
    def test_a_wrong_instant_is_422_and_named(self, editor: Client, at: str, said: str) -> None:
        response = editor.get(f"/api/v1/slos/availability/status?at={at}")
        assert response.status_code == 422
        detail = response.json()["error"]["details"][0]
        assert detail["field"] == "at"
        assert said in detail["message"]


class TestBurnAndHistory:
    def test_burn_over_any_window(self, editor: Client) -> None:
        answer = editor.get("/api/v1/slos/availability/burn?window=90m&at=2026-03-02T11:00:00Z").json()
        assert answer["burn_rate"] == pytest.approx(0.5, abs=1e-12)
        assert answer["window"] == {"start": "2026-03-02T09:30:00Z", "end": "2026-03-02T11:00:00Z"}
        assert answer["valid"] == 9000

    @pytest.mark.parametrize("window", ["1x", "0m", "90s", "1M", "20000d"])
    def test_a_wrong_window_is_422_and_named(self, editor: Client, window: str) -> None:
        response = editor.get(f"/api/v1/slos/availability/burn?window={window}")
        assert response.status_code == 422
        assert response.json()["error"]["details"][0]["field"] == "window"

    def test_history_in_steps(self, editor: Client) -> None:
        path = "/api/v1/slos/availability/history?from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z&step=6h"
        answer = editor.get(path).json()
        assert answer["step_seconds"] == 21600
        assert [point["start"] for point in answer["points"]] == [
            "2026-03-01T00:00:00Z",
            "2026-03-01T06:00:00Z",
            "2026-03-01T12:00:00Z",
            "2026-03-01T18:00:00Z",
        ]
        assert all(point["sli"] == pytest.approx(0.995) and point["valid"] == 36000 for point in answer["points"])

    def test_history_before_the_first_minute_is_a_gap(self, editor: Client) -> None:
        path = "/api/v1/slos/availability/history?from=2026-01-10T00:00:00Z&to=2026-01-11T00:00:00Z&step=12h"
        assert [point["sli"] for point in editor.get(path).json()["points"]] == [None, None]

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z", "from"),
            ("from=x", "from"),
            ("step=1x", "step"),
            ("from=2026-02-02T00:00:00Z&step=1m", "step"),
        ],
    )
    def test_a_wrong_period_is_422_and_named(self, editor: Client, query: str, field: str) -> None:
        response = editor.get(f"/api/v1/slos/availability/history?{query}")
        assert response.status_code == 422
        assert response.json()["error"]["details"][0]["field"] == field


class TestWindows:
    def test_a_day_of_the_spring_change_has_23_hours(self, editor: Client) -> None:
        path = "/api/v1/windows?unit=day&time_zone=Europe/Berlin&at=2026-03-28T12:00:00Z&periods=3"
        answer = editor.get(path).json()
        assert [period["minutes"] for period in answer["periods"]] == [1440, 1380, 1440]
        assert answer["periods"][1] == {
            "start": "2026-03-28T23:00:00Z",
            "end": "2026-03-29T22:00:00Z",
            "minutes": 1380,
        }

    def test_periods_touch(self, editor: Client) -> None:
        path = "/api/v1/windows?unit=quarter&time_zone=America/New_York&at=2026-01-01T00:00:00Z&periods=8"
        periods = editor.get(path).json()["periods"]
        assert all(one["end"] == next_["start"] for one, next_ in pairwise(periods))

    def test_rolling_windows_end_at_the_instant(self, editor: Client) -> None:
        answer = editor.get("/api/v1/windows?rolling=28d&at=2026-03-02T12:00:00Z&periods=2").json()
        assert [(p["start"], p["end"]) for p in answer["periods"]] == [
            ("2026-02-02T12:00:00Z", "2026-03-02T12:00:00Z"),
            ("2026-03-02T12:00:00Z", "2026-03-30T12:00:00Z"),
        ]

    def test_one_minute_is_warned_about(self, editor: Client) -> None:
        assert "1M" in editor.get("/api/v1/windows?unit=minute").json()["warnings"][0]

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("time_zone=Mars/Base", "time_zone"),
            ("start=yesterday", "start"),
            ("start=2026-01-01T00:00:00Z", "start"),
            ("rolling=1M", "rolling"),
            ("unit=fortnight", "unit"),
            ("count=0", "count"),
            ("periods=1000", "periods"),
        ],
    )
    def test_a_wrong_parameter_is_422_and_named(self, editor: Client, query: str, field: str) -> None:
        response = editor.get(f"/api/v1/windows?{query}")
        assert response.status_code == 422
        assert response.json()["error"]["details"][0]["field"] == field


@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00%2B02:00", "9999-12-31T23:59:59Z"])
@pytest.mark.parametrize("path", ["status?at=", "burn?at=", "history?to=", "history?from="])
def test_an_instant_outside_of_the_calendar_is_refused(editor: Client, path: str, instant: str) -> None:
    answer = editor.get(f"/api/v1/slos/availability/{path}{instant}")
    assert answer.status_code == 422
    (detail,) = answer.json()["error"]["details"]
    assert detail["field"] == path.partition("?")[2].rstrip("=")
    assert "outside the years 1970 to 2999" in detail["message"]


@pytest.mark.parametrize("instant", ["1970-01-01T00:00:00Z", "2999-12-31T23:59:59Z"])
@pytest.mark.parametrize("path", ["status?at=", "burn?at=", "history?to=", "history?from="])
def test_at_the_ends_of_the_calendar_there_is_an_answer(editor: Client, path: str, instant: str) -> None:
    assert editor.get(f"/api/v1/slos/availability/{path}{instant}").status_code in {200, 422}


def test_an_exclusion_without_an_end_in_the_calendar_is_refused(editor: Client) -> None:
    body = {"start": "2026-03-01T00:00:00Z", "end": "9999-12-31T00:00:00Z", "reason": "for ever"}
    answer = sent(editor, "POST", "/api/v1/slos/availability/exclusions", body)
    assert answer.status_code == 422
    assert answer.json()["error"]["details"][0]["field"] == "end"


def test_a_page_at_an_instant_outside_of_the_calendar_says_so(editor: Client) -> None:
    answer = editor.get("/slos/availability/?at=0001-01-01T00:00")
    assert answer.status_code == 422
    assert "outside the years 1970 to 2999" in answer.content.decode()
