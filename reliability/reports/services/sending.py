"""Making a report once its period has settled, keeping its numbers, and sending it: once to each place."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from incidents.learning.domain.periods import ReviewPeriod
from reliability.access.domain.caller import Caller, Role
from reliability.access.models import User
from reliability.access.services.authorize import require
from reliability.channels.domain.message import Event, Message
from reliability.channels.domain.outcome import Outcome, Result
from reliability.channels.selectors.contacts import sign_in_mail
from reliability.channels.services import notices
from reliability.channels.services.sending import send_to_channel, send_to_contact
from reliability.reports.domain.report import MEASURED_ENOUGH, sections_of
from reliability.reports.domain.sending import LOOK_AGAIN, SETTLING_MAX, due_after, last_due, period_due, settling_words
from reliability.reports.models import ReportNotice, SentReport, Subscription
from reliability.reports.selectors.monthly import last_finished, report_of
from reliability.reports.selectors.settling import unsettled
from reliability.reports.selectors.subscriptions import caller_of_team, recipients_of
from reliability.reports.services.due_kinds import NOTICE
from reliability.reports.services.leaving import is_left, leave_url

_PATIENCE = timedelta(days=2)
OBJECTIVES_SHOWN = 30  # of a mail: as the templates cut them


def make(*, subscription_id: int, now: datetime) -> datetime | None:
    """Make the report that is due, its copy and its mails. Returns when to look again; None for nothing to do.

    Run twice it makes one: the copy is unique for subscription and period. After months of silence only the newest
    period is sent.
    """
    found = Subscription.objects.select_related("team").filter(pk=subscription_id, is_paused=False).first()
    if found is None:
        return None
    due_at: datetime = found.due_at
    if now < due_at:
        return due_at
    # Not the period that was over when this runs: what waits on the 28th may be made on the 1st.
    due_at = last_due(due_at=due_at, now=now, months=found.months, day=found.day, hour=found.hour, zone_name=found.zone)
    period = period_due(due_at=due_at, months=found.months, zone_name=found.zone)
    missing = unsettled(team_id=found.team_id, period=period.period)
    if missing and now < due_at + SETTLING_MAX:
        return now + LOOK_AGAIN
    numbers = None
    if not SentReport.objects.filter(subscription=found, period=period.slug, is_test=False).exists():
        # Outside of the transaction: it takes a second, in which nobody else could write to SQLite.
        report = report_of(caller=caller_of_team(team=found.team), team_slug=found.team.slug, period=period, now=now)
        numbers = report.to_json()
    return _kept(found, period, numbers, settling_words(missing), now)


@transaction.atomic
def _kept(
    found: Subscription, period: ReviewPeriod, numbers: dict[str, object] | None, note: str, now: datetime
) -> datetime | None:
    row = Subscription.objects.select_for_update(of=("self",)).select_related("team").filter(pk=found.pk).first()
    if row is None or row.is_paused:
        return None
    if row.revision != found.revision:
        # Somebody changed it while the numbers were read: they may be of another period or zone.
        changed_to: datetime = row.due_at
        return max(now, changed_to)
    if numbers is not None:
        values = {"team": row.team, "zone": row.zone, "made_at": now, "numbers": numbers, "note": note}
        sent, is_new = SentReport.objects.get_or_create(
            subscription=row, period=period.slug, is_test=False, defaults=values
        )
        if is_new:
            for place in recipients_of(row):
                notices.make_for_place(
                    telling=_TELLING, key=f"report:{sent.pk}", place=place, columns={"report": sent}, now=now
                )
    following = due_after(at=now, months=row.months, day=row.day, hour=row.hour, zone_name=row.zone)
    row.due_at = following
    row.save(update_fields=("due_at",))
    return following


def send_test(*, caller: Caller, subscription: Subscription, user: User, now: datetime) -> SentReport:
    """To the person alone, of the last period that is over. Raises NotFound, Forbidden (editors of the team)."""
    require(caller=caller, team_id=subscription.team_id, role=Role.EDITOR)
    period = last_finished(now=now, zone_name=subscription.zone, months=subscription.months)
    report = report_of(
        caller=caller_of_team(team=subscription.team), team_slug=subscription.team.slug, period=period, now=now
    )
    with transaction.atomic():
        SentReport.objects.filter(subscription=subscription, is_test=True, notices__user=user).delete()
        sent = SentReport.objects.create(
            subscription=subscription, team=subscription.team, period=period.slug, zone=subscription.zone,
            made_at=now, numbers=report.to_json(), note="A test, sent to you alone.", is_test=True,
        )  # fmt: skip
        key = f"report-test:{uuid.uuid4().hex}"
        notices.make_for_place(telling=_TELLING, key=key, place=user, columns={"report": sent}, now=now)
    return sent


def deliver(*, notice_id: int, now: datetime) -> datetime | None:
    """One try. Returns when to try again; None when there is nothing left to do."""
    return notices.deliver(telling=_TELLING, notice_id=notice_id, now=now)


def message_of(*, notice: ReportNotice, now: datetime) -> Message:
    """The kept numbers as a mail: plain text, and HTML with its styles at the elements. Needs notice.report.team."""
    sent = notice.report
    stop_url = leave_url(notice=notice)
    asked = urlencode({"month": sent.period, "team": sent.team.slug, "tz": sent.zone})
    page = f"{reverse('report-monthly')}?{asked}"
    context = {
        "report": sent.numbers,
        "note": sent.note,
        "enough": MEASURED_ENOUGH,
        "why": _why(notice),
        "stop_url": stop_url,
        "unshown": max(len(sent.numbers["objectives"]) - OBJECTIVES_SHOWN, 0),
        "base": settings.PUBLIC_URL,
        "url": f"{settings.PUBLIC_URL}{page}",
        "sections": sections_of(sent.numbers),
        "sent_url": "" if sent.is_test else f"{settings.PUBLIC_URL}{reverse('report-sent', args=(sent.pk,))}",
    }
    title = str(sent.numbers["title"])
    return Message(
        event=Event.NOTICE,
        subject_key=f"reports:{sent.team_id}:{sent.period}",
        idempotency_key=notice.idempotency_key,
        title=f"{'Test: ' if sent.is_test else ''}Reliability of {sent.team.name}, {title}",
        text=render_to_string("reports/mail.txt", context).strip(),
        mail_html=render_to_string("reports/mail.html", context),
        severity="info",
        severity_word="",
        url=context["url"],
        at=sent.made_at,
        team=sent.team.name,
        unsubscribe_url=stop_url,
    )


def _why(notice: ReportNotice) -> str:
    """Why this place gets it."""
    team = notice.report.team.name
    if notice.report.is_test:
        return "You get this once, as you asked for a test."
    if notice.user_id is not None:
        return f"You get this as a member of {team}."
    return f"This goes to the channel {notice.place} of {team}: its editors end it under Reports, By mail."


def _send(*, notice: ReportNotice, now: datetime) -> Outcome:
    """Reports are mail: to the channel, or to the address the person signs in with."""
    message = message_of(notice=notice, now=now)
    if notice.channel is not None:
        return send_to_channel(channel=notice.channel, message=message, now=now)
    if notice.user is None or not notice.user.is_active:
        return Outcome(Result.REFUSED, f"{notice.place} is not there any more")
    return send_to_contact(contact_method=sign_in_mail(user=notice.user), message=message, now=now)


def _void_because(*, notice: ReportNotice, now: datetime) -> str:
    """A person who left the team meanwhile gets nothing of it, nor does a channel that is not the team's any more."""
    if notice.channel is not None and notice.channel.team_id != notice.report.team_id:
        return "the channel is of another team now"
    if notice.user is None or (notice.report.is_test and notice.user.is_administrator):
        return ""
    is_member = notice.user.memberships.filter(team_id=notice.report.team_id).exists()
    if not is_member:
        return "they left the team meanwhile"
    found = notice.report.subscription
    if found is not None and not notice.report.is_test and is_left(subscription=found, user=notice.user):
        return "they do not want it any more"
    return ""


_TELLING = notices.Telling(
    model=ReportNotice,
    due_kind=NOTICE,
    joined=("report__team", "report__subscription", "channel", "user"),
    void_because=_void_because,
    send=_send,
    patience=_PATIENCE,
)
