"""How mails leave, as the settings say: by SMTP, into a mailbox on this machine, or not at all."""

from __future__ import annotations

from typing import Protocol

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from reliability.channels.domain.outcome import Outcome, Result
from reliability.channels.kinds.email.mailbox import Mailbox
from reliability.channels.kinds.email.smtp import Smtp


class Transport(Protocol):
    def send(self, mail: EmailMultiAlternatives) -> Outcome: ...


class Nowhere:
    """No mail server is set up."""

    def send(self, mail: EmailMultiAlternatives) -> Outcome:
        return Outcome(
            Result.REFUSED,
            "no mail server is set up: set EMAIL_HOST (and EMAIL_PORT, EMAIL_HOST_USER, EMAIL_HOST_PASSWORD, EMAIL_TLS "
            "where it needs them), or EMAIL_MAILBOX to look at mails in a directory",
        )


def transport_of_settings() -> Transport:
    if settings.EMAIL_HOST:
        return Smtp()
    return Mailbox() if settings.EMAIL_MAILBOX else Nowhere()
