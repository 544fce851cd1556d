"""What stands in a postmortem before anybody wrote a word, and what a second import adds."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from incidents.postmortems.models import Postmortem, Snapshot
from incidents.postmortems.services import drafting, postmortems, rates, timeline
from incidents.response.domain.snapshots import chart_from_json
from incidents.response.models import TimelineEntry
from reliability.access.models import AuditEntry
from reliability.web.errors import Conflict, Forbidden, Invalid, NotFound
from tests.cast import Cast
from tests.postmortems.conftest import LASTED, MINUTE, Outage


def test_a_draft_has_the_timeline_the_numbers_and_the_charts_of_its_incident(
    cast: Cast, outage: Outage, now: datetime
) -> None:
    caller = cast.caller("responder")
    rates.set_rate(
        caller=cast.caller("editor"), service=outage.service, per_lost_event=Decimal("12.5"), per_minute=Decimal(3),
        currency="EUR", slo=outage.slo, now=now,
    )  # fmt: skip
    postmortem = drafting.draft_from(caller=caller, incident=outage.incident, now=now)
    assert drafting.draft_from(caller=caller, incident=outage.incident, now=now) == postmortem
    assert outage.incident.resolved_at is not None
    assert postmortem.due_at == outage.incident.resolved_at + timedelta(hours=48)
    assert [one.slug for one in postmortem.sections.all()][:2] == ["summary", "customer-impact"]
    assert postmortem.sections.get(slug="summary").text == "One in five payments failed."
    assert list(postmortem.services.all()) == [outage.service]
    assert "rolling back" in postmortem.search_text.lower()

    items = {one.text: one for one in postmortem.timeline.all()}
    assert {text: (one.is_human, one.is_selected) for text, one in items.items()} == {
        "Opened.": (False, True),
        "Paged Responder.": (False, False),
        "Rolling back.": (True, True),
    }
    kept = {one.kind: one for one in postmortem.snapshots.all()}
    assert kept["metrics"].numbers == {
        "ttd": 360, "tta": 120, "ttm": 1200, "ttr": LASTED * 60, "ttr_from_detection": LASTED * 60 - 360
    }  # fmt: skip
    impact = kept["impact"].numbers
    assert (impact["lost"], impact["valid"], impact["bad_minutes"], impact["minutes"]) == (400, 3700, 20, LASTED)
    assert impact["budget"] == pytest.approx(400 / (0.01 * (600 + LASTED) * 100))
    assert (impact["money"], impact["currency"]) == ("5111.00", "EUR")
    assert [one["title"] for one in kept["suspects"].numbers["changes"]] == ["checkout 4.18"]
    assert kept["suspects"].numbers["changes"][0]["seconds_before"] == 720
    assert kept["suspects"].numbers["changes"][0]["reasons"].startswith("changed 12 min before it began; of Checkout")
    chart = chart_from_json(kept["chart"].chart)
    assert chart.rows
    assert max(float(row[1] or 0) for row in chart.rows) == pytest.approx(20)
    assert AuditEntry.objects.filter(action="postmortem.create").count() == 1


def test_importing_again_adds_later_entries_and_keeps_what_people_did(
    cast: Cast, outage: Outage, postmortem: Postmortem, now: datetime
) -> None:
    caller = cast.caller("responder")
    item = postmortem.timeline.get(text="Rolling back.")
    timeline.edit(
        caller=caller, postmortem=postmortem, item_id=item.pk, text="Rolled back to 4.17.", annotation="took **90 s**",
        is_selected=False, now=now,
    )  # fmt: skip
    own = timeline.write(caller=caller, postmortem=postmortem, at=now - MINUTE, text="Support was called.", now=now)
    TimelineEntry.objects.create(
        incident=outage.incident,
        at=now,
        recorded_at=now,
        kind="comment",
        is_human=True,
        author_name="Ada",
        text="Late.",
    )
    assert drafting.refresh(caller=caller, postmortem=postmortem, now=now) == 1
    assert drafting.refresh(caller=caller, postmortem=postmortem, now=now) == 0
    item.refresh_from_db()
    assert (item.text, item.annotation, item.is_selected) == ("Rolled back to 4.17.", "took **90 s**", False)
    assert sorted(postmortem.timeline.values_list("text", flat=True)) == [
        "Late.", "Opened.", "Paged Responder.", "Rolled back to 4.17.", "Support was called."
    ]  # fmt: skip
    with pytest.raises(Conflict, match="comes from the incident"):
        timeline.remove(caller=caller, postmortem=postmortem, item_id=item.pk, now=now)
    timeline.remove(caller=caller, postmortem=postmortem, item_id=own.pk, now=now)
    shown = list(postmortem.timeline.filter(removed_at=None).values_list("pk", flat=True))
    assert timeline.select(caller=caller, postmortem=postmortem, shown=shown, selected=[item.pk], now=now) == 3
    assert list(postmortem.timeline.filter(is_selected=True, removed_at=None)) == [item]
    with pytest.raises(Invalid, match="future"):
        timeline.write(caller=caller, postmortem=postmortem, at=now + timedelta(hours=1), text="x", now=now)


def test_who_may_draft_and_of_what(cast: Cast, outage: Outage, now: datetime) -> None:
    incident = outage.incident
    with pytest.raises(Forbidden):
        drafting.draft_from(caller=cast.caller("viewer"), incident=incident, now=now)
    with pytest.raises(NotFound):
        drafting.draft_from(caller=cast.caller("outsider"), incident=incident, now=now)
    incident.close_reason = "duplicate"
    incident.save(update_fields=("close_reason",))
    with pytest.raises(Conflict, match="duplicate"):
        drafting.draft_from(caller=cast.caller("responder"), incident=incident, now=now)
    assert not Snapshot.objects.exists()


def test_who_responded_does_not_facilitate(cast: Cast, postmortem: Postmortem, now: datetime) -> None:
    caller = cast.caller("responder")
    with pytest.raises(Invalid, match="Responder was commander in this incident"):
        postmortems.edit(caller=caller, postmortem=postmortem, facilitator_id=cast.responder.pk, now=now)
    with pytest.raises(Invalid, match="nobody of the team"):
        postmortems.edit(caller=caller, postmortem=postmortem, facilitator_id=cast.outsider.pk, now=now)
    edited = postmortems.edit(
        caller=caller, postmortem=postmortem, facilitator_id=cast.editor.pk, title="Payments failed",
        expected_revision=1, now=now,
    )  # fmt: skip
    assert (edited.facilitator, edited.title, edited.revision) == (cast.editor, "Payments failed", 2)
    with pytest.raises(Conflict, match="Responder changed the"):
        postmortems.edit(caller=caller, postmortem=postmortem, title="Other", expected_revision=1, now=now)
    whys = {user.name: why for user, why in postmortems.facilitators(postmortem=postmortem)}
    assert whys["Editor"] == ""
    assert whys["Responder"]
