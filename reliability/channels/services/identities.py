"""Who a member of a chat workspace is here: known from before, by their email address, or by connecting once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urljoin

import structlog
from django.conf import settings
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.db import transaction
from django.urls import reverse

from reliability.access.domain.caller import Caller
from reliability.access.models import User
from reliability.access.services import audit
from reliability.channels.kinds.slack.people import email_of
from reliability.channels.models import Channel, ChatIdentity
from reliability.channels.services.bounded import StillRunning, TooManyHanging, within
from reliability.web.errors import Forbidden, Invalid, NotFound
from reliability.web.outbound import OutboundRefused

log = structlog.get_logger(__name__)

CONNECT_MINUTES = 15
# Slack waits three seconds for an answer; this is one part of it.
_ASKING_SECONDS = 1.5
_SIGNER = "reliability.channels.identity"


@dataclass(frozen=True, slots=True)
class Offer:
    """What a connect link says: this member of the workspace, for the channels of this team."""

    team_id: int
    workspace: str
    member: str


def user_of(*, channel: Channel, workspace: str, member: str, bot_token: str, now: datetime) -> User | None:
    """The person, None when the member is nobody we know. Call it outside of a transaction: it may ask Slack."""
    known = (
        ChatIdentity.objects.select_related("user")
        .filter(team_id=channel.team_id, workspace=workspace, member=member, user__is_active=True)
        .first()
    )
    if known is not None:
        return known.user
    email = _email_of(bot_token, member) if bot_token else ""
    user = User.objects.filter(email__iexact=email, is_active=True).first() if email else None
    if user is not None:
        ChatIdentity.objects.get_or_create(
            team_id=channel.team_id, workspace=workspace, member=member, defaults={"user": user, "created_at": now}
        )
    return user


def connect_url(*, channel: Channel, workspace: str, member: str) -> str:
    """Where the member says who they are here. Shown to them alone, and good for a quarter of an hour."""
    token = TimestampSigner(salt=_SIGNER).sign_object([channel.team_id, workspace, member])
    return urljoin(f"{settings.PUBLIC_URL}/", reverse("identity-connect", args=(token,)).lstrip("/"))


def offer_of(*, token: str) -> Offer:
    """Raises NotFound for a link that is none of ours, Invalid for one that has ended."""
    try:
        team_id, workspace, member = TimestampSigner(salt=_SIGNER).unsign_object(
            token, max_age=timedelta(minutes=CONNECT_MINUTES)
        )
    except SignatureExpired as error:
        raise Invalid("this link has ended: press the button in the chat again", reason="link_expired") from error
    except (BadSignature, ValueError, TypeError) as error:
        raise NotFound("this link is not one of ours: press the button in the chat again") from error
    return Offer(int(team_id), str(workspace), str(member))


def connect(*, caller: Caller, offer: Offer, now: datetime) -> None:
    """The signed-in person is that member. Raises Forbidden for somebody outside of the team."""
    if caller.user_id is None or caller.role_in(offer.team_id) is None:
        raise Forbidden("only members of the team can be connected to its chat", reason="not_a_member")
    with transaction.atomic():
        ChatIdentity.objects.update_or_create(
            team_id=offer.team_id,
            workspace=offer.workspace,
            member=offer.member,
            defaults={"user_id": caller.user_id, "created_at": now},
        )
        audit.record(
            caller=caller,
            action="identity.connect",
            object_kind="identity",
            object_name=f"{offer.workspace}/{offer.member}",
            team_id=offer.team_id,
            now=now,
        )


def _email_of(bot_token: str, member: str) -> str:
    try:
        return within(_ASKING_SECONDS, lambda: email_of(bot_token=bot_token, member=member))
    except (StillRunning, TooManyHanging, OutboundRefused) as error:
        log.warning("slack_member_unknown", reason=str(error))
        return ""
