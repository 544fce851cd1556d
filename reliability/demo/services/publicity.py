"""Loading the demo's status page through the services people use, at the instants at which they would have."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from incidents.response.models import Incident
from incidents.status_page.domain.states import ComponentState
from incidents.status_page.models import Component, StatusPage, Subscriber
from incidents.status_page.services import (
    components,
    days,
    groups,
    incidents,
    maintenances,
    pages,
    states,
    subscribing,
    templates,
    updates,
)
from incidents.status_page.services.components import ComponentDraft
from incidents.status_page.services.groups import GroupDraft
from incidents.status_page.services.incidents import IncidentDraft
from incidents.status_page.services.maintenances import MaintenanceDraft
from incidents.status_page.services.pages import PageDraft
from incidents.status_page.services.subscribing import Wish
from incidents.status_page.services.templates import TemplateDraft
from incidents.status_page.services.updates import UpdateDraft
from reliability.access.domain.caller import Caller
from reliability.access.models import Team, User
from reliability.access.selectors.callers import caller_of_user
from reliability.catalog.models import Service
from reliability.demo.domain import publicity
from slo.models import Slo


@transaction.atomic
def load_publicity(*, email: str, now: datetime) -> None:
    """Once: what people make of the page afterwards stays."""
    if StatusPage.objects.exists():
        return
    caller = caller_of_user(user=User.objects.get(email=email))
    draft = PageDraft(publicity.SLUG, publicity.TITLE, publicity.DESCRIPTION, zone=publicity.ZONE)
    team = Team.objects.get(slug=publicity.TEAM)
    page = pages.create(caller=caller, team_id=team.pk, draft=draft, now=now)
    made = _load_components(caller, page, now)
    for name, kind, status, title, body in publicity.TEMPLATES:
        template = TemplateDraft(name=name, kind=kind, status=status, title=title, body=body)
        templates.create(caller=caller, page_id=page.pk, draft=template, now=now)
    _load_incident(page, made, now)
    _load_maintenance(caller, page, made, now)
    _load_subscribers(page, made, now)
    for component in made.values():
        if component.show_uptime:
            days.measure(component=component, now=now)
    states.judge_pages(page_ids=[page.pk], now=now)


def _load_components(caller: Caller, page: StatusPage, now: datetime) -> dict[str, Component]:
    known = {
        name: groups.create(caller=caller, page_id=page.pk, draft=GroupDraft(name, words), now=now)
        for name, words in publicity.GROUPS
    }
    services = dict(Service.objects.values_list("name", "pk"))
    slos = dict(Slo.objects.values_list("name", "pk"))
    made = {}
    for one in publicity.COMPONENTS:
        draft = ComponentDraft(
            name=one.name,
            description=one.description,
            group_id=known[one.group].pk if one.group else None,
            service_id=services.get(one.service),
            slo_ids=tuple(slos[name] for name in one.slos),
            show_uptime=bool(one.slos),
        )
        made[one.name] = components.create(caller=caller, page_id=page.pk, draft=draft, now=now)
    return made


def _load_incident(page: StatusPage, made: dict[str, Component], now: datetime) -> None:
    """Told as it went: each update carries the time at which it was said."""
    began = now + timedelta(hours=publicity.INCIDENT_HOURS)
    first, *later = publicity.UPDATES
    writer = caller_of_user(user=User.objects.get(email=publicity.WRITER))
    ours = Incident.objects.readable_by(writer).filter(title=publicity.OURS).values_list("pk", flat=True).first()
    incident = incidents.open_incident(
        caller=writer,
        page_id=page.pk,
        draft=IncidentDraft(publicity.INCIDENT_TITLE, publicity.INCIDENT_IMPACT, began, ours),
        update=_draft(first, made, began),
        now=began + timedelta(minutes=first.minute),
    )
    for one in later:
        at = began + timedelta(minutes=one.minute)
        updates.publish(caller=writer, page_id=page.pk, incident=incident.code, draft=_draft(one, made, began), now=at)


def _draft(one: publicity.DemoUpdate, made: dict[str, Component], began: datetime) -> UpdateDraft:
    return UpdateDraft(
        status=one.status,
        body=one.body,
        components={made[name].pk: ComponentState(state) for name, state in one.said},
        at=began + timedelta(minutes=one.minute),
        is_told=False,
    )


def _load_maintenance(caller: Caller, page: StatusPage, made: dict[str, Component], now: datetime) -> None:
    day = now.astimezone(ZoneInfo(publicity.ZONE)).date() + timedelta(days=publicity.MAINTENANCE_DAYS)
    starts_at = datetime.combine(day, time(publicity.MAINTENANCE_HOUR), tzinfo=ZoneInfo(publicity.ZONE)).astimezone(UTC)
    draft = MaintenanceDraft(
        title=publicity.MAINTENANCE_TITLE,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=publicity.MAINTENANCE_MINUTES),
        component_ids=tuple(made[name].pk for name in publicity.MAINTENANCE_COMPONENTS),
        excludes_budget=True,
        silences_alerts=True,
    )
    maintenances.plan(
        caller=caller, page_id=page.pk, draft=draft, body=publicity.MAINTENANCE_BODY, is_told=False, now=now
    )


def _load_subscribers(page: StatusPage, made: dict[str, Component], now: datetime) -> None:
    """As they would stand after they asked: without the mails, which a demo has no server for."""
    for one in publicity.SUBSCRIBERS:
        at = now - timedelta(days=one.days)
        codes = tuple(made[name].code for name in one.components)
        wish = Wish(kind=Subscriber.Kind.MAIL.value, address=one.address, component_codes=codes)
        row = subscribing.made(page=page, wish=wish, by="", now=at)
        row.asked_at, row.asked_times = at, 1
        if one.is_confirmed:
            row.state, row.confirmed_at = Subscriber.State.ACTIVE, at
        row.save(update_fields=("asked_at", "asked_times", "state", "confirmed_at"))
