"""Writing to the timeline from the page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.test import Client

from incidents.response.models import Incident, TimelineEntry
from incidents.response.services import timeline
from tests.cast import Cast, SloFactory

As = Callable[[str], Client]
Declare = Callable[..., Incident]
HTMX = {"HX-Request": "true"}


def url(incident: Incident, action: str = "") -> str:
    return f"/incidents/{incident.pk}/timeline/{action}"


def newest(incident: Incident) -> TimelineEntry:
    return incident.timeline.filter(is_human=True, kind__in=("comment", "import", "attachment")).latest("pk")


def test_a_comment_leads_back_to_itself(as_: As, declare: Declare) -> None:
    incident = declare()
    answer = as_("responder").post(url(incident), {"comment-text": "Rolling back."})
    assert answer["Location"] == f"/incidents/{incident.pk}/#entry-{newest(incident).pk}"
    assert "Rolling back." in as_("viewer").get(f"/incidents/{incident.pk}/").content.decode()


def test_htmx_gets_an_empty_composer_again(as_: As, declare: Declare) -> None:
    answer = as_("responder").post(url(declare()), {"comment-text": "Rolling back."}, headers=HTMX)
    assert answer.status_code == 200
    assert 'id="composer"' in answer.content.decode()
    assert "Rolling back." not in answer.content.decode()


def test_a_comment_with_a_mistake_keeps_what_was_typed(as_: As, declare: Declare, now: datetime) -> None:
    incident = declare()
    ahead = f"{now + timedelta(hours=1):%Y-%m-%dT%H:%M}"
    for headers in ({}, HTMX):
        answer = as_("responder").post(
            url(incident), {"comment-text": "Rolling back.", "comment-at": ahead}, headers=headers
        )
        assert answer.status_code == 422
        assert "Rolling back.</textarea>" in answer.content.decode()
        assert "lies in the future" in answer.content.decode()


def test_an_event_told_late_stands_where_it_happened_and_says_when_it_was_written(
    as_: As, declare: Declare, now: datetime
) -> None:
    incident = declare()
    earlier = now - timedelta(minutes=20)
    as_("responder").post(
        url(incident), {"comment-text": "First mail of a customer.", "comment-at": f"{earlier:%Y-%m-%dT%H:%M}"}
    )
    page = as_("viewer").get(f"/incidents/{incident.pk}/?part=timeline").content.decode()
    assert page.index("Declared") < page.index("First mail of a customer.")
    assert "written <time" in page


def test_a_pinned_comment_stands_above_and_can_be_taken_down(as_: As, declare: Declare) -> None:
    incident = declare()
    as_("responder").post(url(incident), {"comment-text": "Bridge: room 4", "comment-is_pinned": "on"})
    page = as_("viewer").get(f"/incidents/{incident.pk}/").content.decode()
    assert page.index("pinned-title") < page.index("Bridge: room 4")
    as_("responder").post(url(incident, f"{newest(incident).pk}/pin/"), {"is_pinned": "no"})
    assert "pinned-title" not in as_("viewer").get(f"/incidents/{incident.pk}/").content.decode()


def test_an_edit_shows_what_was_said_before(as_: As, declare: Declare) -> None:
    incident = declare()
    as_("responder").post(url(incident), {"comment-text": "40 tickets"})
    entry = newest(incident)
    form = {"text": "43 tickets", "at": f"{entry.at:%Y-%m-%dT%H:%M}", "was": "40 tickets"}
    as_("responder").post(url(incident, f"{entry.pk}/"), form)
    page = as_("viewer").get(f"/incidents/{incident.pk}/?part=timeline").content.decode()
    assert "43 tickets" in page
    assert "40 tickets" in page
    assert "when Responder changed it" in page


def test_two_editors_of_an_entry_do_not_overwrite_each_other(
    as_: As, cast: Cast, declare: Declare, now: datetime
) -> None:
    incident = declare()
    entry = timeline.comment(caller=cast.caller("responder"), incident_id=incident.pk, text="40 tickets", now=now)
    form = {"text": "mine", "at": f"{entry.at:%Y-%m-%dT%H:%M}", "was": "40 tickets"}
    as_("editor").post(url(incident, f"{entry.pk}/"), form | {"text": "theirs"})
    answer = as_("responder").post(url(incident, f"{entry.pk}/"), form)
    assert answer.status_code == 409
    assert "It now says: theirs" in answer.content.decode()
    assert "mine</textarea>" in answer.content.decode()


def test_a_removed_entry_keeps_its_place_and_its_history(as_: As, cast: Cast, declare: Declare, now: datetime) -> None:
    incident = declare()
    entry = timeline.comment(caller=cast.caller("responder"), incident_id=incident.pk, text="a secret", now=now)
    as_("responder").post(url(incident, f"{entry.pk}/"), {"action": "remove"})
    page = as_("viewer").get(f"/incidents/{incident.pk}/?part=timeline").content.decode()
    assert "Removed. What it said is in its history." in page


def test_late_events_are_imported_together_or_not_at_all(as_: As, declare: Declare) -> None:
    incident = declare()
    wrong = "2026-03-02 11:40 UTC deploy begins\nthen it burned"
    answer = as_("responder").post(url(incident, "import/"), {"text": wrong})
    assert answer.status_code == 422
    assert "row 2" in answer.content.decode()
    assert "deploy begins" in answer.content.decode()
    assert not incident.timeline.filter(kind="import").exists()
    as_("responder").post(url(incident, "import/"), {"text": wrong.replace("then", "2026-03-02 11:50 UTC then")})
    assert incident.timeline.filter(kind="import").count() == 2


def test_the_filter_tells_people_and_machines_apart(as_: As, cast: Cast, declare: Declare, now: datetime) -> None:
    incident = declare()
    timeline.comment(caller=cast.caller("responder"), incident_id=incident.pk, text="by a person", now=now)
    people = as_("viewer").get(f"/incidents/{incident.pk}/?part=timeline&show=people").content.decode()
    system = as_("viewer").get(f"/incidents/{incident.pk}/?part=timeline&show=system").content.decode()
    assert "by a person" in people
    assert "Escalation began" not in people
    assert "by a person" not in system
    assert "Escalation began" in system


def test_a_long_timeline_shows_its_newest_part_and_the_way_to_the_rest(
    as_: As, cast: Cast, declare: Declare, now: datetime
) -> None:
    incident = declare()
    for number in range(101):
        at = now - timedelta(minutes=number)
        timeline.comment(
            caller=cast.caller("responder"), incident_id=incident.pk, text=f"note {number}.", at=at, now=now
        )
    page = as_("viewer").get(f"/incidents/{incident.pk}/?part=timeline").content.decode()
    assert "note 100." not in page
    assert "entries=200" in page
    assert "note 100." in as_("viewer").get(f"/incidents/{incident.pk}/?part=timeline&entries=200").content.decode()


def test_the_chart_is_kept_as_it_was(as_: As, cast: Cast, declare: Declare) -> None:
    slo = SloFactory(team=cast.payments, title="Customers can pay")
    incident = declare(slo_ids=[slo.pk])
    as_("responder").post(url(incident, "attach/"), {"chart": "burn"})
    slo.delete()
    page = as_("viewer").get(f"/incidents/{incident.pk}/?part=timeline").content.decode()
    assert "chart-kept-" in page
    assert "As it was on 2026-03-02 12:00" in page
    assert as_("responder").post(url(incident, "attach/"), {"chart": "burn"}).status_code == 404


def test_words_are_shown_as_words(as_: As, declare: Declare) -> None:
    incident = declare("<b>bold</b>")
    as_("responder").post(url(incident), {"comment-text": "<script>alert(1)</script> https://example.org/x"})
    page = as_("viewer").get(f"/incidents/{incident.pk}/").content.decode()
    assert "<script>alert(1)" not in page
    assert "<b>bold</b>" not in page
    assert 'href="https://example.org/x"' in page


def test_a_kept_chart_shows_only_what_every_reader_of_the_incident_may_see(
    as_: As, cast: Cast, declare: Declare
) -> None:
    secret = SloFactory(team=cast.payments, title="Treasure is safe")
    common = SloFactory(team=cast.commons, title="Pages are served")
    both = declare(caller=cast.caller("chief"), team_id=cast.commons.pk, slo_ids=[secret.pk, common.pk])
    as_("chief").post(f"/incidents/{both.pk}/timeline/attach/", {"chart": "burn"})
    page = as_("outsider").get(f"/incidents/{both.pk}/?part=timeline").content.decode()
    assert "Pages are served" in page
    assert "Treasure" not in page
    only = declare(caller=cast.caller("chief"), team_id=cast.commons.pk, slo_ids=[secret.pk])
    answer = as_("chief").post(f"/incidents/{only.pk}/timeline/attach/", {"chart": "burn"})
    assert answer.status_code == 409
    assert not only.timeline.filter(attachments__isnull=False).exists()
