"""Telling stakeholders that a run comes, that it waits for an approval, and that it is over.

One row for each place, sent as due work.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.urls import reverse

from chaos.runs.domain.states import State
from chaos.runs.domain.tokens import NoticeClaim, TokenSyntaxError
from chaos.runs.models import GuardPolicy, Notice, Run
from chaos.runs.services.due_kinds import NOTICE, START
from chaos.runs.services.policies import in_force
from reliability.access.domain.caller import SYSTEM, Caller, Role
from reliability.access.models import User
from reliability.access.services.audit import record
from reliability.access.services.authorize import require
from reliability.channels.domain.message import Event, Message
from reliability.channels.models import Channel
from reliability.channels.services import notices
from reliability.outbox.services import due
from reliability.web.errors import Conflict, NotFound

GIVE_UP_AFTER = timedelta(hours=1)
# So that those who are to be told half an hour before are: a message takes a while.
_SLACK = timedelta(minutes=2)
# People need time to answer: who is to acknowledge is told at least so long before.
_TO_ANSWER = timedelta(hours=1)
_LINK_AFTER = timedelta(days=1)  # a link ends a day after the run may begin
_SIGNER = "chaos.runs.notice"


def plan(*, run: Run, now: datetime) -> list[Notice]:
    """Make the notices that the policy in force asks for, each once however often this is called.

    In the transaction that makes the run, and again by the guards, so that a policy that came later is heeded, too.
    """
    found = in_force(team_id=run.team_id, service_id=run.service_id)
    policy = found.policy
    if found.row is None or run.mode != "real":
        return []
    made: list[Notice] = []
    places = _places(found.row)
    if policy.approvals_needed:
        made += _make(run=run, kind=Notice.Kind.APPROVAL, places=places, due_at=now, now=now)
    if policy.notice_minutes or policy.needs_acknowledgement:
        lead = timedelta(minutes=policy.notice_minutes) + _SLACK
        lead = max(lead, _TO_ANSWER) if policy.needs_acknowledgement else lead
        due_at = max(now, run.not_before - lead)
        made += _make(run=run, kind=Notice.Kind.COMING, places=places, due_at=due_at, now=now)
    return made


def tell_end(*, run: Run, now: datetime) -> list[Notice]:
    """Those who were told that it comes hear that it is over."""
    told = run.notices.filter(kind=Notice.Kind.COMING, state=Notice.State.SENT).select_related("channel", "user")
    places = [one.channel or one.user for one in told]
    return _make(
        run=run, kind=Notice.Kind.ENDED, places=[one for one in places if one is not None], due_at=now, now=now
    )


def deliver(*, notice_id: int, now: datetime) -> datetime | None:
    """One try, if it is still needed. Returns when to try again; None when there is nothing left to do."""
    return notices.deliver(telling=_TELLING, notice_id=notice_id, now=now)


def token_of(*, notice: Notice) -> str:
    """The text of the link in a notice: whoever was sent it may acknowledge it, until a day after the run may begin."""
    claim = NoticeClaim(notice.pk, notice.run.not_after + _LINK_AFTER)
    return Signer(salt=_SIGNER).sign(claim.to_text())


def notice_of_token(*, token: str, now: datetime) -> Notice:
    """Raises NotFound for a link that is damaged, forged, over, or of a run that is gone."""
    try:
        claim = NoticeClaim.from_text(Signer(salt=_SIGNER).unsign(token))
    except (BadSignature, TokenSyntaxError):
        raise NotFound("this link is damaged or not one of ours: open it again from the message") from None
    if now >= claim.expires_at:
        raise NotFound("this link has ended: the run it was about is over")
    found = Notice.objects.select_related("run__experiment", "run__team", "user", "channel").filter(pk=claim.notice_id)
    notice = found.first()
    if notice is None:
        raise NotFound("there is nothing behind this link any more")
    return notice


def acknowledge_by_link(*, token: str, now: datetime) -> Notice:
    """By whoever has the link: named after the person, or the channel, that was told."""
    notice = notice_of_token(token=token, now=now)
    name = str(notice.user) if notice.user is not None else f"somebody in {notice.place}"
    return _acknowledge(notice=notice, name=name, caller=SYSTEM, reason="by the link in the notice", now=now)


def acknowledge(*, caller: Caller, run_id: int, notice_id: int, now: datetime) -> Notice:
    """On the page of the run, by a responder of its team or the person who was told. Raises NotFound, Forbidden."""
    notice = Notice.objects.select_related("run", "user", "channel").filter(pk=notice_id, run_id=run_id).first()
    if notice is None or not caller.may_read(notice.run.team_id):
        raise NotFound("there is no such notice, or it is not yours to see")
    if caller.user_id is None or caller.user_id != notice.user_id:
        require(caller=caller, team_id=notice.run.team_id, role=Role.RESPONDER)
    return _acknowledge(notice=notice, name=caller.name, caller=caller, reason="", now=now)


def wake(*, run: Run, now: datetime) -> None:
    """Something that the run waits for may have changed: ask its guards again."""
    if run.state == State.WAITING:
        due.schedule(kind=START, key=run.pk, due_at=max(now, run.not_before))


def _acknowledge(*, notice: Notice, name: str, caller: Caller, reason: str, now: datetime) -> Notice:
    with transaction.atomic():
        row = Notice.objects.select_for_update(of=("self",)).select_related("run__experiment").get(pk=notice.pk)
        if row.acknowledged_at is not None:
            return row
        if row.kind != Notice.Kind.COMING:
            raise Conflict("only notices of runs that come are acknowledged")
        row.acknowledged_at, row.acknowledged_by_name = now, name[:160]
        row.save(update_fields=("acknowledged_at", "acknowledged_by_name"))
        record(
            caller=caller,
            action="run.acknowledge_notice",
            object_kind="run",
            object_name=f"run {row.run_id} of {row.run.experiment.slug}",
            team_id=row.run.team_id,
            changes={"acknowledged_by": ["", name]},
            reason=reason,
            now=now,
        )
        wake(run=row.run, now=now)
    return row


def places_of(*, team_id: int, service_id: int | None) -> list[Channel | User]:
    """Whom the policy in force tells of runs; nobody where none was written."""
    row = in_force(team_id=team_id, service_id=service_id).row
    return [] if row is None else _places(row)


def _places(row: GuardPolicy) -> list[Channel | User]:
    """Who has left the team is not told of its runs, nor is the old team of a service that went to another."""
    owner_id = row.owner_id
    return [
        *row.notice_channels.filter(is_enabled=True, team=owner_id).order_by("name", "pk"),
        *row.notice_people.filter(is_active=True, memberships__team=owner_id).order_by("email", "pk"),
    ]


def _make(
    *, run: Run, kind: Notice.Kind, places: Sequence[Channel | User], due_at: datetime, now: datetime
) -> list[Notice]:
    columns = {"run": run, "kind": kind, "due_at": due_at}
    made = [
        notices.make_for_place(
            telling=_TELLING, key=f"{kind.value}:{run.pk}", place=place, columns=columns, due_at=due_at, now=now
        )
        for place in places
    ]
    return [notice for notice, is_new in made if is_new]


def _void_because(*, notice: Notice, now: datetime) -> str:
    is_late = notice.kind != Notice.Kind.ENDED and notice.run.state == State.ENDED
    return "the run is over" if is_late else ""


def _settled(*, notice: Notice, now: datetime) -> None:
    if notice.kind == Notice.Kind.COMING:
        wake(run=notice.run, now=now)


def message_of(*, notice: Notice, now: datetime) -> Message:
    """What the place is told: which experiment, when, why, what it may break, and how to say that one knows."""
    run, experiment = notice.run, notice.run.experiment
    kind = Notice.Kind(notice.kind)
    when = f"{run.not_before:%Y-%m-%d %H:%M} UTC"
    title = {
        Notice.Kind.COMING: f"Experiment at {when}: {experiment.title}",
        Notice.Kind.APPROVAL: f"An experiment waits for approval: {experiment.title}",
        Notice.Kind.ENDED: f"Experiment over ({run.verdict.replace('_', ' ')}): {experiment.title}",
    }[kind]
    lines = [
        f"It begins at {when} at the earliest, asked for by {run.requested_by_name or run.origin}."
        if kind is not Notice.Kind.ENDED
        else run.verdict_reason,
        f"Why: {run.reason}" if run.reason else "",
        f"What should hold: {experiment.hypothesis}" if experiment.hypothesis else "",
        f"What it may break: {experiment.blast_radius}" if experiment.blast_radius else "",
    ]
    url = f"{settings.PUBLIC_URL}/chaos/runs/{run.pk}/"
    link = reverse("chaos-notice", args=(token_of(notice=notice),))
    return Message(
        event=Event.NOTICE,
        subject_key=f"chaos:run:{run.pk}",
        idempotency_key=notice.idempotency_key,
        title=title,
        text="\n".join(line for line in lines if line),
        severity="info",
        severity_word="",
        url=url,
        at=now,
        team=run.team.name,
        service=run.service.title if run.service is not None else "",
        ack_url=f"{settings.PUBLIC_URL}{link}" if kind is Notice.Kind.COMING else "",
    )


_TELLING = notices.Telling(
    model=Notice,
    due_kind=NOTICE,
    joined=("run__experiment", "run__team", "run__service", "channel", "user"),
    void_because=_void_because,
    send=notices.to_its_place(message_of),
    patience=GIVE_UP_AFTER,
    settled=_settled,
)
