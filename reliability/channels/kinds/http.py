"""Sending over HTTP, for every kind that does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlsplit

import orjson

from reliability.channels.domain.answers import result_of_status, retry_after
from reliability.channels.domain.outcome import ANSWER_LENGTH_MAX, Outcome, Result
from reliability.web import outbound

# Together below the 10 s that sending waits at most (services/sending.py).
CONNECT_SECONDS = 3.0
READ_SECONDS = 6.0
TOTAL_SECONDS = 9.0
_BYTES_KEPT = 4 * ANSWER_LENGTH_MAX

_SILENCES = {
    "unreachable": "cannot be reached",
    "timeout": "did not answer in time",
    "broken_answer": "broke off instead of answering",
    "invalid_request": "cannot be asked: look at the address",
}


def exchange(
    *, method: str = "POST", url: str, headers: Mapping[str, str], content: bytes, whole_bytes_max: int = 0
) -> outbound.OutboundAnswer:
    """One request through the outbound guard. Of the answer the beginning is kept, or all of it up to a bound.

    Raises OutboundRefused, OutboundError.
    """
    return outbound.send(
        method=method,
        url=url,
        headers=headers,
        content=content,
        connect_seconds=CONNECT_SECONDS,
        read_seconds=READ_SECONDS,
        total_seconds=TOTAL_SECONDS,
        body_bytes_max=whole_bytes_max or _BYTES_KEPT,
        is_beginning_enough=not whole_bytes_max,
    )


def post_json(*, url: str, body: object, now: datetime, headers: Mapping[str, str] | None = None) -> Outcome:
    """Send *body* as JSON. Raises OutboundRefused."""
    return post(url=url, content=orjson.dumps(body), now=now, headers=headers)


def post(*, url: str, content: bytes, now: datetime, headers: Mapping[str, str] | None = None) -> Outcome:
    """Send bytes, JSON unless the headers say otherwise. Raises OutboundRefused."""
    try:
        answer = exchange(url=url, headers={"Content-Type": "application/json", **(headers or {})}, content=content)
    except outbound.OutboundError as error:
        return outcome_of_silence(error, url=url)
    return outcome_of_answer(answer, url=url, now=now)


def outcome_of_silence(error: outbound.OutboundError, *, url: str) -> Outcome:
    """No answer. In our words: the error's own name the whole address, which may be the secret."""
    reason = f"{host_of(url)} {_SILENCES.get(error.reason, 'gave no usable answer')}"
    if error.reason == "invalid_request":
        return Outcome(Result.REFUSED, reason)
    return Outcome(Result.UNKNOWN if error.may_have_arrived else Result.RETRY, reason)


def outcome_of_answer(answer: outbound.OutboundAnswer, *, url: str, now: datetime) -> Outcome:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    result = result_of_status(answer.status)
    reason = f"{host_of(url)} answered {words_of_status(answer.status)}"
    if HTTPStatus.MULTIPLE_CHOICES <= answer.status < HTTPStatus.BAD_REQUEST:
        reason += f", a redirect to {host_of(headers.get('location', '')) or 'elsewhere'}: enter the final address"
    return Outcome(
        result=result,
        reason=reason,
        status=answer.status,
        answer=answer.body.decode(errors="replace"),
        retry_after=retry_after(headers.get("retry-after", ""), now=now) if result is Result.RETRY else None,
    )


def words_of_status(status: int) -> str:
    """`429 Too Many Requests`."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def host_of(url: str) -> str:
    return urlsplit(url).hostname or ""
