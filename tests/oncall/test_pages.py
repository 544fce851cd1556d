"""The pages of on call, as people use them without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from incidents.oncall.models import Override, Schedule, Swap
from tests.cast import Cast, ScheduleFactory
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
Who = Callable[[str], str]


def text_of(answer: Any) -> str:
    """The words of a page, without tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def form_of(client: Client, path: str) -> dict[str, Any]:
    """What a browser would send of the form of a page, unchanged."""
    context = client.get(path).context
    fields: dict[str, Any] = {"layers": len(context["layers"]), "revision": context["revision"], "act": "save"}
    for form in [context["form"], *context["layers"]]:
        for bound in form:
            value = bound.value()
            if hasattr(value, "slug"):
                value = value.slug
            fields[bound.html_name] = "" if value is None else value
    return {name: value for name, value in fields.items() if value is not False}


def test_the_board_says_who_is_on_call_until_when_and_who_follows(cast: Cast, as_: As, schedule: Schedule) -> None:
    said = text_of(as_("responder").get("/oncall/"))
    assert "Editor" in said
    assert "Mon 6 Apr 07:00" in said
    assert "Payments primary Mon 6 Apr 07:00 until Mon 13 Apr 07:00" in said, "own shifts"
    assert "have no verified contact method" in said


def test_the_board_costs_the_same_queries_for_one_schedule_and_for_twenty(
    cast: Cast, as_: As, schedule: Schedule
) -> None:
    client = as_("editor")
    one = queries_of(client, "/oncall/")
    for number in range(19):
        copy = Schedule.objects.create(
            team=cast.payments, slug=f"copy-{number}", title=f"Copy {number}", created_at=schedule.created_at
        )
        for version in schedule.versions.all():
            copy.versions.create(
                definition=version.definition, effective_from=version.effective_from, author_name="Editor"
            )
    assert queries_of(client, "/oncall/") == one


def test_the_calendar_shows_each_day_gaps_overrides_and_layers(cast: Cast, as_: As, schedule: Schedule) -> None:
    client = as_("editor")
    answer = client.get("/oncall/payments-primary/?date=2026-03-01&tz=Europe/Berlin")
    said = text_of(answer)
    assert "March 2026" in said
    assert "00:00 – 09:00 Responder" in said
    assert "09:00 – 24:00 Editor" in said
    assert "No gap in these days" in said
    early = text_of(client.get("/oncall/payments-primary/?date=2025-12-20&tz=UTC"))
    assert "Nobody" in early
    assert 'style="' not in answer.content.decode()


def test_the_calendar_costs_a_fixed_number_of_queries(cast: Cast, as_: As, schedule: Schedule) -> None:
    client = as_("editor")
    week = queries_of(client, "/oncall/payments-primary/?view=week")
    for day in range(1, 9):
        at = datetime.fromisoformat(f"2026-04-{day:02}T10:00+00:00")
        Override.objects.create(
            schedule=schedule,
            user=cast.viewer,
            start_at=at,
            end_at=at.replace(hour=12),
            author_name="Editor",
            created_at=at,
        )
    assert queries_of(client, "/oncall/payments-primary/?view=week") == week
    assert queries_of(client, "/oncall/payments-primary/") == week


def test_a_schedule_is_made_on_the_form(cast: Cast, as_: As, now: datetime) -> None:
    client = as_("editor")
    fields = form_of(client, "/oncall/new/") | {
        "title": "Search, first line",
        "slug": "search-first",
        "team": "payments",
        "time_zone": "Europe/Berlin",
        "layer-0-people": [str(cast.editor.pk), "", str(cast.responder.pk)],
        "layer-0-hours": "mon-fri 09:00-17:00\nsat",
    }
    answer = client.post("/oncall/new/", fields)
    assert answer.status_code == 302, text_of(answer)
    definition = Schedule.objects.get(slug="search-first").versions.get().definition
    assert definition["layers"][0]["rotation"]["participants"] == [cast.editor.pk, cast.responder.pk]
    assert definition["layers"][0]["restrictions"] == [
        {"weekdays": ["mon", "tue", "wed", "thu", "fri"], "start": "09:00", "end": "17:00"},
        {"weekdays": ["sat"], "start": "00:00", "end": "24:00"},
    ]


