"""Guard policies as far as a caller may see them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Prefetch, Q, QuerySet

from chaos.runs.models import GuardPolicy
from reliability.access.domain.caller import Caller
from reliability.access.models import Team, User
from reliability.access.selectors.teams import readable_teams
from reliability.catalog.models import Service
from reliability.catalog.selectors.services import list_services
from reliability.channels.models import Channel


def list_policies(*, caller: Caller) -> QuerySet[GuardPolicy]:
    """Written ones with team, service and places at hand, by team, the team's own first: three queries a page.

    That of a service is seen by those who may see the service, whoever wrote it.
    """
    teams = Q(service__isnull=True, team__in=readable_teams(caller=caller))
    services = Q(service__in=Service.objects.readable_by(caller))
    return _with_places(GuardPolicy.objects.filter(teams | services)).order_by("team__slug", "service__name", "pk")


def written_policy(*, team: Team, service: Service | None) -> GuardPolicy | None:
    """What stands written for the service, or for the team; None when nothing does. Ask for both as the caller."""
    wanted = Q(service=service) if service else Q(service__isnull=True, team=team)
    return _with_places(GuardPolicy.objects.filter(wanted)).first()


def policies_of_teams(*, teams: Iterable[Team]) -> dict[int, GuardPolicy]:
    """Those of whole teams, by the team's id: one query."""
    rows = GuardPolicy.objects.filter(service__isnull=True, team__in=[one.pk for one in teams])
    return {row.team_id: row for row in rows}


def services_guarded(*, caller: Caller, text: str = "", team: str = "", is_own: bool = False) -> QuerySet[Service]:
    """Readable services with their policies at hand, by name. is_own: only those that have one of their own."""
    found = list_services(caller=caller, text=text, team=team).select_related("team", "guard_policy")
    return found.filter(guard_policy__isnull=False) if is_own else found


def channels_told(*, row: GuardPolicy) -> list[Channel]:
    """Of a row from here: those that are of the policy's team now."""
    return [one for one in row.notice_channels.all() if one.team_id == row.owner_id]


def people_told(*, row: GuardPolicy) -> list[User]:
    """Of a row from here: those who are in the policy's team now."""
    return [
        one
        for one in row.notice_people.all()
        if any(membership.team_id == row.owner_id for membership in one.memberships.all())
    ]


def _with_places(policies: QuerySet[GuardPolicy]) -> QuerySet[GuardPolicy]:
    return policies.select_related("team", "service__team").prefetch_related(
        Prefetch("notice_channels", queryset=Channel.objects.defer("secrets").order_by("name", "pk")),
        Prefetch("notice_people", queryset=User.objects.prefetch_related("memberships").order_by("email", "pk")),
    )
