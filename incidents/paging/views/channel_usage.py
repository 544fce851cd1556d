"""What this room knows of a channel, for the channel's page: the policies that tell it, and what it was told."""

from __future__ import annotations

from django.urls import reverse

from incidents.paging.models import EscalationPolicy, Notification
from incidents.paging.selectors.notifications import to_channel
from reliability.access.requests import AccessRequest
from reliability.channels.models import Channel
from reliability.channels.usage import Row, Usage

_ROWS_MAX = 20
# What a state of a notification looks like; those not named look like themselves.
_LOOKS = {Notification.State.WAITING.value: "waiting"}


def policies_of_channel(request: AccessRequest, channel: Channel) -> Usage:
    """Readable policies with the channel among their targets."""
    policies = (
        EscalationPolicy.objects.readable_by(request.caller)
        .filter(steps__targets__channel=channel)
        .select_related("team")
        .order_by("slug", "pk")
        .distinct()
    )
    rows = [
        Row(policy.title, reverse("escalation-policy", args=(policy.slug,)), policy.team.name)
        for policy in policies[:_ROWS_MAX]
    ]
    return Usage("Escalation policies that tell it", rows, policies.count(), "No policy tells it yet.")


def deliveries_to_channel(request: AccessRequest, channel: Channel) -> Usage:
    """The delivery log: the newest messages, each with its last try and what was answered."""
    told = to_channel(caller=request.caller, channel_id=channel.pk)
    rows = [_delivery(notification) for notification in told[:_ROWS_MAX]]
    empty = "Nothing was told to it yet, but for tests."
    return Usage("Delivery log", rows, told.count(), empty)


def _delivery(notification: Notification) -> Row:
    content = notification.content or (notification.escalation.content if notification.escalation else {})
    return Row(
        title=f"{notification.event}: {content.get('title') or notification.place}",
        url=str(content.get("url") or ""),
        detail=_tries(notification),
        state=_LOOKS.get(notification.state, notification.state),
        at=notification.sent_at or notification.first_attempt_at or notification.created_at,
    )


def _tries(notification: Notification) -> str:
    """`2 tries, the last: 127.0.0.1 answered 202 Accepted`, or why there is none."""
    tries = list(notification.tries.all())
    if not tries:
        return notification.state_reason
    last = tries[-1]
    count = "1 try" if len(tries) == 1 else f"{len(tries)} tries, the last"
    return f"{count}: {last.reason or 'under way'}"
