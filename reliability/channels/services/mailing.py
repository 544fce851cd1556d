"""One try to send a mail that a room composed itself: by the transport and within the bounds of all mails."""

from __future__ import annotations

import time

import structlog
from django.core.mail import EmailMultiAlternatives

from reliability.channels.domain.outcome import Outcome, Result
from reliability.channels.kinds.email.transport import transport_of_settings
from reliability.channels.services.bounded import StillRunning, TooManyHanging, within
from reliability.channels.services.sending import SECONDS_MAX
from reliability.web.metrics import CHANNEL_SECONDS, CHANNEL_SENDS

log = structlog.get_logger(__name__)

_KIND = "email"


def send_mail(*, mail: EmailMultiAlternatives) -> Outcome:
    """Never raises for a mail server's fault, and waits at most 10 s. Call it outside of a transaction."""
    started = time.monotonic()
    outcome = _tried(mail)
    CHANNEL_SECONDS.labels(_KIND).observe(time.monotonic() - started)
    CHANNEL_SENDS.labels(_KIND, outcome.result.value).inc()
    return outcome


def _tried(mail: EmailMultiAlternatives) -> Outcome:
    try:
        return within(SECONDS_MAX, lambda: transport_of_settings().send(mail))
    except StillRunning:
        return Outcome(Result.UNKNOWN, f"no answer within {SECONDS_MAX:g} s, cut off")
    except TooManyHanging as error:
        return Outcome(Result.RETRY, f"not tried: {error}")
    except Exception as error:  # a fault of ours in one mail must not stop the others
        log.exception("mail_send_failed")
        return Outcome(Result.UNKNOWN, f"a fault of the platform itself, {type(error).__name__}: its log has more")
