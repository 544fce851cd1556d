"""Saying in a chat what became of a press: a courtesy, after the answer that the chat waits for."""

from __future__ import annotations

from typing import Any

import orjson
import structlog

from reliability.channels.kinds.http import exchange, host_of
from reliability.channels.services.bounded import aside
from reliability.web.outbound import OutboundError, OutboundRefused

log = structlog.get_logger(__name__)


def reply(*, url: str, body: dict[str, Any]) -> None:
    """Post *body* to the address the chat named, through the outbound guard, without waiting for it."""
    if url:
        aside(lambda: _reply(url, body))


def _reply(url: str, body: dict[str, Any]) -> None:
    try:
        answer = exchange(url=url, headers={"Content-Type": "application/json"}, content=orjson.dumps(body))
    except OutboundRefused as refusal:
        log.warning("chat_reply_refused", host=refusal.host, address=refusal.address)
    except OutboundError as error:
        log.warning("chat_reply_failed", host=host_of(url), reason=error.reason)
    else:
        if not answer.is_success:
            log.warning("chat_reply_failed", host=host_of(url), status=answer.status)
