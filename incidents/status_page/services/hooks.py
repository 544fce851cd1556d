"""Webhooks and Slack: what is sent where, through the outbound guard, signed as Standard Webhooks has it."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass, field, replace
from datetime import datetime

import orjson

from incidents.status_page.models import Delivery, Subscriber
from incidents.status_page.services.links import manage_url, page_root
from incidents.status_page.services.messages import challenge_of, hook_of, said_of
from incidents.status_page.services.subscribing import sealed_of
from reliability.access.services.vault import VaultError, encrypt
from reliability.channels.domain.message import Event, Link, Message
from reliability.channels.domain.outcome import Outcome, Result
from reliability.channels.kinds.http import host_of, post
from reliability.channels.kinds.webhook.signing import headers_of
from reliability.channels.models import Channel
from reliability.channels.services.bounded import StillRunning, TooManyHanging, within
from reliability.channels.services.sending import SECONDS_MAX, tell_channel
from reliability.web.outbound import OutboundRefused


@dataclass(frozen=True, slots=True)
class Hook:
    """One request. message: to Slack, by the kind of channel there is for it. challenge: what the answer has to hold.
    problem: why it cannot be sent at all."""

    url: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    identity: str = ""
    content: bytes = b""
    challenge: str = ""
    message: Message | None = None
    problem: str = ""


def hook_for(*, delivery: Delivery, now: datetime) -> Hook:
    try:
        sealed = sealed_of(delivery.subscriber)
    except VaultError as error:
        return Hook(problem=str(error))
    url = sealed.get("url", "")
    if delivery.subscriber.kind == Subscriber.Kind.SLACK:
        return Hook(url=url, message=_message(delivery, now=now))
    return Hook(
        url=url,
        secret=sealed.get("secret", ""),
        identity=delivery.idempotency_key,
        content=orjson.dumps(hook_of(delivery=delivery, now=now)),
        challenge=challenge_of(delivery=delivery) if delivery.purpose == Delivery.Purpose.CHALLENGE else "",
    )


def tell(*, hook: Hook, now: datetime) -> Outcome:
    """One try. Never raises for a receiver's fault, and waits at most 10 s."""
    if hook.problem or not hook.url:
        return Outcome(Result.RETRY, hook.problem or "there is no address")
    if hook.message is not None:
        slack = Channel(
            kind="slack",
            title="Slack",
            config={},
            secrets=encrypt(json.dumps({"webhook_url": hook.url})),
            is_enabled=True,
        )
        return tell_channel(channel=slack, message=hook.message, now=now)
    headers = headers_of(
        identity=hook.identity, content=hook.content, secrets=[hook.secret] if hook.secret else [], now=now
    )
    try:
        outcome = within(SECONDS_MAX, lambda: post(url=hook.url, content=hook.content, headers=headers, now=now))
    except OutboundRefused as refusal:
        return Outcome(Result.REFUSED, f"{refusal.host} may not be reached from here")
    except StillRunning:
        return Outcome(Result.UNKNOWN, f"no answer within {SECONDS_MAX:g} s, cut off")
    except TooManyHanging as error:
        return Outcome(Result.RETRY, f"not tried: {error}")
    return _proven(outcome, hook) if hook.challenge else outcome


def _proven(outcome: Outcome, hook: Hook) -> Outcome:
    """A success that does not hold the challenge is somebody who answers 200 to everything."""
    if not outcome.is_delivered:
        return outcome
    answer = outcome.answer.strip()
    try:
        said = json.loads(answer)
    except ValueError:
        said = answer
    given = str(said.get("challenge", "")) if isinstance(said, dict) else str(said)
    if hmac.compare_digest(given.strip().encode(), hook.challenge.encode()):
        return outcome
    reason = f"{host_of(hook.url)} answered without the challenge: answer with its text, or with the same JSON field"
    return replace(outcome, result=Result.REFUSED, reason=reason)


def _message(delivery: Delivery, *, now: datetime) -> Message:
    subscriber = delivery.subscriber
    page = subscriber.page
    manage = Link("Change or end these messages", manage_url(subscriber=subscriber))
    if delivery.purpose != Delivery.Purpose.UPDATE or delivery.update_said is None:
        return Message(
            event=Event.NOTICE,
            subject_key=f"status-page-{page.code}",
            idempotency_key=delivery.idempotency_key,
            title=f"Updates of {page.title} come here from now on",
            text="Somebody with the address of this webhook asked for them.",
            severity="info",
            severity_word="",
            url=f"{page_root(page)}/",
            at=now,
            team=page.title,
            links=(manage,),
        )
    said = said_of(update=delivery.update_said)
    return Message(
        event=Event.NOTICE,
        subject_key=f"status-page-{page.code}",
        idempotency_key=delivery.idempotency_key,
        title=f"{said.status}: {said.title}",
        text=said.body,
        severity="info",
        severity_word="",
        url=said.url,
        at=said.at,
        team=page.title,
        links=(manage,),
        details={name: state or "affected" for name, state in said.components[:10]},
    )
