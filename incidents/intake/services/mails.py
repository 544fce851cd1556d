"""Reading a mailbox: each mail has its effect once, whatever dies in between.

The receipt, with the Message-ID, is written in the transaction of the effect; only then the mail is marked as read.
Whoever dies before that finds the mail again, and its receipt.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction

from incidents.intake.domain.events import Parsed
from incidents.intake.domain.refusals import RejectedError, RejectReason
from incidents.intake.models import Integration, MailReceipt
from incidents.intake.selectors.integrations import secrets_of
from incidents.intake.services.mailboxes import EMAIL
from incidents.intake.services.receiving import take
from incidents.intake.services.rejects import keep_note, keep_reject
from incidents.intake.sources.email.mailbox import Mailbox, MailboxError, Maildir, Waiting, imap
from incidents.intake.sources.email.parse import Mail, message_id_of, parse
from reliability.access.services.vault import VaultError

log = structlog.get_logger(__name__)

RECEIPT_KEPT = timedelta(days=90)
_FORGOTTEN_AT_ONCE = 500


def read_mailbox(*, integration_id: int, now: datetime) -> datetime | None:
    """Take what is new; when to look again. Not within a transaction: it waits for a server."""
    rows = Integration.objects.select_related("team")
    integration = rows.filter(pk=integration_id, kind=EMAIL, is_enabled=True).first()
    if integration is None:
        return None
    again_at = now + timedelta(seconds=integration.config.get("poll_seconds") or 60)
    taken = 0
    try:
        with _opened(integration) as mailbox:
            for mail in mailbox.waiting(mails_max=settings.MAILS_AT_ONCE_MAX, bytes_max=settings.MAIL_BYTES_MAX):
                _take_once(integration, mail, now)
                mailbox.done(mail)
                taken += 1
    except (MailboxError, VaultError, OSError) as error:
        log.warning("mailbox_unreadable", integration=integration.name, error=str(error))
        keep_note(integration=integration, note=str(error), now=now)
        return again_at
    _forget_receipts(integration, now)
    return now if taken == settings.MAILS_AT_ONCE_MAX else again_at


@contextmanager
def _opened(integration: Integration) -> Iterator[Mailbox]:
    config = integration.config
    if config.get("how") == "maildir":
        # Below the team's own: whoever may set up integrations of another team must not read its mail.
        yield Maildir(settings.MAILDIR_ROOT / integration.team.slug / config["maildir"])
        return
    with imap(config=config, password=secrets_of(integration).get("password", "")) as mailbox:
        yield mailbox


@transaction.atomic
def _take_once(integration: Integration, mail: Waiting, now: datetime) -> None:
    receipt = _new_receipt(integration, mail, now)
    if receipt is not None:
        receipt.outcome = _effect(integration, mail, now)
        receipt.save(update_fields=("outcome",))


def _new_receipt(integration: Integration, mail: Waiting, now: datetime) -> MailReceipt | None:
    """None when the mail has had its effect. Somebody who reads it at the same time waits for us here."""
    identity = f"mark:{mail.mark}:{mail.size}"[:255] if mail.raw is None else message_id_of(mail.raw)
    try:
        with transaction.atomic():
            return MailReceipt.objects.create(integration=integration, message_id=identity, outcome="begun", at=now)
    except IntegrityError:
        log.info("mail_known", integration=integration.name, message_id=identity)
        return None


def _effect(integration: Integration, mail: Waiting, now: datetime) -> str:
    try:
        found = _parsed(integration, mail)
    except RejectedError as error:
        keep_reject(integration=integration, error=error, body=mail.raw or b"", now=now)
        return error.reason.value
    return take(integration=integration, parsed=Parsed(alerts=(found.alert,)), now=now).outcomes[0]


def _parsed(integration: Integration, mail: Waiting) -> Mail:
    """Raises RejectedError, whatever a stranger wrote: a mail that nobody can read must not hold up those behind it."""
    raw = _bounded(mail)
    try:
        return parse(raw, config=integration.config)
    except RejectedError:
        raise
    except Exception as error:
        log.exception("mail_unreadable", integration=integration.name)
        raise RejectedError(
            RejectReason.MALFORMED, f"this mail cannot be read ({type(error).__name__}): the log of the worker has more"
        ) from error


def _bounded(mail: Waiting) -> bytes:
    if mail.raw is None:
        message = f"a mail of {mail.size:,} bytes: at most {settings.MAIL_BYTES_MAX:,} are read"
        raise RejectedError(RejectReason.TOO_LARGE, message)
    return mail.raw


def _forget_receipts(integration: Integration, now: datetime) -> None:
    old = MailReceipt.objects.filter(integration=integration, at__lt=now - RECEIPT_KEPT).order_by("pk")
    ids = list(old.values_list("pk", flat=True)[:_FORGOTTEN_AT_ONCE])
    if ids:
        MailReceipt.objects.filter(pk__in=ids).delete()
