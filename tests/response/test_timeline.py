"""The timeline: one sequence of people and machines, within its bounds."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from incidents.response.domain.entries import Kind
from incidents.response.domain.late import LateEvent
from incidents.response.models import Incident, TimelineEntry
from incidents.response.selectors.timeline import chart_of
from incidents.response.services import timeline
from reliability.access.models import AuditEntry
from reliability.web.charts import Chart, line
from reliability.web.errors import Conflict, Invalid
from tests.cast import Cast

Declare = Callable[..., Incident]
MINUTE = timedelta(minutes=1)


def machine(incident: Incident, now: datetime, key: str = "", text: str = "seen") -> TimelineEntry | None:
    return timeline.record(
        incident_id=incident.pk, at=now, kind=Kind.PAGE, text=text, author_name="Paging", key=key, now=now
    )


def test_an_entry_with_a_key_is_written_once(declare: Declare, now: datetime) -> None:
    incident = declare()
    machine(incident, now, key="page:1")
    machine(incident, now, key="page:1", text="again")
    assert incident.timeline.get(key="page:1").text == "seen"


def test_machines_fill_their_part_and_people_still_write(
    cast: Cast, declare: Declare, now: datetime, settings: Any
) -> None:
    incident = declare()
    settings.TIMELINE_ENTRIES_MAX = incident.timeline.filter(is_human=False).count() + 1
    assert machine(incident, now, text="the last") is not None
    assert machine(incident, now, text="one too many") is None
    assert machine(incident, now, text="another") is None
    assert incident.timeline.get(key="full").text.startswith("Further entries")
    assert not incident.timeline.filter(text="another").exists()
    caller = cast.caller("responder")
    with_room = settings.TIMELINE_ENTRIES_MAX - incident.timeline.filter(is_human=True).count()
    for n in range(with_room):
        timeline.comment(caller=caller, incident_id=incident.pk, text=f"n{n}", now=now)
    with pytest.raises(Conflict) as refused:
        timeline.comment(caller=caller, incident_id=incident.pk, text="one too many", now=now)
    assert refused.value.reason == "timeline_full"


def test_words_are_bounded(cast: Cast, declare: Declare, now: datetime, settings: Any) -> None:
    settings.TIMELINE_TEXT_MAX = 10
    incident = declare("Down")
    caller = cast.caller("responder")
    timeline.comment(caller=caller, incident_id=incident.pk, text="x" * 10, now=now)
    with pytest.raises(Invalid, match="at most 10"):
        timeline.comment(caller=caller, incident_id=incident.pk, text="x" * 11, now=now)
    entry = machine(incident, now, text="y" * 50)
    assert entry is not None
    assert (len(entry.text), entry.text[-1]) == (10, "…")


def test_an_edit_keeps_what_stood_there(cast: Cast, declare: Declare, now: datetime) -> None:
    caller = cast.caller("responder")
    entry = timeline.comment(caller=caller, incident_id=declare().pk, text="Rolled back.", now=now)
    timeline.edit(caller=cast.caller("editor"), entry_id=entry.pk, text="Rolled back 2041.", at=now - MINUTE, now=now)
    entry.refresh_from_db()
    assert (entry.text, entry.at, entry.author_name) == ("Rolled back 2041.", now - MINUTE, "Responder")
    revision = entry.revisions.get()
    assert (revision.text, revision.at, revision.editor_name) == ("Rolled back.", now, "Editor")
    with pytest.raises(Conflict, match="changed this entry"):
        timeline.edit(caller=caller, entry_id=entry.pk, text="x", expected_text="Rolled back.", now=now)


def test_removed_words_stay_in_the_revisions(cast: Cast, declare: Declare, now: datetime) -> None:
    caller = cast.caller("responder")
    entry = timeline.comment(caller=caller, incident_id=declare().pk, text="A password.", now=now)
    timeline.pin(caller=caller, entry_id=entry.pk, now=now)
    timeline.remove(caller=caller, entry_id=entry.pk, now=now)
    timeline.remove(caller=caller, entry_id=entry.pk, now=now)
    entry.refresh_from_db()
    assert (entry.text, entry.is_pinned) == ("Removed by Responder.", False)
    assert [revision.text for revision in entry.revisions.all()] == ["A password."]
    assert AuditEntry.objects.filter(action="timeline.remove").count() == 1
    with pytest.raises(Conflict):
        timeline.edit(caller=caller, entry_id=entry.pk, text="back", now=now)


def test_what_a_machine_saw_is_pinned_but_never_edited(cast: Cast, declare: Declare, now: datetime) -> None:
    incident = declare()
    entry = machine(incident, now)
    assert entry is not None
    caller = cast.caller("responder")
    assert timeline.pin(caller=caller, entry_id=entry.pk, now=now).is_pinned
    with pytest.raises(Conflict, match="stays as it is"):
        timeline.edit(caller=caller, entry_id=entry.pk, text="not so", now=now)


def test_a_chart_is_kept_as_it_was(cast: Cast, declare: Declare, now: datetime, settings: Any) -> None:
    chart = Chart(
        id="burn",
        title="Burn rate",
        figure={"data": [line(name="1 h", x=[now], y=[14.4])], "layout": {}},
        columns=("At", "Rate"),
        rows=[(now, 14.4)],
    )
    incident = declare()
    caller = cast.caller("responder")
    entry = timeline.attach(caller=caller, incident_id=incident.pk, chart=chart, now=now)
    kept = chart_of(attachment=entry.attachments.get())
    assert (kept.title, [list(row) for row in kept.rows]) == ("Burn rate", [[now, 14.4]])
    assert json.loads(kept.json) == json.loads(chart.json)
    settings.ATTACHMENT_BYTES_MAX = 50
    with pytest.raises(Invalid, match="shorter time range"):
        timeline.attach(caller=caller, incident_id=incident.pk, chart=chart, now=now)


def test_an_import_is_bounded_and_never_of_the_future(
    cast: Cast, declare: Declare, now: datetime, settings: Any
) -> None:
    settings.TIMELINE_IMPORT_MAX = 2
    incident = declare()
    caller = cast.caller("responder")
    events = [LateEvent(now - MINUTE * n, f"n{n}") for n in range(3)]
    assert len(timeline.import_entries(caller=caller, incident_id=incident.pk, events=events[:2], now=now)) == 2
    with pytest.raises(Invalid, match="at most 2"):
        timeline.import_entries(caller=caller, incident_id=incident.pk, events=events, now=now)
    ahead = [LateEvent(now - MINUTE, "ok"), LateEvent(now + MINUTE, "ahead")]
    with pytest.raises(Invalid) as refused:
        timeline.import_entries(caller=caller, incident_id=incident.pk, events=ahead, now=now)
    assert [detail["index"] for detail in refused.value.details] == [1]
    assert incident.timeline.filter(kind="import").count() == 2


def test_what_paging_did_stands_in_the_timeline(declare: Declare) -> None:
    incident = declare()
    pages = incident.timeline.filter(kind="page")
    assert pages.exists()
    assert {entry.author_name for entry in pages} == {"Paging"}
    assert all(entry.key.startswith("paging:") for entry in pages)


def test_an_entry_is_reworded_and_pinned_in_one_transaction(
    cast: Cast, declare: Declare, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller, incident = cast.caller("responder"), declare()
    entry = timeline.comment(caller=caller, incident_id=incident.pk, text="Rolled bakc.", now=now)
    with monkeypatch.context() as patched:
        patched.setattr(TimelineEntry, "save", _save_words_only)
        with pytest.raises(Conflict):
            timeline.change(caller=caller, entry_id=entry.pk, text="Rolled back.", is_pinned=True, now=now)
    entry.refresh_from_db()
    assert (entry.text, entry.is_pinned, entry.revisions.count()) == ("Rolled bakc.", False, 0)
    timeline.change(caller=caller, entry_id=entry.pk, text="Rolled back.", is_pinned=True, now=now)
    entry.refresh_from_db()
    assert (entry.text, entry.is_pinned, entry.revisions.count()) == ("Rolled back.", True, 1)


def _save_words_only(entry: TimelineEntry, *, update_fields: Sequence[str]) -> None:
    """As if pinning were refused at the database."""
    if update_fields == ("is_pinned",):
        raise Conflict("not now")
    TimelineEntry.objects.filter(pk=entry.pk).update(**{name: getattr(entry, name) for name in update_fields})
