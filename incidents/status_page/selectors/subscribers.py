"""Subscribers, for people of the team: counts, a list with masked addresses, all of them for a file."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from incidents.status_page.domain.subscribing import hash_of
from incidents.status_page.models import Component, Delivery, StatusPage, Subscriber
from reliability.access.domain.caller import Caller, Role
from reliability.access.services.authorize import require
from reliability.web.errors import NotFound


@dataclass(frozen=True, slots=True)
class SubscriberFilters:
    """Empty fields do not filter. text: a whole address, or a part of a webhook's host."""

    kind: str = ""
    state: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """By way, of active ones; pending and switched off of all ways. waiting: messages that are to be sent."""

    mail: int
    webhook: int
    slack: int
    pending: int
    disabled: int
    waiting: int

    @property
    def active(self) -> int:
        return self.mail + self.webhook + self.slack


def components_of(*, page: StatusPage) -> list[Component]:
    """What a subscriber may choose of."""
    return list(page.components.filter(removed_at=None).order_by("position", "pk"))


def page_of_editor(*, caller: Caller, slug: str) -> StatusPage:
    """Who subscribed is for editors alone. Raises NotFound, Forbidden."""
    page: StatusPage | None = (
        StatusPage.objects.readable_by(caller).select_related("team").filter(slug=slug[:63]).first()
    )
    if page is None:
        raise NotFound(f"there is no status page {slug[:63]!r}, or it is not yours to see")
    require(caller=caller, team_id=page.team_id, role=Role.EDITOR)
    return page


def list_subscribers(*, page: StatusPage, filters: SubscriberFilters | None = None) -> QuerySet[Subscriber]:
    """Newest first, with `components_count`. A whole address is found by its hash, as it is typed in any case."""
    wanted = filters or SubscriberFilters()
    rows = Subscriber.objects.filter(page=page)
    if wanted.kind in Subscriber.Kind.values:
        rows = rows.filter(kind=wanted.kind)
    if wanted.state in Subscriber.State.values:
        rows = rows.filter(state=wanted.state)
    text = wanted.text.strip()[:320]
    if "@" in text:
        rows = rows.filter(address_hash=hash_of(text.lower()))
    elif text:
        rows = rows.filter(address__icontains=text).exclude(kind=Subscriber.Kind.MAIL)
    return rows.annotate(components_count=Count("components")).order_by("-created_at", "-pk")


def counts_of(*, page: StatusPage) -> Counts:
    """Three queries at most, whatever the number of subscribers."""
    found = Subscriber.objects.filter(page=page).order_by().values_list("kind", "state").annotate(number=Count("pk"))
    by = {(kind, state): number for kind, state, number in found}
    active, states, kinds = Subscriber.State.ACTIVE.value, Subscriber.State, Subscriber.Kind
    waiting = Delivery.objects.filter(subscriber__page=page, state=Delivery.State.WAITING).count()
    return Counts(
        mail=by.get((kinds.MAIL.value, active), 0),
        webhook=by.get((kinds.WEBHOOK.value, active), 0),
        slack=by.get((kinds.SLACK.value, active), 0),
        pending=sum(number for (_, state), number in by.items() if state == states.PENDING),
        disabled=sum(number for (_, state), number in by.items() if state == states.DISABLED),
        waiting=waiting,
    )