def test_saving_the_form_as_it_is_changes_nothing(cast: Cast, as_: As, schedule: Schedule) -> None:
    client = as_("editor")
    path = "/oncall/payments-primary/edit/"
    assert client.post(path, form_of(client, path)).status_code == 302
    schedule.refresh_from_db()
    assert (schedule.revision, schedule.versions.count()) == (1, 1)


def test_buttons_add_rows_and_layers_and_keep_what_was_typed(cast: Cast, as_: As, schedule: Schedule) -> None:
    client = as_("editor")
    path = "/oncall/payments-primary/edit/"
    fields = form_of(client, path) | {"title": "Typed"}
    more = client.post(path, fields | {"act": "people-0"})
    assert more.status_code == 200
    assert more.content.decode().count('name="layer-0-people"') == 8
    layered = client.post(path, fields | {"act": "layer"})
    assert 'value="Typed"' in layered.content.decode()
    assert 'name="layer-1-name"' in layered.content.decode()
    assert Schedule.objects.get().title != "Typed"


def test_a_preview_shows_the_next_four_weeks_and_saves_nothing(cast: Cast, as_: As, schedule: Schedule) -> None:
    client = as_("editor")
    path = "/oncall/payments-primary/edit/"
    answer = client.post(path, form_of(client, path) | {"act": "preview", "layer-0-people": [str(cast.viewer.pk)]})
    assert answer.status_code == 200
    assert "The next four weeks would be" in text_of(answer)
    assert "Viewer Primary" in text_of(answer)
    assert schedule.versions.count() == 1


def test_a_mistake_in_a_layer_stands_at_its_field(cast: Cast, as_: As, schedule: Schedule) -> None:
    client = as_("editor")
    path = "/oncall/payments-primary/edit/"
    answer = client.post(path, form_of(client, path) | {"layer-0-start": "soon", "layer-0-hours": "9 to 5"})
    assert answer.status_code == 422
    errors = answer.context["layers"][0].errors
    assert "mon-fri 09:00-17:00" in errors["hours"][0]
    answer = client.post(path, form_of(client, path) | {"layer-0-start": "soon"})
    assert "no moment" in answer.context["layers"][0].errors["start"][0]


def test_an_edit_made_from_an_old_page_is_refused_and_kept(cast: Cast, as_: As, schedule: Schedule) -> None:
    client = as_("editor")
    path = "/oncall/payments-primary/edit/"
    fields = form_of(client, path)
    client.post(path, fields | {"title": "First"})
    answer = client.post(path, fields | {"title": "Second"})
    assert answer.status_code == 422
    assert "changed this schedule" in text_of(answer)
    assert 'value="Second"' in answer.content.decode()


def test_a_responder_overrides_takes_and_revokes(cast: Cast, as_: As, schedule: Schedule, who: Who) -> None:
    client = as_("responder")
    query = "?start=2026-04-01T07:00:00Z&end=2026-04-02T07:00:00Z"
    assert 'value="2026-04-01T07:00"' in client.get(f"/oncall/payments-primary/override/{query}").content.decode()
    fields = {"start": "2026-04-01T07:00", "end": "2026-04-02T07:00", "user": cast.viewer.pk, "reason": "dentist"}
    assert client.post("/oncall/payments-primary/override/", fields).status_code == 302
    assert who("2026-04-01T08:00") == "Viewer"
    assert "instead of Viewer" in text_of(client.get(f"/oncall/payments-primary/take/{query}"))
    assert client.post(f"/oncall/payments-primary/take/{query}").status_code == 302
    assert who("2026-04-01T08:00") == "Responder"
    for override in Override.objects.all():
        assert client.post(f"/oncall/payments-primary/overrides/{override.pk}/revoke/").status_code == 302
    assert who("2026-04-01T08:00") == "Editor"


def test_viewers_look_but_do_not_touch_and_outsiders_see_nothing(cast: Cast, as_: As, schedule: Schedule) -> None:
    assert as_("viewer").get("/oncall/payments-primary/").status_code == 200
    for page in ("override/", "edit/", "delete/", "swap/"):
        assert as_("viewer").get(f"/oncall/payments-primary/{page}").status_code == 403
        assert as_("outsider").get(f"/oncall/payments-primary/{page}").status_code == 404
    assert "Payments primary" not in text_of(as_("outsider").get("/oncall/"))


