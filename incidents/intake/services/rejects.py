"""What was not taken, kept for whoever set the integration up."""

from __future__ import annotations

import hashlib
from datetime import datetime

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F

from incidents.intake.domain.refusals import RejectedError
from incidents.intake.models import Integration, Reject

log = structlog.get_logger(__name__)

_MESSAGE_LENGTH_MAX = 2_000


def keep_reject(*, integration: Integration, error: RejectedError, body: bytes, now: datetime) -> None:
    """Keep why, and the beginning of the body; the same again is counted. The oldest go beyond INTAKE_REJECTS_MAX."""
    message = "; ".join(error.errors)[:_MESSAGE_LENGTH_MAX]
    kept = readable(body)
    digest = hashlib.sha256(b"\0".join((error.reason.encode(), message.encode(), kept.encode()))).hexdigest()
    log.info("intake_rejected", integration=integration.name, reason=error.reason.value, message=message[:200])
    with transaction.atomic():
        if not _count_again(integration, digest, now) and not _insert(integration, error, message, kept, digest, now):
            _count_again(integration, digest, now)
        Integration.objects.filter(pk=integration.pk).update(last_error=message, last_error_at=now)
        _forget_oldest(integration)


def keep_note(*, integration: Integration, note: str, now: datetime) -> None:
    """What was taken, and still is not as it should be: shown as the last error, of an instant that took something."""
    Integration.objects.filter(pk=integration.pk).update(
        last_error=note[:_MESSAGE_LENGTH_MAX], last_error_at=now, last_received_at=now
    )


def readable(body: bytes) -> str:
    """The beginning of the body as text; what is no UTF-8, and NUL, becomes a visible mark."""
    text = body[: settings.INTAKE_REJECT_BYTES_MAX].decode(errors="backslashreplace").replace("\x00", "\\x00")
    rest = len(body) - settings.INTAKE_REJECT_BYTES_MAX
    return f"{text}\n… and {rest:,} more bytes" if rest > 0 else text


def _count_again(integration: Integration, digest: str, now: datetime) -> int:
    same = Reject.objects.filter(integration=integration, digest=digest)
    return same.update(times=F("times") + 1, at=now)


def _insert(
    integration: Integration, error: RejectedError, message: str, body: str, digest: str, now: datetime
) -> bool:
    try:
        with transaction.atomic():
            Reject.objects.create(
                integration=integration,
                at=now,
                first_at=now,
                reason=error.reason.value,
                message=message,
                body=body,
                digest=digest,
            )
    except IntegrityError:  # the same at the same instant: somebody else's insert won
        return False
    return True


def _forget_oldest(integration: Integration) -> None:
    kept = Reject.objects.filter(integration=integration).order_by("-at", "-pk")
    old = list(kept.values_list("pk", flat=True)[settings.INTAKE_REJECTS_MAX : settings.INTAKE_REJECTS_MAX + 100])
    if old:
        Reject.objects.filter(pk__in=old).delete()
