"""PagerDuty's webhooks (v3): who acknowledged, resolved or reopened there did so here."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from incidents.response.services import pagerduty_events
from incidents.response.views.inbound_answers import answer, refuse, too_large, too_many
from reliability.channels.domain.inbound import InboundError
from reliability.channels.kinds.pagerduty import webhooks
from reliability.channels.services import inbound

PROTOCOL = "pagerduty"
_PREFIX = "incident."


# csrf_exempt: no cookie gives any right here, only the signature of the body does.
@csrf_exempt
@login_not_required
@require_POST
def pagerduty_webhook(request: HttpRequest, name: str) -> JsonResponse:
    """Answers 200 for whatever is signed, new or not; PagerDuty sends again what is answered otherwise."""
    now = timezone.now()
    if too_large(request):
        return refuse(PROTOCOL, "too_large", channel=name, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    door = inbound.doorway(name=name, kind="pagerduty")
    window = timedelta(hours=settings.PAGERDUTY_WINDOW_HOURS)
    try:
        secrets = door.lines("webhook_secrets") if door is not None else []
        webhooks.verify(body=request.body, header=request.headers.get("X-PagerDuty-Signature", ""), secrets=secrets)
        event = webhooks.parse(request.body, now=now, window=window)
    except InboundError as error:
        return refuse(PROTOCOL, error.reason, channel=name, words=str(error))
    if door is None:  # no secrets, so nothing was believed above
        return refuse(PROTOCOL, "forged", channel=name)
    if inbound.is_too_many(channel=door.channel, now=now):
        return too_many(PROTOCOL, channel=name)
    with transaction.atomic():
        if not inbound.is_first(channel=door.channel, key=event.event_id, window=window, now=now):
            return answer(PROTOCOL, "replayed", channel=name)
        is_ours = event.event_type.startswith(_PREFIX)
        outcome = (
            "ignored"
            if not is_ours
            else pagerduty_events.hear(
                channel=door.channel,
                key=event.key,
                change=event.event_type.removeprefix(_PREFIX),
                who=event.who,
                is_person=event.is_person,
                now=now,
            )
        )
    return answer(PROTOCOL, outcome, channel=name, words=f"{event.event_type} {event.key}")
