"""One try to tell PagerDuty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx2
import pagerduty

from reliability.channels.domain.answers import result_of_status, retry_after
from reliability.channels.domain.message import Event, Message
from reliability.channels.domain.outcome import Outcome, Result
from reliability.channels.domain.text import one_line
from reliability.channels.kinds.http import host_of, outcome_of_silence, words_of_status
from reliability.channels.kinds.pagerduty import payload
from reliability.channels.kinds.pagerduty.client import EventsClient
from reliability.channels.kinds.pagerduty.form import EVENTS_URL
from reliability.channels.kinds.place import Place
from reliability.kit.instants import format_instant
from reliability.web.outbound import OutboundError


def send(*, place: Place, message: Message, now: datetime) -> Outcome:
    url = str(place.config.get("events_url") or EVENTS_URL)
    with EventsClient(place.secrets["routing_key"], url) as client:
        outcome = _try(lambda: _tell(client, message), url=url, now=now)
        if message.event is Event.TEST and outcome.is_delivered:
            return _after_test(_try(lambda: _resolve(client, message), url=url, now=now), outcome)
    return outcome


def _tell(client: EventsClient, message: Message) -> str:
    """The key PagerDuty answers with."""
    key = payload.dedup_key(message.subject_key)
    action = payload.ACTIONS.get(message.event)
    if action is None:
        client.submit(
            summary=one_line(message.headline, payload.SUMMARY_LENGTH_MAX),
            source=one_line(message.service or message.team or "reliability", 255),
            timestamp=format_instant(message.at),  # without one the client raises
            custom_details=payload.details(message),
            links=payload.links(message),
        )
        return ""
    properties: dict[str, Any] = payload.alert(message) if action == "trigger" else {}
    return str(client.send_event(action, dedup_key=key, **properties))


def _resolve(client: EventsClient, message: Message) -> str:
    return str(client.resolve(payload.dedup_key(message.subject_key)))


def _after_test(resolved: Outcome, outcome: Outcome) -> Outcome:
    """A test opens an incident and resolves it at once, so that nobody goes on being paged."""
    if resolved.is_delivered:
        return replace(outcome, reason=f"{outcome.reason}; the test incident was opened and resolved")
    return replace(outcome, reason=f"{outcome.reason}; resolving the test incident failed: {resolved.reason}")


def _try(tell: Callable[[], str], *, url: str, now: datetime) -> Outcome:
    try:
        key = tell()
    except OutboundError as error:
        return outcome_of_silence(error, url=url)
    except pagerduty.Error as error:
        if error.response is None:
            return Outcome(Result.UNKNOWN, f"{host_of(url)} gave no usable answer")
        return _outcome_of_refusal(error.response, url=url, now=now)
    return Outcome(Result.DELIVERED, f"{host_of(url)} took the event", status=202, external_id=key)


def _outcome_of_refusal(response: httpx2.Response, *, url: str, now: datetime) -> Outcome:
    """Of a status that is no success, or of a 2xx whose body is not PagerDuty's: something else answered."""
    result = result_of_status(response.status_code)
    reason = f"{host_of(url)} answered {words_of_status(response.status_code)}"
    if result is Result.DELIVERED:
        result, reason = Result.UNKNOWN, f"{reason}, but not as PagerDuty does: is this its events address?"
    wait = retry_after(response.headers.get("retry-after", ""), now=now) if result is Result.RETRY else None
    return Outcome(result, reason, status=response.status_code, answer=response.text, retry_after=wait)
