"""Guard policies as far as a caller may see them."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from chaos.runs.models import GuardPolicy
from reliability.access.domain.caller import Caller
from reliability.access.models import Team, User
from reliability.catalog.models import Service
from reliability.channels.models import Channel


def list_policies(*, caller: Caller) -> QuerySet[GuardPolicy]:
    """Written ones with team, service and places at hand, by team, the team's own first: three queries a page."""
    readable: QuerySet[GuardPolicy] = GuardPolicy.objects.readable_by(caller)
    return _with_places(readable).order_by("team__slug", "service__name", "pk")


def written_policy(*, team: Team, service: Service | None) -> GuardPolicy | None:
    """What the team wrote for the service, or for itself; None when it wrote none. Ask for the team as the caller."""
    return _with_places(GuardPolicy.objects.filter(team=team, service=service)).first()


def _with_places(policies: QuerySet[GuardPolicy]) -> QuerySet[GuardPolicy]:
    return policies.select_related("team", "service").prefetch_related(
        Prefetch("notice_channels", queryset=Channel.objects.defer("secrets").order_by("name", "pk")),
        Prefetch("notice_people", queryset=User.objects.order_by("email", "pk")),
    )
