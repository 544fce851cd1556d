"""The page of a channel: the policies that tell it, and its delivery log; each only for those who may see them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.test import Client

from incidents.paging.models import Notification, NotificationAttempt
from tests.cast import Cast, ChannelFactory, EscalationPolicyFactory, PolicyStepFactory, StepTargetFactory

As = Callable[[str], Client]


def test_the_page_lists_policies_and_what_was_told(cast: Cast, as_: As, now: datetime) -> None:
    channel = ChannelFactory(team=cast.payments, name="hook")
    own = EscalationPolicyFactory(team=cast.payments, title="Payments policy")
    StepTargetFactory(step=PolicyStepFactory(policy=own), channel=channel)
    StepTargetFactory(step=PolicyStepFactory(policy=own), channel=channel)
    hidden = EscalationPolicyFactory(team=cast.search, title="Policy of others")
    StepTargetFactory(step=PolicyStepFactory(policy=hidden), channel=channel)
    notification = Notification.objects.create(
        key="k",
        idempotency_key="k",
        team=cast.payments,
        channel=channel,
        purpose="page",
        urgency="urgent",
        place="Hook",
        content={"title": "Checkout fails", "url": "https://rel.example.org/incidents/7/"},
        state="sent",
        sent_at=now,
        created_at=now,
        due_at=now,
        attempts=2,
    )
    for number, reason in ((1, "answered 503"), (2, "answered 202 Accepted")):
        NotificationAttempt.objects.create(notification=notification, number=number, began_at=now, reason=reason)
    page = as_("viewer").get("/channels/hook/").content.decode()
    assert page.count("Payments policy") == 1
    assert "Policy of others" not in page
    assert "trigger: Checkout fails" in page
    assert "2 tries, the last: answered 202 Accepted" in page
    assert 'href="https://rel.example.org/incidents/7/"' in page


def test_an_unused_channel_says_so(cast: Cast, as_: As) -> None:
    ChannelFactory(team=cast.payments, name="hook")
    page = as_("viewer").get("/channels/hook/").content.decode()
    assert "No policy tells it yet." in page
    assert "Nothing was told to it yet" in page
