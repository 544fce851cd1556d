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

from incidents.paging.domain.escalation import stage_of
from incidents.paging.domain.frozen import FrozenPolicy
from incidents.paging.domain.links import Claim, LinkSyntaxError
from incidents.paging.models import Escalation, Notification
from reliability.access.models import User
from reliability.access.selectors.callers import caller_of_user
from reliability.web.errors import ProblemError

logger = structlog.get_logger(__name__)

_SIGNER = "incidents.paging.link"
# In a button of a chat: who presses it is said by the chat, not by the link.
ANYBODY = 0


class LinkRefused(ProblemError):  # noqa: N818  reads as the refusals of reliability.web.errors do
    """Why a link does nothing. `escalation` is what it was about, when its signature is true.

    Reasons: link_forged, link_expired, link_stale (another epoch), link_of_nobody, link_of_former (left the team).
    """

    status: ClassVar[int] = 403
    reason = "link_forged"
    default_message = "this link is not one of ours"

    def __init__(self, message: str, *, reason: str, escalation: Escalation | None = None) -> None:
        super().__init__(message, reason=reason)
        self.escalation = escalation


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """A true link that has not expired. `subject` is the escalation's, such as "incident:42".

    is_current: nothing happened since, so that its step may be acknowledged or escalated.
    """

    escalation: Escalation
    subject: str
    epoch: int
    step: int
    user: User
    is_current: bool


def sign(*, escalation: Escalation, user_id: int, now: datetime, step: int | None = None) -> str:
    """The text of a link for this person at the escalation's epoch and where it stands.

    step: the stage, which counts over all passes, when it is not the current one.
    """
    frozen = FrozenPolicy.from_json(escalation.definition)
    current = stage_of(frozen=frozen, step=escalation.step, pass_number=escalation.pass_number)
    claim = Claim(
        escalation_id=escalation.pk,
        epoch=escalation.epoch,
        step=current if step is None else step,
        user_id=user_id,
        expires_at=now + timedelta(hours=settings.ACK_LINK_HOURS),
    )
    return Signer(salt=_SIGNER).sign(claim.to_text())


def open(*, token: str, now: datetime) -> OpenedLink:  # noqa: A001  links.open: there is no file in this module
    """One that may act: of this epoch. Raises LinkRefused with the reason; each refusal is logged."""
    opened = read(token=token, now=now)
    if not opened.is_current:
        raise logged(
            LinkRefused(
                "this link is from before the last acknowledgement, resolution or reopening: "
                "sign in to see what is now",
                reason="link_stale",
                escalation=opened.escalation,
            )
        )
    return opened


def read(*, token: str, now: datetime, user: User | None = None) -> OpenedLink:
    """One of any epoch, for buttons that make sense later, too (resolve, take command). Raises LinkRefused.

    user: who pressed a button that anybody may press. A link of one person is that person's, whoever opens it.
    """
    try:
        return _read(token=token, user=user, now=now)
    except LinkRefused as refused:
        raise logged(refused) from None


def logged(refused: LinkRefused) -> LinkRefused:
    """Written down, with what it was about and no more."""
    about = None if refused.escalation is None else refused.escalation.subject
    logger.warning("link_refused", reason=refused.reason, subject=about)
    return refused


def _read(*, token: str, user: User | None, now: datetime) -> OpenedLink:
    try:
        claim = Claim.from_text(Signer(salt=_SIGNER).unsign(token))
    except (BadSignature, LinkSyntaxError):
        raise LinkRefused(
            "this link is damaged or not one of ours: open it again from the message", reason="link_forged"
        ) from None
    escalation = Escalation.objects.filter(pk=claim.escalation_id).first()
    if claim.user_id != ANYBODY:
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
    if claim.user_id != ANYBODY and not _may_answer(user=user, escalation=escalation):
        raise LinkRefused(
            "you are not in the team any more that this was about, so it is not yours to see or answer",
            reason="link_of_former",
            escalation=escalation,
        )
    return OpenedLink(
        escalation=escalation,
        subject=escalation.subject,
        epoch=claim.epoch,
        step=claim.step,
        user=user,
        is_current=escalation.epoch == claim.epoch,
    )


def _may_answer(*, user: User, escalation: Escalation) -> bool:
    """Whoever may read what the team has, and whoever was paged from outside of it (decision 65)."""
    if caller_of_user(user=user).may_read(escalation.team_id):
        return True
    pages = Notification.objects.filter(escalation=escalation, purpose=Notification.Purpose.PAGE, may_answer=True)
    return pages.filter(user=user).exists()