def test_a_shift_is_offered_and_accepted_on_pages(cast: Cast, as_: As, schedule: Schedule, who: Who) -> None:
    fields = {"start": "2026-04-03T07:00", "end": "2026-04-04T07:00", "offered_to": "", "note": "wedding"}
    assert as_("editor").post("/oncall/payments-primary/swap/", fields).status_code == 302
    swap = Swap.objects.get()
    client = as_("responder")
    assert "wedding" in text_of(client.get("/oncall/swaps/"))
    client.post(f"/oncall/payments-primary/swaps/{swap.pk}/accept/")
    assert who("2026-04-03T08:00") == "Responder"
    assert "wedding" not in text_of(client.get("/oncall/swaps/"))
    assert "Accepted" in text_of(client.get("/oncall/swaps/?show=decided"))


def test_many_offers_come_in_pages_with_the_same_queries(
    cast: Cast, as_: As, schedule: Schedule, django_assert_max_num_queries: Any
) -> None:
    start = datetime(2026, 4, 1, tzinfo=UTC)
    offers = [
        Swap(
            schedule=schedule,
            offered_by=cast.editor,
            start_at=start + timedelta(days=n),
            end_at=start + timedelta(days=n + 1),
            created_at=start,
        )
        for n in range(120)
    ]
    Swap.objects.bulk_create(offers)
    client = as_("responder")
    with django_assert_max_num_queries(14):
        first = client.get("/oncall/swaps/")
    assert first.content.decode().count("Accept</button>") == 50
    assert "1–50 of 120 offers" in text_of(first)
    assert "101–120 of 120 offers" in text_of(client.get("/oncall/swaps/?page=3"))
    assert "120" in text_of(client.get("/oncall/"))


def test_an_address_that_names_no_shift_leads_back_to_the_calendar(as_: As, schedule: Schedule) -> None:
    answer = as_("responder").get("/oncall/payments-primary/take/?start=tomorrow", follow=True)
    assert answer.redirect_chain == [("/oncall/payments-primary/", 302)]
    assert "press it in the calendar" in text_of(answer)


def test_empty_pages_teach_the_next_step(cast: Cast, as_: As, now: datetime) -> None:
    assert "Make a schedule" in text_of(as_("editor").get("/oncall/"))
    assert "An editor of a team makes the schedule" in text_of(as_("viewer").get("/oncall/"))
    assert "No open offers" in text_of(as_("editor").get("/oncall/swaps/"))
    assert "Nothing decided yet" in text_of(as_("editor").get("/oncall/swaps/?show=decided"))
    assert "No calendar address yet" in text_of(as_("editor").get("/oncall/calendars/"))


def test_deleting_names_what_is_lost(cast: Cast, as_: As, schedule: Schedule) -> None:
    client = as_("editor")
    assert "who was on call when" in text_of(client.get("/oncall/payments-primary/delete/"))
    assert client.post("/oncall/payments-primary/delete/").status_code == 302
    assert not Schedule.objects.exists()


def test_the_search_finds_schedules(cast: Cast, as_: As, schedule: Schedule) -> None:
    assert "Payments primary" in text_of(as_("viewer").get("/search/?q=primary"))
    assert "Payments primary" not in text_of(as_("outsider").get("/search/?q=primary"))


def test_the_top_bar_tells_oneself_and_others_who_is_on_call(cast: Cast, as_: As, schedule: Schedule) -> None:
    assert 'hx-get="/oncall/now/"' in as_("viewer").get("/teams/").content.decode()
    assert text_of(as_("editor").get("/oncall/now/")).strip() == "You are on call, until Mon 07:00"
    assert text_of(as_("responder").get("/oncall/now/")).strip() == "On call: Editor"
    assert text_of(as_("outsider").get("/oncall/now/")).strip() == "On call"


def test_the_top_bar_names_who_is_on_call_before_a_schedule_without_anybody(
    cast: Cast, as_: As, schedule: Schedule
) -> None:
    ScheduleFactory(team=cast.payments, slug="an-empty-one", title="An empty one")
    said = as_("viewer").get("/oncall/now/").content.decode().strip()
    assert said == "On call: Editor", "nobody else is"
