"""Buttons pressed in Slack. Answered at once; what became of it is said to the response_url."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from incidents.response.services import slack_presses
from incidents.response.views.inbound_answers import answer, refuse, too_large, too_many
from reliability.channels.domain.inbound import Forged, InboundError
from reliability.channels.kinds.slack import interactions, replies
from reliability.channels.services import identities, inbound
from reliability.channels.services.replying import reply

PROTOCOL = "slack"


# csrf_exempt: no cookie gives any right here, only the signature of the body does.
@csrf_exempt
@login_not_required
@require_POST
def slack_interaction(request: HttpRequest, name: str) -> JsonResponse:
    """Answers 200 for whatever is signed; Slack shows its own error for everything else."""
    now = timezone.now()
    if too_large(request):
        return refuse(PROTOCOL, "too_large", channel=name, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    door = inbound.doorway(name=name, kind="slack")
    signature = request.headers.get("X-Slack-Signature", "")
    try:
        if door is None or "signing_secret" not in door.secrets:
            raise Forged("there is no such channel with a signing secret")
        interactions.verify(
            body=request.body,
            timestamp=request.headers.get("X-Slack-Request-Timestamp", ""),
            signature=signature,
            secret=door.secrets["signing_secret"],
            now=now,
        )
        pressed = interactions.parse(request.body)
    except InboundError as error:
        return refuse(PROTOCOL, error.reason, channel=name, words=str(error))
    if inbound.is_too_many(channel=door.channel, now=now):
        return too_many(PROTOCOL, channel=name)
    if pressed.kind != "block_actions" or not pressed.value:
        return answer(PROTOCOL, "ignored", channel=name, words=pressed.kind)
    user = identities.user_of(
        channel=door.channel,
        workspace=pressed.workspace,
        member=pressed.member,
        bot_token=door.secrets.get("bot_token", ""),
        now=now,
    )
    key = interactions.delivery_key(signature)
    with transaction.atomic():
        if not inbound.is_first(channel=door.channel, key=key, window=interactions.WINDOW, now=now):
            return answer(PROTOCOL, "replayed", channel=name)
        if user is None:
            return _stranger(door, pressed)
        done = slack_presses.press(channel=door.channel, action=pressed.action, value=pressed.value, user=user, now=now)
    if done.text:
        reply(url=pressed.response_url, body=_words(done, pressed))
    return answer(PROTOCOL, done.outcome, channel=name, words=f"{pressed.action} by user {user.pk}")


def _words(done: slack_presses.Pressed, pressed: interactions.Interaction) -> dict[str, object]:
    if done.is_done:
        return replies.to_all(text=done.text, blocks=pressed.blocks, buttons=done.buttons)
    return replies.to_one(text=done.text)


def _stranger(door: inbound.Doorway, pressed: interactions.Interaction) -> JsonResponse:
    """Asked to say who they are here; nothing is done in nobody's name."""
    url = identities.connect_url(channel=door.channel, workspace=pressed.workspace, member=pressed.member)
    text = "Nothing was done: who are you here? Connect your account once, then press again."
    body = replies.to_one(text=text, link=url, link_words="Connect my account")
    reply(url=pressed.response_url, body=body)
    return answer(PROTOCOL, "stranger", channel=door.channel.name, words=pressed.member)
