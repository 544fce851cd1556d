"""A member who does not want the report: by the link in the mail, or on the page. The others get it as before."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.urls import reverse

from chaos.runs.domain.tokens import NoticeClaim, TokenSyntaxError
from reliability.access.domain.caller import SYSTEM, Caller
from reliability.access.models import User
from reliability.access.services import audit
from reliability.reports.models import ReportNotice, Subscription
from reliability.reports.services.subscriptions import KIND
from reliability.web.errors import Conflict, Forbidden, NotFound

SIGNER = "reports.notice"
LINK_LASTS = timedelta(days=90)


def leave_url(*, notice: ReportNotice) -> str:
    """Of the mail to a member; blank of one to a channel, and of a test."""
    if notice.user_id is None or notice.report.is_test or notice.report.subscription_id is None:
        return ""
    claim = NoticeClaim(notice.pk, notice.created_at + LINK_LASTS)
    return f"{settings.PUBLIC_URL}{reverse('report-leave', args=(Signer(salt=SIGNER).sign(claim.to_text()),))}"


def notice_of_token(*, token: str, now: datetime) -> ReportNotice:
    """With user, report, team and subscription. Raises NotFound for a link that is damaged or over."""
    try:
        claim = NoticeClaim.from_text(Signer(salt=SIGNER).unsign(token))
    except (BadSignature, TokenSyntaxError):
        raise NotFound("this link is damaged or not one of ours: open it again from the mail") from None
    if now >= claim.expires_at:
        raise NotFound("this link has ended: the page of reports by mail does the same")
    rows = ReportNotice.objects.select_related("user", "report__team", "report__subscription__team")
    found = rows.filter(pk=claim.notice_id).exclude(user=None).exclude(report__subscription=None).first()
    if found is None:
        raise NotFound("there is nothing behind this link any more: the report is not sent as it was")
    return found


def leave_by_link(*, token: str, wanted: bool, now: datetime) -> ReportNotice:
    """By whoever has the link. Twice is once. Raises NotFound."""
    notice = notice_of_token(token=token, now=now)
    if notice.user is not None and notice.report.subscription is not None:
        _set(SYSTEM, notice.report.subscription, notice.user, wanted, now, "by the link in a mail")
    return notice


def leave(*, caller: Caller, subscription: Subscription, wanted: bool, now: datetime) -> None:
    """For oneself. Raises NotFound, Forbidden for callers that are no member, Conflict when no member gets it."""
    if not caller.may_read(subscription.team_id):
        raise NotFound("this subscription is not there any more")
    members = User.objects.filter(pk=caller.user_id or 0, memberships__team_id=subscription.team_id)
    user = members.first()
    if user is None:
        raise Forbidden("only members of the team get its report", reason="no_member")
    if not subscription.to_members:
        raise Conflict("it goes to channels alone: their editors end it", reason="not_to_members")
    _set(caller, subscription, user, wanted, now, "")


def is_left(*, subscription: Subscription, user: User) -> bool:
    return bool(subscription.without.filter(pk=user.pk).exists())


@transaction.atomic
def _set(caller: Caller, subscription: Subscription, user: User, wanted: bool, now: datetime, reason: str) -> None:
    if is_left(subscription=subscription, user=user) is not wanted:
        return
    if wanted:
        subscription.without.remove(user)
    else:
        subscription.without.add(user)
    audit.record(
        caller=caller,
        action=f"{KIND}.{'rejoin' if wanted else 'leave'}",
        object_kind=KIND,
        object_name=f"#{subscription.pk} {subscription.team.slug}",
        team_id=subscription.team_id,
        now=now,
        changes={"without": [str(user), None] if wanted else [None, str(user)]},
        reason=reason,
    )
