"""Subscriptions and what was sent by them, as far as a caller may see them."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from reliability.access.domain.caller import Caller, Role, Scope
from reliability.access.models import Membership, Team, User
from reliability.channels.models import Channel, Notice
from reliability.reports.models import SentReport, Subscription
from reliability.web.errors import NotFound

_ID_END = 2**63
MAIL = "email"
MEMBERS_MAX = 200


def list_subscriptions(*, caller: Caller) -> QuerySet[Subscription]:
    """Readable ones by team, with their channels and who does not want them."""
    found: QuerySet[Subscription] = Subscription.objects.readable_by(caller)
    return found.select_related("team").prefetch_related("channels", "without").order_by("team__name", "months", "pk")


def subscription(*, caller: Caller, pk: int) -> Subscription:
    """Raises NotFound."""
    found = list_subscriptions(caller=caller).filter(pk=min(pk, _ID_END - 1)).first()
    if found is None:
        raise NotFound(f"there is no subscription {pk}, or it is not yours to see")
    return found


def subscription_of_team(*, caller: Caller, team_slug: str) -> Subscription | None:
    """The monthly one of the team, else its quarterly one."""
    if not team_slug:
        return None
    return list_subscriptions(caller=caller).filter(team__slug=team_slug).first()


def list_sent(*, caller: Caller, team_slug: str = "") -> QuerySet[SentReport]:
    """Readable ones without tests, the newest first, with how many mails were sent, wait and failed."""
    found: QuerySet[SentReport] = SentReport.objects.readable_by(caller).filter(is_test=False)
    if team_slug:
        found = found.filter(team__slug=team_slug)
    states = Notice.State
    return (
        found.select_related("team")
        .defer("numbers")
        .annotate(
            mails_sent=Count("notices", filter=Q(notices__state=states.SENT)),
            mails_waiting=Count("notices", filter=Q(notices__state=states.WAITING)),
            mails_failed=Count("notices", filter=Q(notices__state=states.FAILED)),
        )
        .order_by("-made_at", "-pk")
    )


def sent_report(*, caller: Caller, pk: int) -> SentReport:
    """With its team. Raises NotFound."""
    rows: QuerySet[SentReport] = SentReport.objects.readable_by(caller).select_related("team")
    found = rows.filter(pk=min(pk, _ID_END - 1), is_test=False).first()
    if found is None:
        raise NotFound(f"there is no sent report {pk}, or it is not yours to see")
    return found


def caller_of_team(*, team: Team) -> Caller:
    """Who reads for a report of the team: a viewer of it, who sees of other teams only the open ones.

    So a mail holds nothing that a member of the team could not read.
    """
    open_ids = Team.objects.filter(is_private=False).order_by().values_list("pk", flat=True)
    return Caller(
        name=f"report of {team.slug}",
        roles={team.pk: Role.VIEWER},
        open_team_ids=frozenset(open_ids),
        scopes=frozenset({Scope.READ}),
    )


def mail_channels(*, team_id: int) -> QuerySet[Channel]:
    """Channels of the team that are mail."""
    found: QuerySet[Channel] = Channel.objects.filter(team_id=team_id, kind=MAIL).defer("secrets")
    return found.order_by("name", "pk")


def recipients_of(found: Subscription) -> list[Channel | User]:
    """Mail channels that are the team's still, and its active members who want it; each once."""
    channels = list(found.channels.filter(team_id=found.team_id, kind=MAIL, is_enabled=True).order_by("name", "pk"))
    if not found.to_members:
        return [*channels]
    members = Membership.objects.filter(team_id=found.team_id, user__is_active=True).select_related("user")
    members = members.exclude(user__in=found.without.all())
    return [*channels, *(one.user for one in members.order_by("user__name", "pk")[:MEMBERS_MAX])]
