"""Who has read a message: by the link in it, or by opening its page. And who wants to be told no more."""

from __future__ import annotations

from datetime import datetime

from django.core.signing import BadSignature, Signer
from django.db import transaction

from chaos.runs.domain.tokens import NoticeClaim, TokenSyntaxError
from incidents.stakeholders.models import Recipient, Stakeholder, StakeholderMessage
from incidents.stakeholders.selectors.links import SIGNER
from incidents.stakeholders.services.changing import trail
from reliability.access.domain.caller import SYSTEM, Caller
from reliability.web.errors import NotFound

BY_LINK, BY_PAGE = "link", "page"


def recipient_of_token(*, token: str, now: datetime) -> Recipient:
    """Whose link this is, with message, its team and text at hand. Raises NotFound for one that is damaged or over."""
    try:
        claim = NoticeClaim.from_text(Signer(salt=SIGNER).unsign(token))
    except (BadSignature, TokenSyntaxError):
        raise NotFound("this link is damaged or not one of ours: open it again from the message") from None
    if now >= claim.expires_at:
        raise NotFound("this link has ended: the message is too old")
    found = Recipient.objects.select_related("message__team", "text", "stakeholder").filter(pk=claim.notice_id).first()
    if found is None:
        raise NotFound("there is nothing behind this link any more")
    return found


def confirm(*, token: str, now: datetime) -> Recipient:
    """By whoever has the link. Twice is once. Raises NotFound."""
    recipient = recipient_of_token(token=token, now=now)
    if _mark(recipient_ids=[recipient.pk], by=BY_LINK, now=now):
        recipient.read_at, recipient.read_by = now, BY_LINK
    return recipient


def opened(*, caller: Caller, message: StakeholderMessage, now: datetime) -> bool:
    """The page of the message was shown to the caller: whether that told somebody who had not read it."""
    if caller.user_id is None:
        return False
    own = Recipient.objects.filter(message=message, stakeholder__user_id=caller.user_id, read_at=None)
    return bool(_mark(recipient_ids=list(own.values_list("pk", flat=True)), by=BY_PAGE, now=now))


@transaction.atomic
def stop(*, token: str, now: datetime) -> Recipient:
    """They want to be told no more, by whoever has the link: what waits for them is void. Twice is once."""
    recipient = recipient_of_token(token=token, now=now)
    person = Stakeholder.objects.select_for_update(of=("self",)).filter(pk=recipient.stakeholder_id).first()
    if person is not None and person.unsubscribed_at is None:
        _set_unsubscribed(person, at=now, now=now)
    recipient.stakeholder = person
    return recipient


@transaction.atomic
def resume(*, token: str, now: datetime) -> Recipient:
    """They want to be told again. Twice is once. Raises NotFound."""
    recipient = recipient_of_token(token=token, now=now)
    person = Stakeholder.objects.select_for_update(of=("self",)).filter(pk=recipient.stakeholder_id).first()
    if person is not None and person.unsubscribed_at is not None:
        _set_unsubscribed(person, at=None, now=now)
    recipient.stakeholder = person
    return recipient


def _set_unsubscribed(person: Stakeholder, *, at: datetime | None, now: datetime) -> None:
    before, person.unsubscribed_at = person.unsubscribed_at, at
    person.revision += 1
    person.updated_at, person.updated_by_name = now, person.name
    person.save(update_fields=("unsubscribed_at", "revision", "updated_at", "updated_by_name"))
    words = [None if one is None else one.isoformat() for one in (before, at)]
    trail(
        caller=SYSTEM,
        action="stakeholder.unsubscribe" if at is not None else "stakeholder.resubscribe",
        name=person.name,
        team_id=person.team_id,
        now=now,
        changes={"unsubscribed_at": words},
        reason="by the link in a message",
    )


def _mark(*, recipient_ids: list[int], by: str, now: datetime) -> int:
    """The first time counts."""
    return Recipient.objects.filter(pk__in=recipient_ids, read_at=None).update(read_at=now, read_by=by)
