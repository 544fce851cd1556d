"""Telling the operators of the installation past everything that may have failed: by mail and by a plain webhook."""

from __future__ import annotations

import json
from datetime import datetime
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from reliability.channels.kinds.email.transport import transport_of_settings
from reliability.web import outbound

logger = structlog.get_logger(__name__)

_CONNECT_SECONDS, _READ_SECONDS, _TOTAL_SECONDS = 3.0, 6.0, 9.0


def tell(*, title: str, text: str, now: datetime) -> bool:
    """By every way that is set up. Returns whether one of them took it, or none is set up: then the log has to do.

    Never raises for a receiver's fault.
    """
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    title = f"[{host}] {title}"
    logger.error("operators_told", title=title, text=text)
    by_mail = bool(settings.OPERATORS_EMAIL) and _by_mail(title=title, text=text)
    by_webhook = bool(settings.OPERATORS_WEBHOOK_URL) and _by_webhook(title=title, text=text, now=now)
    return by_mail or by_webhook or not (settings.OPERATORS_EMAIL or settings.OPERATORS_WEBHOOK_URL)


def _by_mail(*, title: str, text: str) -> bool:
    mail = EmailMultiAlternatives(
        subject=title, body=f"{text}\n\n{settings.PUBLIC_URL}/\n", to=list(settings.OPERATORS_EMAIL)
    )
    try:
        outcome = transport_of_settings().send(mail)
    except Exception:  # the last net: whatever it is, the webhook is still tried
        logger.exception("operators_not_told", way="mail")
        return False
    if not outcome.is_delivered:
        logger.error("operators_not_told", way="mail", reason=outcome.reason)
    return outcome.is_delivered


def _by_webhook(*, title: str, text: str, now: datetime) -> bool:
    """`text` is what chat rooms show (Slack, Mattermost, Teams), `title` and `at` are for programs."""
    body = {"text": f"{title}\n{text}", "title": title, "at": now.isoformat()}
    try:
        answer = call(url=settings.OPERATORS_WEBHOOK_URL, content=json.dumps(body).encode())
    except Exception as error:  # as above
        logger.error("operators_not_told", way="webhook", reason=str(error))  # noqa: TRY400  the reason says it all
        return False
    if answer.status >= 400:
        logger.error("operators_not_told", way="webhook", reason=f"it answered {answer.status}")
    return answer.status < 400


def call(*, url: str, content: bytes | None = None) -> outbound.OutboundAnswer:
    """One request to an address that the operators set. Raises OutboundRefused, OutboundError."""
    return outbound.send(
        method="GET" if content is None else "POST",
        url=url,
        headers={"Content-Type": "application/json"} if content is not None else {},
        content=content or b"",
        connect_seconds=_CONNECT_SECONDS,
        read_seconds=_READ_SECONDS,
        total_seconds=_TOTAL_SECONDS,
        body_bytes_max=4096,
        is_beginning_enough=True,
    )
