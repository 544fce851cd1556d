"""The link of a message that lists many pages: one person, all of them. Signed, and ending in time, as `links`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer

from incidents.paging.domain.delivery import ACTIVE_STATES
from incidents.paging.domain.links import LinkSyntaxError, ListClaim
from incidents.paging.models import Notification
from incidents.paging.services.bundling import listed_in
from incidents.paging.services.links import LinkRefused, logged
from reliability.access.models import User

_SIGNER = "incidents.paging.list_link"


@dataclass(frozen=True, slots=True)
class ListedPage:
    """One page of the list. is_waiting: nobody has answered it since."""

    escalation_id: int
    is_waiting: bool


@dataclass(frozen=True, slots=True)
class OpenedList:
    """A true link that has not expired, with the pages that its person may answer, the oldest first."""

    user: User
    pages: tuple[ListedPage, ...]


def sign(*, bundle: Notification, now: datetime) -> str:
    """For the person whom the message goes to."""
    if bundle.user_id is None:
        raise ValueError("a message to a channel has many readers: it has no link of one person")
    expires_at = now + timedelta(hours=settings.ACK_LINK_HOURS)
    claim = ListClaim(notification_id=bundle.pk, user_id=bundle.user_id, expires_at=expires_at)
    return Signer(salt=_SIGNER).sign(claim.to_text())


def open(*, token: str, now: datetime) -> OpenedList:  # noqa: A001  list_links.open, as links.open
    """Raises LinkRefused: link_forged, link_expired, link_of_nobody; each refusal is logged."""
    try:
        claim = ListClaim.from_text(Signer(salt=_SIGNER).unsign(token))
    except (BadSignature, LinkSyntaxError):
        raise logged(
            LinkRefused("this link is damaged or not one of ours: open it again from the message", reason="link_forged")
        ) from None
    user = User.objects.filter(pk=claim.user_id, is_active=True).first()
    bundle = Notification.objects.filter(pk=claim.notification_id, user_id=claim.user_id).first()
    if bundle is None or user is None:
        raise logged(LinkRefused("who was told, or what about, is not here any more", reason="link_of_nobody"))
    if now >= claim.expires_at:
        words = f"this link ended on {claim.expires_at:%Y-%m-%d at %H:%M} UTC: sign in instead"
        raise logged(LinkRefused(words, reason="link_expired"))
    return OpenedList(user=user, pages=_pages(bundle))


def _pages(bundle: Notification) -> tuple[ListedPage, ...]:
    rows = listed_in(bundle=bundle).filter(may_answer=True, escalation__isnull=False)
    found = rows.values_list("escalation_id", "epoch", "escalation__epoch", "escalation__state")
    pages: dict[int, ListedPage] = {}
    for escalation_id, epoch, current, state in found:
        pages[escalation_id] = ListedPage(escalation_id, is_waiting=epoch == current and state in ACTIVE_STATES)
    return tuple(pages.values())
