"""One mail to the mail server of the settings, and what its replies mean (RFC 5321 §4.2.1)."""

from __future__ import annotations

import smtplib
import ssl
from functools import partial
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend

from reliability.channels.domain.outcome import Outcome, Result

# For each wait of the conversation; all of it is cut by services/sending.py.
WAIT_SECONDS = 5.0
GOODBYE_SECONDS = 0.5
_TEMPORARY = range(400, 500)
_REPLY_KEPT = 500


class _Progress:
    """Whether the mail's content went out: from then on the server may have it, whatever breaks."""

    may_have_arrived = False
    accepted = ""
    connection: smtplib.SMTP | None = None  # once it stands: Django's own forgets one whose TLS or log-in failed


class _Watched(smtplib.SMTP):
    def __init__(self, *args: Any, progress: _Progress, **options: Any) -> None:
        self._progress = progress
        super().__init__(*args, **options)
        progress.connection = self

    def data(self, msg: Any) -> tuple[int, bytes]:
        self._progress.may_have_arrived = True
        code, reply = super().data(msg)
        self._progress.accepted = _words(code, reply)
        return code, reply


class _WatchedSsl(_Watched, smtplib.SMTP_SSL):
    """TLS from the first byte."""


class _Backend(EmailBackend):
    """Django's, on a connection that tells how far it got."""

    def __init__(self, progress: _Progress, **options: Any) -> None:
        super().__init__(**options)
        self._progress = progress

    @property
    def connection_class(self) -> Any:
        return partial(_WatchedSsl if self.use_ssl else _Watched, progress=self._progress)


class Smtp:
    """EMAIL_HOST and its siblings. One connection for each mail: a page does not wait for another's conversation."""

    def send(self, mail: EmailMultiAlternatives) -> Outcome:
        progress = _Progress()
        backend = _Backend(
            progress,
            host=settings.EMAIL_HOST,
            port=settings.EMAIL_PORT,
            username=settings.EMAIL_HOST_USER,
            password=settings.EMAIL_HOST_PASSWORD,
            use_tls=settings.EMAIL_USE_TLS,
            use_ssl=settings.EMAIL_USE_SSL,
            timeout=WAIT_SECONDS,
        )
        try:
            backend.open()
            backend.send_messages([mail])
        except (smtplib.SMTPException, OSError, ValueError) as error:
            return _outcome(error, progress)
        finally:
            _leave(progress.connection)
        identity = str(mail.extra_headers.get("Message-ID", ""))  # Django gives those one that have none
        return Outcome(Result.DELIVERED, _said(progress.accepted), 250, progress.accepted, external_id=identity)


def _leave(connection: smtplib.SMTP | None) -> None:
    """What the server says to QUIT changes nothing any more."""
    if connection is None:
        return
    try:
        if connection.sock is not None:
            connection.sock.settimeout(GOODBYE_SECONDS)
        connection.quit()
    except (smtplib.SMTPException, OSError):
        connection.close()


def _outcome(error: Exception, progress: _Progress) -> Outcome:
    host = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    code, words = _reply(error)
    if code:
        result = Result.RETRY if code in _TEMPORARY else Result.REFUSED
        is_of_recipient = isinstance(error, smtplib.SMTPRecipientsRefused)
        reason = f"the mail server {host} answered {words}"
        return Outcome(result, reason, status=code, answer=words, is_of_recipient=is_of_recipient)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Outcome(Result.REFUSED, f"the mail server {host} cannot do what EMAIL_TLS or the log-in asks: {error}")
    if isinstance(error, ssl.SSLCertVerificationError):
        return Outcome(
            Result.REFUSED, f"the certificate of the mail server {host} is not valid: {error.verify_message}"
        )
    if isinstance(error, ValueError):  # a header or address that no mail can carry
        return Outcome(Result.REFUSED, f"the mail cannot be written: {error}")
    if progress.may_have_arrived:
        return Outcome(Result.UNKNOWN, f"the mail server {host} took the mail and broke off before it said so")
    return Outcome(Result.RETRY, f"the mail server {host} cannot be reached: {error}")


def _reply(error: Exception) -> tuple[int, str]:
    """The server's code and words, 0 when it gave none."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, reply = next(iter(error.recipients.values()))
        return code, _words(code, reply)
    if isinstance(error, smtplib.SMTPResponseException) and error.smtp_code > 0:
        return error.smtp_code, _words(error.smtp_code, error.smtp_error)
    return 0, ""


def _words(code: int, reply: bytes | str) -> str:
    text = reply.decode(errors="replace") if isinstance(reply, bytes) else reply
    return f"{code} {' '.join(text.split())}"[:_REPLY_KEPT]


def _said(reply: str) -> str:
    return f"the mail server answered {reply}" if reply else "the mail server took it"
