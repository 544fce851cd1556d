"""Links by which one person acts without signing in: signed, bound to the epoch of the escalation, ending in time.

The same text is the `value` that chat buttons carry back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

import structlog
from django.conf import settings
from django.core.signing import BadSignature, Signer

from incidents.paging.domain.links import Claim, LinkSyntaxError
from incidents.paging.models import Escalation
from reliability.access.models import User
from reliability.web.errors import ProblemError

logger = structlog.get_logger(__name__)

_SIGNER = "incidents.paging.link"


class LinkRefused(ProblemError):  # noqa: N818  reads as the refusals of reliability.web.errors do
    """Why a link does nothing. `escalation` is what it was about, when its signature is true.

    Reasons: link_forged, link_expired, link_stale (another epoch), link_of_nobody.
    """

    status: ClassVar[int] = 403
    reason = "link_forged"
    default_message = "this link is not one of ours"

    def __init__(self, message: str, *, reason: str, escalation: Escalation | None = None) -> None:
        super().__init__(message, reason=reason)
        self.escalation = escalation


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """A link that holds now. `subject` is the escalation's, such as "incident:42"."""

    escalation: Escalation
    subject: str
    epoch: int
    step: int
    user: User


def sign(*, escalation: Escalation, user_id: int, now: datetime, step: int | None = None) -> str:
    """The text of a link for this person at the escalation's epoch, and its current step unless told another."""
    claim = Claim(
        escalation_id=escalation.pk,
        epoch=escalation.epoch,
        step=escalation.step if step is None else step,
        user_id=user_id,
        expires_at=now + timedelta(hours=settings.ACK_LINK_HOURS),
    )
    return Signer(salt=_SIGNER).sign(claim.to_text())


def open(*, token: str, now: datetime) -> OpenedLink:  # noqa: A001  links.open: there is no file in this module
    """Raises LinkRefused with the reason; each refusal is logged."""
    try:
        return _opened(token=token, now=now)
    except LinkRefused as refused:
        about = None if refused.escalation is None else refused.escalation.subject
        logger.warning("link_refused", reason=refused.reason, subject=about)
        raise


def _opened(*, token: str, now: datetime) -> OpenedLink:
    try:
        claim = Claim.from_text(Signer(salt=_SIGNER).unsign(token))
    except (BadSignature, LinkSyntaxError):
        raise LinkRefused(
            "this link is damaged or not one of ours: open it again from the message", reason="link_forged"
        ) from None
    escalation = Escalation.objects.filter(pk=claim.escalation_id).first()
    user = User.objects.filter(pk=claim.user_id, is_active=True).first()
    if escalation is None or user is None:
        raise LinkRefused(
            "who was told, or what about, is not here any more", reason="link_of_nobody", escalation=escalation
        )
    if now >= claim.expires_at:
        raise LinkRefused(
            f"this link ended on {claim.expires_at:%Y-%m-%d at %H:%M} UTC: sign in instead",
            reason="link_expired",
            escalation=escalation,
        )
    if escalation.epoch != claim.epoch:
        raise LinkRefused(
            "this link is from before the last acknowledgement, resolution or reopening: sign in to see what is now",
            reason="link_stale",
            escalation=escalation,
        )
    return OpenedLink(
        escalation=escalation, subject=escalation.subject, epoch=claim.epoch, step=claim.step, user=user
    )
