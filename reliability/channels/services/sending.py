"""One try to tell a message to a channel or person. Never raises for a receiver's fault, and waits at most 10 s."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from reliability.access.services.vault import VaultError
from reliability.channels.domain.answers import fit_to_keep
from reliability.channels.domain.message import Message
from reliability.channels.domain.outcome import Outcome, Result
from reliability.channels.kinds.kind import Kind
from reliability.channels.kinds.place import Place
from reliability.channels.kinds.registry import UnknownKindError, kind_of
from reliability.channels.models import Channel, ContactMethod
from reliability.channels.selectors.places import place_of
from reliability.channels.services.bounded import StillRunning, TooManyHanging, within
from reliability.web.metrics import CHANNEL_SECONDS, CHANNEL_SENDS, REFUSED_ADDRESSES
from reliability.web.outbound import OutboundRefused

log = structlog.get_logger(__name__)

SECONDS_MAX = 9.5
_NOTED_EVERY = timedelta(seconds=5)


def send_to_channel(*, channel: Channel, message: Message, now: datetime) -> Outcome:
    """Tell *message* to the channel, and keep when that last went well or wrong. Call it outside of a transaction."""
    outcome = tell_channel(channel=channel, message=message, now=now)
    note(target=channel, outcome=outcome, now=now)
    return outcome


def send_to_contact(*, contact_method: ContactMethod, message: Message, now: datetime) -> Outcome:
    """As send_to_channel, to one person. An unsaved contact method is told, and nothing is kept of it."""
    outcome = tell_contact(contact_method=contact_method, message=message, now=now)
    note(target=contact_method, outcome=outcome, now=now)
    return outcome


def tell_channel(*, channel: Channel, message: Message, now: datetime) -> Outcome:
    """As send_to_channel, for callers that `note` the outcome in a transaction of theirs."""
    return _send(target=channel, message=message, now=now)


def tell_contact(*, contact_method: ContactMethod, message: Message, now: datetime) -> Outcome:
    """As send_to_contact, for callers that `note` the outcome in a transaction of theirs."""
    return _send(target=contact_method, message=message, now=now)


def note(*, target: Channel | ContactMethod | None, outcome: Outcome, now: datetime) -> None:
    """Keep when telling last went well, or wrong and why. Nothing is kept of a contact method that is not stored.

    Kept by what the row is now: whoever edits it meanwhile loses nothing. In a flood that goes well it is written
    every few seconds.
    """
    if target is None or target.pk is None:
        return
    rows = type(target)._default_manager.filter(pk=target.pk)
    if not outcome.is_delivered:
        target.last_failure_at, target.last_failure = now, outcome.reason
        rows.update(last_failure_at=now, last_failure=outcome.reason)
    elif not _went_well_just_now(target=target, now=now):
        target.last_success_at = now
        rows.update(last_success_at=now)


def _went_well_just_now(*, target: Channel | ContactMethod, now: datetime) -> bool:
    last, failed = target.last_success_at, target.last_failure_at
    if last is None or (failed is not None and failed >= last):
        return False
    return timedelta() <= now - last < _NOTED_EVERY


def _send(*, target: Channel | ContactMethod, message: Message, now: datetime) -> Outcome:
    if not target.is_enabled:
        return Outcome(Result.REFUSED, f"{target.title} is switched off")
    try:
        kind, place = kind_of(target.kind), place_of(target)
    except (UnknownKindError, VaultError) as error:
        return Outcome(Result.REFUSED, str(error))
    started = time.monotonic()
    outcome = _tried(kind=kind, place=place, message=message, now=now)
    CHANNEL_SECONDS.labels(kind.name).observe(time.monotonic() - started)
    CHANNEL_SENDS.labels(kind.name, outcome.result.value).inc()
    secrets = place.secrets.values()
    return replace(
        outcome,
        reason=fit_to_keep(outcome.reason, secrets=secrets),
        answer=fit_to_keep(outcome.answer, secrets=secrets),
        external_id=fit_to_keep(outcome.external_id, secrets=secrets)[:200],
    )


def _tried(*, kind: Kind, place: Place, message: Message, now: datetime) -> Outcome:
    try:
        return within(SECONDS_MAX, lambda: kind.send(place=place, message=message, now=now))
    except OutboundRefused as refusal:
        log.warning(
            "channel_address_refused", at="send", channel=place.name, host=refusal.host, address=refusal.address
        )
        REFUSED_ADDRESSES.labels("send").inc()
        return Outcome(Result.REFUSED, str(refusal))
    except StillRunning:
        return Outcome(Result.UNKNOWN, f"no answer within {SECONDS_MAX:g} s, cut off")
    except TooManyHanging as error:
        return Outcome(Result.RETRY, f"not tried: {error}")
    except Exception as error:  # a fault of ours in one kind must not stop the paging of others
        log.exception("channel_send_failed", kind=kind.name, channel=place.name)
        return Outcome(Result.UNKNOWN, f"a fault of the platform itself, {type(error).__name__}: its log has more")
