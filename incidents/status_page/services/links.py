"""Signed links of subscribers: one confirms until it ends, one changes or ends the subscription as long as it lasts."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer

from incidents.status_page.domain.addresses import root_of
from incidents.status_page.domain.subscribing import Claim, ClaimError
from incidents.status_page.models import StatusPage, Subscriber
from reliability.web.errors import NotFound

_CONFIRM = "incidents.status_page.confirm"
_MANAGE = "incidents.status_page.manage"
_DAMAGED = "this link is damaged or not one of ours: open it again from the message"


def confirm_url(*, subscriber: Subscriber, now: datetime) -> str:
    claim = Claim(subscriber.key, now + timedelta(hours=settings.STATUS_CONFIRM_HOURS))
    return f"{page_root(subscriber.page)}/subscriptions/{Signer(salt=_CONFIRM).sign(claim.to_text())}/confirm"


def manage_url(*, subscriber: Subscriber) -> str:
    return f"{page_root(subscriber.page)}/subscriptions/{manage_token(subscriber=subscriber)}/"


def leave_url(*, subscriber: Subscriber) -> str:
    """Of RFC 8058: a POST there ends the subscription, a GET asks."""
    return f"{page_root(subscriber.page)}/subscriptions/{manage_token(subscriber=subscriber)}/leave"


def manage_token(*, subscriber: Subscriber) -> str:
    return Signer(salt=_MANAGE).sign(Claim(subscriber.key).to_text())


def subscriber_of_confirm(*, token: str, now: datetime) -> Subscriber:
    """With its page. Raises NotFound for a link that is damaged, over, or of somebody who left."""
    claim = _claim(token, salt=_CONFIRM)
    if claim.expires_at is None or now >= claim.expires_at:
        raise NotFound("this link has ended: subscribe again, and a new one comes", reason="link_expired")
    return _subscriber(claim)


def subscriber_of_manage(*, token: str) -> Subscriber:
    """As subscriber_of_confirm; this link does not end."""
    return _subscriber(_claim(token, salt=_MANAGE))


def is_of_ours(*, token: str) -> bool:
    """Whether it is a whole link of either kind, though its subscriber may be gone or its time over."""
    for salt in (_MANAGE, _CONFIRM):
        with suppress(NotFound):
            _claim(token, salt=salt)
            return True
    return False


def page_root(page: StatusPage) -> str:
    """At the page's own domain, if it has one. Links of a private page need no key: they are signed."""
    return root_of(public_url=settings.PUBLIC_URL, slug=page.slug, domain=page.domain or "")


def _claim(token: str, *, salt: str) -> Claim:
    try:
        return Claim.from_text(Signer(salt=salt).unsign(token))
    except (BadSignature, ClaimError):
        raise NotFound(_DAMAGED) from None


def _subscriber(claim: Claim) -> Subscriber:
    found = Subscriber.objects.select_related("page").filter(key=claim.key).first()
    if found is None:
        raise NotFound("this subscription has ended: there is nothing left to change", reason="left")
    return found
