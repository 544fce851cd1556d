"""The dates of an imported postmortem are corrected by people: only they know better than its text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from incidents.postmortems.domain.importing import read
from incidents.postmortems.models import Postmortem, Version
from incidents.postmortems.services import importing, postmortems
from reliability.access.models import AuditEntry
from reliability.web.errors import Conflict
from tests.cast import Cast

pytestmark = pytest.mark.django_db
TEXT = "# Search was slow\n\n**Date:** 2025-05-04 10:00 - 10:40 UTC\n\n## Summary\n\nSlow.\n"
BEGAN = datetime(2025, 5, 4, 10, 0, 20, tzinfo=UTC)
FIELDS = ("started_at", "detected_at", "acknowledged_at", "mitigated_at", "resolved_at")


@pytest.fixture
def imported(cast: Cast, now: datetime) -> Postmortem:
    caller = cast.caller("responder")
    row = importing.create(caller=caller, team_id=cast.payments.pk, imported=read(text=TEXT, name="a.md"), now=now)
    row.started_at = BEGAN
    row.save(update_fields=("started_at",))
    return row


@pytest.fixture
def responder(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.responder)
    return client


def typed(row: Postmortem, **fields: str) -> dict[str, Any]:
    """As the form shows it, with what somebody types."""
    shown = {name: getattr(row, name) for name in FIELDS}
    texts = {name: "" if at is None else f"{at:%Y-%m-%dT%H:%M}" for name, at in shown.items()}
    return {"title": row.title, "facilitator": "", "tags": "", "revision": str(row.revision)} | texts | fields


def test_the_form_shows_and_corrects_them_and_the_history_keeps_what_stood_there(
    imported: Postmortem, responder: Client
) -> None:
    path = f"/postmortems/{imported.pk}/edit/"
    page = responder.get(path).content.decode()
    assert 'name="started_at" value="2025-05-04T10:00"' in page
    assert 'name="published_at"' not in page, "it is not published"
    answer = responder.post(path, typed(imported, resolved_at="2025-05-04T11:15", detected_at="2025-05-04T10:05"))
    assert answer.status_code == 302
    imported.refresh_from_db()
    assert imported.started_at == BEGAN, "a picker without seconds takes none away"
    assert imported.resolved_at == datetime(2025, 5, 4, 11, 15, tzinfo=UTC)
    assert imported.detected_at == datetime(2025, 5, 4, 10, 5, tzinfo=UTC)
    kept = Version.objects.get(postmortem=imported, what="dates")
    assert "Resolved: 2025-05-04 10:40:00 UTC" in kept.before
    assert "Resolved: 2025-05-04 11:15:00 UTC" in kept.after
    assert AuditEntry.objects.filter(action="postmortem.dates", object_name__startswith=str(imported.pk)).count() == 1
    assert "Dates" in responder.get(f"/postmortems/{imported.pk}/history/?part=dates").content.decode()


def test_they_are_typed_in_the_zone_of_the_page(cast: Cast, imported: Postmortem, responder: Client) -> None:
    cast.responder.time_zone = "Europe/Berlin"
    cast.responder.save(update_fields=("time_zone",))
    page = responder.get(f"/postmortems/{imported.pk}/edit/").content.decode()
    assert 'name="started_at" value="2025-05-04T12:00"' in page
    assert "in Europe/Berlin" in page
    local = {"started_at": "2025-05-04T12:30", "resolved_at": "2025-05-04T13:00"}
    assert responder.post(f"/postmortems/{imported.pk}/edit/", typed(imported, **local)).status_code == 302
    imported.refresh_from_db()
    assert imported.started_at == datetime(2025, 5, 4, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("resolved_at", "2025-05-04T09:00", "lies before it began, 2025-05-04 10:00:20 UTC"),
        ("mitigated_at", "2025-05-04T10:50", "lies before it was mitigated, 2025-05-04 10:50:00 UTC"),
        ("detected_at", "2999-01-01T00:00", "lies in the future"),
        ("detected_at", "soon", "soon"),
    ],
)
def test_what_cannot_have_come_in_that_order_is_refused_at_its_field(
    imported: Postmortem, responder: Client, field: str, text: str, words: str
) -> None:
    answer = responder.post(f"/postmortems/{imported.pk}/edit/", typed(imported, **{field: text}))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Version.objects.filter(what="dates").exists()


def test_when_it_was_published_is_corrected_once_it_is(imported: Postmortem, responder: Client, now: datetime) -> None:
    Postmortem.objects.filter(pk=imported.pk).update(state="published", published_at=now)
    path = f"/postmortems/{imported.pk}/edit/"
    assert responder.post(path, typed(imported, published_at="2025-05-04T10:10")).status_code == 422, "not over then"
    assert responder.post(path, typed(imported, published_at="")).status_code == 422
    assert responder.post(path, typed(imported, published_at="2025-05-09T08:00")).status_code == 302
    imported.refresh_from_db()
    assert imported.published_at == datetime(2025, 5, 9, 8, tzinfo=UTC)


def test_one_that_came_from_an_incident_has_the_dates_of_that(
    cast: Cast, postmortem: Postmortem, responder: Client, now: datetime
) -> None:
    assert 'name="started_at"' not in responder.get(f"/postmortems/{postmortem.pk}/edit/").content.decode()
    moved = {"started_at": now - timedelta(days=3)}
    with pytest.raises(Conflict, match="correct them there"):
        postmortems.edit(caller=cast.caller("responder"), postmortem=postmortem, dates=moved, now=now)
