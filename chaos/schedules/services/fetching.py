"""Fetching a subscribed calendar through the guarded client. Its address is a secret: no message holds it."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

from django import forms
from django.conf import settings

from chaos.schedules.domain.ical_events import FeedError
from reliability.channels.kinds.addresses import AddressField
from reliability.web.outbound import OutboundAnswer, OutboundError, OutboundRefused, send

EXAMPLE = "https://calendar.example.com/releases.ics"
_REDIRECTS_MAX = 3
_HEADER_LENGTH_MAX = {"etag": 200, "last-modified": 80}
_WORDS = {
    "unreachable": "cannot be reached",
    "timeout": "does not answer in time",
    "compressed_answer": "compressed its answer unasked",
    "broken_answer": "broke off in its answer",
    "invalid_request": "cannot be asked: the address is not a whole one",
}
_STATUS_WORDS = {
    401: "it asks who you are: use the secret address that its settings name",
    403: "it forbids reading it: use the secret address that its settings name",
    404: "there is nothing: was the address changed or withdrawn?",
    410: "the calendar is gone: was the address withdrawn?",
}


@dataclass(frozen=True, slots=True)
class Fetched:
    """text None: unchanged since the copy that `etag` and `last_modified` name."""

    text: str | None
    etag: str = ""
    last_modified: str = ""


def checked_address(*, url: str) -> str:
    """The address as it is stored. Raises FeedError with what to write instead."""
    text = url.strip()
    if text.lower().startswith(("webcal://", "webcals://")):  # as calendars write it: https
        text = "https://" + text.split("://", 1)[1]
    try:
        return AddressField(example=EXAMPLE).clean(text)
    except forms.ValidationError as error:
        raise FeedError(" ".join(error.messages)) from error


def host_of(*, url: str) -> str:
    return (urlsplit(url).hostname or "")[:253]


def fetch(*, url: str, etag: str = "", last_modified: str = "") -> Fetched:
    """Ask for the calendar, unless it is the copy we have. Raises FeedError, in words without the address."""
    known = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    headers = {"Accept": "text/calendar, */*;q=0.1", **{name: value for name, value in known.items() if value}}
    here = url
    for _ in range(_REDIRECTS_MAX + 1):
        answer = _asked(here, headers)
        target = answer.headers.get("location", "")
        if answer.status not in (301, 302, 303, 307, 308) or not target:
            return _of_answer(here, answer, has_copy=bool(etag or last_modified))
        here = checked_address(url=urljoin(here, target))
    raise FeedError(f"{host_of(url=url)} redirects more than {_REDIRECTS_MAX} times: name the last address")


def text_of(*, content: bytes) -> str:
    """As RFC 5545 3.1.4 has it: UTF-8; what is not is read as Windows-1252, which old programs write."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    return text.replace("\0", "")


def _asked(url: str, headers: dict[str, str]) -> OutboundAnswer:
    host = host_of(url=url)
    most = settings.BLACKOUT_FEED_BYTES_MAX
    try:
        return send(
            method="GET",
            url=url,
            headers=headers,
            body_bytes_max=most,
            total_seconds=settings.BLACKOUT_FEED_FETCH_SECONDS,
        )
    except OutboundRefused as error:
        raise FeedError(str(error)) from error  # names host and address only
    except OutboundError as error:
        if error.reason == "answer_too_large":
            raise FeedError(f"{host} answers with more than {most:,} bytes: subscribe to a smaller calendar") from error
        raise FeedError(f"{host} {_WORDS.get(error.reason, 'cannot be asked')}") from error


def _of_answer(url: str, answer: OutboundAnswer, *, has_copy: bool) -> Fetched:
    if answer.status == HTTPStatus.NOT_MODIFIED and has_copy:
        return Fetched(None)
    if not answer.is_success:
        words = _STATUS_WORDS.get(answer.status, "nothing was read")
        raise FeedError(f"{host_of(url=url)} answers with status {answer.status}: {words}")
    kept = {
        name: value if len(value := answer.headers.get(name, "")) <= most and value.isprintable() else ""
        for name, most in _HEADER_LENGTH_MAX.items()
    }
    return Fetched(text_of(content=answer.body), kept["etag"], kept["last-modified"])
