"""Messages to stakeholders: lists, single ones, and how each stands with its recipients."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet

from incidents.response.models import Incident
from incidents.stakeholders.domain.standing import DeliveryState, Standing, standing_of
from incidents.stakeholders.models import Delivery, MessageText, Recipient, StakeholderMessage
from reliability.access.domain.caller import Caller
from reliability.web.errors import NotFound

_ID_END = 2**63


@dataclass(frozen=True, slots=True)
class MessageFilters:
    """Empty fields do not filter."""

    text: str = ""
    team_slug: str = ""
    kind: str = ""
    incident: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A recipient, and the last of the deliveries. place: in words."""

    recipient: Recipient
    last: Delivery | None
    standing: Standing

    @property
    def place(self) -> str:
        return self.last.place if self.last is not None else ""


def list_messages(*, caller: Caller, filters: MessageFilters | None = None) -> QuerySet[StakeholderMessage]:
    """Readable ones, the newest first, with `people_count`, `read_count` and their texts at hand."""
    wanted = filters or MessageFilters()
    found: QuerySet[StakeholderMessage] = StakeholderMessage.objects.readable_by(caller)
    for word in wanted.text.split()[:8]:
        found = found.filter(Q(title__icontains=word) | Q(texts__subject__icontains=word)).distinct()
    given = {"team__slug": wanted.team_slug, "kind": wanted.kind, "incident_id": wanted.incident}
    found = found.filter(**{name: value for name, value in given.items() if value})
    return _counted(found).select_related("team", "incident").prefetch_related("texts").order_by("-created_at", "-pk")


def message(*, caller: Caller, pk: int) -> StakeholderMessage:
    """One readable message with its team, incident and texts. Raises NotFound."""
    readable: QuerySet[StakeholderMessage] = StakeholderMessage.objects.readable_by(caller)
    rows = _counted(readable).select_related("team", "incident").prefetch_related("texts")
    found = rows.filter(pk=min(pk, _ID_END - 1)).first()
    if found is None:
        raise NotFound(f"there is no message {pk}, or it is not yours to see")
    return found


def rows_of(*, message: StakeholderMessage) -> list[Row]:
    """Each recipient by audience and name. Two queries."""
    deliveries = Prefetch("deliveries", queryset=Delivery.objects.order_by("recipient", "round", "pk"))
    rows = Recipient.objects.filter(message=message).select_related("text", "stakeholder")
    found = rows.prefetch_related(deliveries).order_by("text__audience", "name", "pk")
    return [_row(one) for one in found]


def not_read(rows: Sequence[Row]) -> list[Row]:
    """Who was told and has not responded."""
    return [row for row in rows if row.standing is Standing.UNREAD]


def counts_of(rows: Sequence[Row]) -> Counter[Standing]:
    return Counter(row.standing for row in rows)


def last_of_incident(*, incident: Incident) -> StakeholderMessage | None:
    """The newest message about it, with its texts and counts."""
    found = _counted(StakeholderMessage.objects.filter(incident=incident)).prefetch_related("texts")
    newest: StakeholderMessage | None = found.order_by("-created_at", "-pk").first()
    return newest


def texts_of(*, message: StakeholderMessage) -> QuerySet[MessageText]:
    return message.texts.annotate(people_count=Count("recipients")).order_by("audience", "pk")


def _counted(found: QuerySet[StakeholderMessage]) -> QuerySet[StakeholderMessage]:
    return found.annotate(
        people_count=Count("recipients", distinct=True),
        read_count=Count("recipients", filter=Q(recipients__read_at__isnull=False), distinct=True),
    )


def _row(recipient: Recipient) -> Row:
    deliveries = list(recipient.deliveries.all())
    is_read = recipient.read_at is not None
    if not deliveries:
        return Row(recipient, None, Standing.READ if is_read else Standing.VOID)
    last = deliveries[-1]
    # A reminder that waits or was not wanted does not hide that the message itself arrived.
    has_arrived = any(one.state == DeliveryState.SENT for one in deliveries)
    state = DeliveryState.SENT if has_arrived else DeliveryState(last.state)
    return Row(recipient, last, standing_of(state=state, attempts=last.attempts, is_read=is_read))
