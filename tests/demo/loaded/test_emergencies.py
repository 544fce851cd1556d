"""The demo's past incidents were lived through: people were on call, were paged, answered and ended them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incidents.oncall.models import Schedule
from incidents.oncall.selectors.oncall import on_call
from incidents.paging.models import Escalation, Notification
from incidents.response.models import Incident, TimelineEntry
from reliability.access.models import User
from reliability.delivery.models import Change
from reliability.demo.domain.emergencies import CHANGES, INCIDENTS
from reliability.demo.domain.people import PEOPLE
from tests.demo.loaded.conftest import NOW

pytestmark = pytest.mark.usefixtures("loaded")


def test_every_past_incident_is_over_and_its_milestones_are_in_order() -> None:
    found = list(Incident.objects.order_by("started_at"))
    assert [incident.title for incident in found] == [entry.title for entry in INCIDENTS]
    for incident in found:
        assert incident.acknowledged_at is not None
        assert incident.resolved_at is not None
        assert incident.started_at < incident.detected_at < incident.acknowledged_at < incident.resolved_at < NOW
        assert incident.impacted_services.exists()
    assert set(Escalation.objects.values_list("state", flat=True)) == {"ended"}


def test_each_was_told_to_somebody_on_call_and_the_timelines_hold_what_people_said() -> None:
    pages = Notification.objects.filter(purpose="page", state="sent").select_related("escalation")
    assert pages.count() >= len(INCIDENTS)
    assert not Notification.objects.filter(state="waiting").exists()
    for page in pages.filter(step=0):
        assert page.user is not None
        on_duty = {
            user.pk for entry in Schedule.objects.all() for user in on_call(schedule_id=entry.pk, at=page.due_at)
        }
        assert page.user_id in on_duty

    said = TimelineEntry.objects.filter(is_human=True, kind="comment").values_list("text", flat=True)
    assert {deed.text for entry in INCIDENTS for deed in entry.deeds if deed.what in ("comment", "pin")} == set(said)


def test_only_dana_can_sign_in_and_changes_lie_where_the_troubles_began() -> None:
    assert User.objects.count() == len(PEOPLE) + 1
    assert [user.name for user in User.objects.all() if user.has_usable_password()] == ["Dana Demo"]
    assert Change.objects.count() == len(CHANGES)
    before = NOW + timedelta(hours=-150.5)
    newest = Change.objects.filter(service__name="checkout", at__lte=before).order_by("-at").first()
    assert newest is not None
    assert newest.title == "checkout 2026.46.1"
