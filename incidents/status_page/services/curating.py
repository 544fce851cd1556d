"""What editors do with subscribers: add, remove, take a file of them. Each of it is in the audit trail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from incidents.status_page.domain.subscribing import ADDRESS_MAX, folded, hash_of
from incidents.status_page.models import Delivery, Subscriber
from incidents.status_page.services.holding import held, tell
from incidents.status_page.services.queueing import queue
from incidents.status_page.services.subscribing import Wish, is_full, made, shown
from reliability.access.domain.caller import Caller, Role
from reliability.web.errors import Conflict, Invalid, NotFound

ADDED_MAX = 200
_COLUMNS = ("way", "address", "contact", "state", "components", "subscribed", "last message")


def add(
    *, caller: Caller, page_id: int, addresses: Sequence[str], component_codes: Sequence[str] = (), now: datetime
) -> list[Subscriber]:
    """Ask these mail addresses whether they want updates; nobody is subscribed by others. Known ones stay as they are.

    Returns who is new. Raises NotFound, Forbidden, Invalid (by field "addresses", with "index"), Conflict.
    """
    wanted = _checked(addresses)
    with transaction.atomic():
        page = held(caller=caller, page_id=page_id, role=Role.EDITOR)
        hashes = {hash_of(folded(address)): address for address in wanted}
        known = Subscriber.objects.filter(page=page, kind=Subscriber.Kind.MAIL, address_hash__in=hashes)
        for one in known.values_list("address_hash", flat=True):
            del hashes[one]
        new: list[Subscriber] = []
        for address in hashes.values():
            if is_full(page):
                raise Conflict("the page has as many subscribers as it may: remove some", reason="too_many")
            wish = Wish(kind=Subscriber.Kind.MAIL.value, address=address, component_codes=tuple(component_codes))
            row = made(page=page, wish=wish, by=caller.name[:160], now=now)
            row.asked_at, row.asked_times = now, 1
            row.save(update_fields=("asked_at", "asked_times"))
            queue(subscriber=row, purpose=Delivery.Purpose.CONFIRM, now=now)
            new.append(row)
        if new:
            changes = {"subscribers": [None, ", ".join(shown(row) for row in new)[:2000]]}
            tell(caller=caller, page=page, action="subscriber.add", now=now, changes=changes)
    return new


def remove(*, caller: Caller, page_id: int, subscriber_id: int, now: datetime) -> None:
    """Nothing more is sent there, and the address is forgotten. Raises NotFound, Forbidden."""
    with transaction.atomic():
        page = held(caller=caller, page_id=page_id, role=Role.EDITOR)
        rows = Subscriber.objects.select_for_update(of=("self",))
        row = rows.filter(page=page, pk=min(subscriber_id, 2**63 - 1)).first()
        if row is None:
            raise NotFound("there is no such subscriber of this page: perhaps they have left")
        tell(caller=caller, page=page, action="subscriber.remove", name=shown(row), now=now)
        row.delete()


def export(*, caller: Caller, page_id: int, now: datetime) -> tuple[Sequence[str], list[list[str]]]:
    """Columns and rows, with whole mail addresses; webhooks without what stands in their paths. Raises NotFound,
    Forbidden."""
    with transaction.atomic():
        page = held(caller=caller, page_id=page_id, role=Role.EDITOR)
        rows = list(Subscriber.objects.filter(page=page).prefetch_related("components").order_by("created_at", "pk"))
        tell(caller=caller, page=page, action="subscriber.export", name=f"{len(rows)} subscribers", now=now)
    return _COLUMNS, [
        [
            row.kind,
            row.address,
            row.contact,
            row.state,
            ", ".join(one.name for one in row.components.all()) or "all",
            f"{row.created_at:%Y-%m-%d %H:%M}",
            f"{row.last_sent_at:%Y-%m-%d %H:%M}" if row.last_sent_at else "",
        ]
        for row in rows
    ]


def _checked(addresses: Sequence[str]) -> list[str]:
    given = [address.strip() for address in addresses if address.strip()]
    details: list[dict[str, Any]] = []
    if not given:
        details.append({"field": "addresses", "message": "write at least one address, such as sam@example.org"})
    if len(given) > ADDED_MAX:
        details.append({"field": "addresses", "message": f"at most {ADDED_MAX} at once, here are {len(given)}"})
    for index, address in enumerate(given[:ADDED_MAX]):
        try:
            validate_email(address)
            is_one = len(address) <= ADDRESS_MAX
        except ValidationError:
            is_one = False
        if not is_one:
            words = f"{address[:80]!r} is no mail address: write one such as sam@example.org"
            details.append({"field": "addresses", "index": index, "message": words})
    if details:
        raise Invalid(details=details)
    return list({folded(address): address for address in given}.values())
