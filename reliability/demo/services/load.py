"""Loading the demo's shop through the services people use. Running it again changes nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from reliability.access.domain.caller import Caller
from reliability.access.models import Team, User
from reliability.access.selectors.callers import caller_of_user
from reliability.access.services import installation, teams
from reliability.catalog.models import Service
from reliability.catalog.services import dependencies, services
from reliability.demo.domain import promises, shop
from reliability.demo.services.emergencies import load_changes, load_incidents
from reliability.demo.services.journeys import load_journeys
from reliability.demo.services.people import load_on_call, load_people
from reliability.demo.services.since import tell_since
from reliability.demo.services.traffic import catch_up
from reliability.kit.periods import Period
from reliability.telemetry.models import Source
from reliability.telemetry.services import sources
from slo.models import Sli, Slo
from slo.services import adjustments, exclusions, slis, slos

EMAIL = "demo@example.org"
PASSWORD = "try-the-demo"  # noqa: S105  a demo's password, printed at each start


class NotADemoError(Exception):
    """The data directory belongs to a real installation."""


@transaction.atomic
def load(*, now: datetime) -> None:
    """Load what is missing of the shop, with its history up to *now*.

    Raises NotADemoError when people other than the demo's exist: a real installation gets no known password.
    """
    user = User.objects.filter(email=EMAIL).first()
    if user is None:
        if User.objects.exists():
            raise NotADemoError(
                "this data directory holds a real installation: the demo would add an account with a known password. "
                "Name another directory, for example DATA_DIR=var/demo"
            )
        user = installation.set_up(
            name="Dana Demo", email=EMAIL, password=PASSWORD, team_name=shop.TEAMS[0].name, now=now
        )
        _load_shop(caller=caller_of_user(user=user), now=now)
        tell_since(now=now)
    catch_up(now=now)


def _load_shop(*, caller: Caller, now: datetime) -> None:
    owners = _load_teams(caller=caller, now=now)
    caller = caller_of_user(user=User.objects.get(email=EMAIL))  # now with a role in each team
    load_people(caller=caller, owners=owners, now=now)
    found = _load_services(caller=caller, owners=owners, now=now)
    indicators = _load_indicators(caller=caller, services_by_name=found, now=now)
    catch_up(now=now)
    objectives = _load_objectives(caller=caller, indicators=indicators, now=now)
    for name, hours, minutes, reason in promises.MAINTENANCE:
        start = _instant(hours, now=now)
        period = Period(start, start + timedelta(minutes=minutes))
        exclusions.create(caller=caller, period=period, reason=reason, now=now, slo=objectives[name])
    for name, hours, fraction, reason in promises.RETURNED:
        adjustments.create(
            caller=caller,
            slo=objectives[name],
            at=_instant(hours, now=now),
            consumed_delta=fraction,
            reason=reason,
            now=now,
        )
    since = _instant(-promises.HISTORY_HOURS, now=now)
    load_journeys(caller=caller, owners=owners, services=found, objectives=objectives, now=now, since=since)
    load_on_call(caller=caller, now=now, since=since)
    load_changes(services=found, now=now)
    load_incidents(services=found, objectives=objectives, now=now)


def _instant(hours: float, *, now: datetime) -> datetime:
    return (now + timedelta(hours=hours)).replace(second=0, microsecond=0)


def _load_teams(*, caller: Caller, now: datetime) -> dict[str, Team]:
    first = Team.objects.get(slug=shop.TEAMS[0].slug)
    teams.change(caller=caller, team=first, name=first.name, is_private=False, now=now)
    for entry in shop.TEAMS[1:]:
        teams.create(caller=caller, slug=entry.slug, name=entry.name, is_private=False, now=now)
    return {team.slug: team for team in Team.objects.all()}


def _load_services(*, caller: Caller, owners: dict[str, Team], now: datetime) -> dict[str, Service]:
    found: dict[str, Service] = {}
    for entry in shop.SERVICES:
        found[entry.name] = services.create(
            caller=caller,
            team=owners[entry.team],
            name=entry.name,
            title=entry.title,
            description=entry.description,
            tier=entry.tier,
            layer=entry.layer,
            runbook_url=entry.runbook_url,
            now=now,
        )
        for needed in entry.needs:
            dependencies.set_dependency(
                caller=caller, service=found[entry.name], needs=found[needed], is_hard=True, now=now
            )
    return found


def _load_indicators(*, caller: Caller, services_by_name: dict[str, Service], now: datetime) -> dict[str, Sli]:
    pushed: dict[int, Source] = {}
    found: dict[str, Sli] = {}
    for indicator in promises.INDICATORS:
        service = services_by_name[indicator.service]
        if service.team_id not in pushed:
            pushed[service.team_id] = sources.create(
                caller=caller,
                team=service.team,
                name=f"{service.team.slug}-counts",
                title=f"Counts pushed by {service.team.name}",
                kind="counts",
                settings={},
                now=now,
            )
        draft = slis.SliDraft(
            name=indicator.name,
            title=indicator.title,
            team_id=service.team_id,
            service_id=service.pk,
            source_id=pushed[service.team_id].pk,
            spec={"kind": "pushed"},
        )
        found[indicator.name] = slis.create(caller=caller, draft=draft, now=now)
    return found


def _load_objectives(*, caller: Caller, indicators: dict[str, Sli], now: datetime) -> dict[str, Slo]:
    found: dict[str, Slo] = {}
    for entry in promises.OBJECTIVES:
        sli = indicators[entry.indicator]
        fields: dict[str, Any] = {
            "name": entry.name,
            "title": entry.title,
            "team_id": sli.team_id,
            "service_id": sli.service_id,
            "sli_id": sli.pk,
            "labels": entry.labels,
        }
        slo = slos.create(
            caller=caller,
            draft=slos.SloDraft(**fields, **entry.asked),
            effective_from=_instant(-promises.HISTORY_HOURS, now=now),
            now=now,
        )
        if entry.changed is not None:
            hours, change, reason = entry.changed
            slo = slos.update(
                caller=caller,
                slo=slo,
                draft=slos.SloDraft(**fields, **{**entry.asked, **change}),
                effective_from=_instant(hours, now=now),
                reason=reason,
                now=now,
            )
        found[entry.name] = slo
    return found
