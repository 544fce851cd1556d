"""Asking to hear of updates, confirming, choosing components, leaving. Nobody is told whether an address is known."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from incidents.status_page.domain.subscribing import folded, hash_of, masked, shown_url
from incidents.status_page.models import Component, Delivery, StatusPage, Subscriber
from incidents.status_page.models.subscriber import new_key
from incidents.status_page.services import allowance
from incidents.status_page.services.links import subscriber_of_confirm, subscriber_of_manage
from incidents.status_page.services.queueing import queue
from reliability.access.domain.caller import SYSTEM, Caller
from reliability.access.services import audit, vault
from reliability.channels.kinds.webhook.signing import new_secret
from reliability.web.errors import NotFound

_KIND = Subscriber.Kind
_STATE = Subscriber.State
PENDING_MAX = 5_000  # not confirmed, of one page


@dataclass(frozen=True, slots=True)
class Wish:
    """What was entered, checked by its form. url: of a webhook or of Slack. contact: hears that a webhook fails.
    component_codes: none means all."""

    kind: str
    address: str = ""
    url: str = ""
    component_codes: tuple[str, ...] = ()

    @property
    def identity(self) -> str:
        return folded(self.address) if self.kind == _KIND.MAIL else self.url


def ask(*, page: StatusPage, wish: Wish, network: str, now: datetime) -> None:
    """By whoever fills the public form. Whatever there was before, the answer is the same: nothing.

    Mail is asked at the address, a webhook first at the address of whoever looks after it, Slack at its URL.
    Raises TooMany when the network asks too often.
    """
    allowance.take_of_network(network=network, now=now)
    if not allowance.may_address(address=wish.identity, now=now):
        return
    if wish.kind == _KIND.WEBHOOK and not allowance.may_address(address=folded(wish.address), now=now):
        return
    with transaction.atomic():
        StatusPage.objects.select_for_update().get(pk=page.pk)
        subscriber = _known(page=page, wish=wish)
        if subscriber is None:
            if is_full(page):
                return
            subscriber = made(page=page, wish=wish, by="", now=now)
        elif subscriber.state != _STATE.ACTIVE:
            _begin_anew(subscriber, wish=wish, now=now)
        subscriber.asked_at, subscriber.asked_times = now, subscriber.asked_times + 1
        subscriber.save(update_fields=("asked_at", "asked_times"))
        if wish.kind == _KIND.SLACK:
            if subscriber.state != _STATE.ACTIVE:
                queue(subscriber=subscriber, purpose=Delivery.Purpose.CHALLENGE, now=now)
        else:
            queue(subscriber=subscriber, purpose=Delivery.Purpose.CONFIRM, now=now)


def confirm(*, token: str, now: datetime) -> tuple[Subscriber, str]:
    """The subscriber, and the secret of a webhook that signs, to be shown now and never again; blank if there is none.

    Raises NotFound for a link that is damaged or over.
    """
    found = subscriber_of_confirm(token=token, now=now)
    with transaction.atomic():
        row = _held(found)
        if row.state == _STATE.ACTIVE or (row.kind != _KIND.MAIL and row.confirmed_at is not None):
            return row, ""
        row.confirmed_at, row.updated_at = now, now
        if row.kind == _KIND.MAIL:
            _activate(row)
        row.save()
        secret = ""
        if row.kind == _KIND.WEBHOOK:
            secret = _renew_secret(row)
            queue(subscriber=row, purpose=Delivery.Purpose.CHALLENGE, now=now)
        _record(row, action="confirm", now=now)
    return row, secret


def choose(*, token: str, component_codes: Iterable[str], now: datetime) -> Subscriber:
    """Hear of these components alone; of all when there are none. Raises NotFound."""
    found = subscriber_of_manage(token=token)
    with transaction.atomic():
        row = _held(found)
        _set_components(row, component_codes)
        row.updated_at = now
        row.save(update_fields=("updated_at",))
        _record(row, action="choose", now=now)
    return row


def try_again(*, token: str, now: datetime) -> Subscriber:
    """A webhook that failed its challenge, or was switched off, is asked again. Raises NotFound, TooMany."""
    found = subscriber_of_manage(token=token)
    if not allowance.may_address(address=f"again {found.pk}", now=now):
        return found
    with transaction.atomic():
        row = _held(found)
        if row.state != _STATE.ACTIVE and row.confirmed_at is not None and row.kind != _KIND.MAIL:
            row.state, row.failures, row.updated_at = _STATE.PENDING, 0, now
            row.save(update_fields=("state", "failures", "updated_at"))
            queue(subscriber=row, purpose=Delivery.Purpose.CHALLENGE, now=now)
    return row


def renew_secret(*, token: str, now: datetime) -> tuple[Subscriber, str]:
    """A new secret that signs a webhook's messages, shown once; the former one signs no more. Raises NotFound."""
    found = subscriber_of_manage(token=token)
    with transaction.atomic():
        row = _held(found)
        if row.kind != _KIND.WEBHOOK:
            raise NotFound("only webhooks have a secret")
        secret = _renew_secret(row)
        _record(row, action="renew_secret", now=now)
    return row, secret


def leave(*, token: str, now: datetime) -> StatusPage | None:
    """End the subscription, and forget the address. Asked again it is as well: None when there is nothing (left).

    Raises NotFound for a link that is none of ours.
    """
    try:
        found = subscriber_of_manage(token=token)
    except NotFound as problem:
        if problem.reason == "left":
            return None
        raise
    with transaction.atomic():
        row = Subscriber.objects.select_for_update(of=("self",)).select_related("page").filter(pk=found.pk).first()
        if row is not None:
            _record(row, action="leave", now=now)
            row.delete()
    return found.page


def shown(subscriber: Subscriber) -> str:
    """Whom or what it reaches, in words that tell a stranger too little."""
    return masked(subscriber.address) if subscriber.kind == _KIND.MAIL else subscriber.address


def sealed_of(subscriber: Subscriber) -> dict[str, str]:
    """{"url", "secret"}. Raises VaultError."""
    if subscriber.sealed is None:
        return {}
    opened: dict[str, str] = json.loads(vault.decrypt(subscriber.sealed))
    return opened


def _known(*, page: StatusPage, wish: Wish) -> Subscriber | None:
    rows = Subscriber.objects.select_for_update(of=("self",)).select_related("page")
    return rows.filter(page=page, kind=wish.kind, address_hash=hash_of(wish.identity)).first()


def is_full(page: StatusPage) -> bool:
    """It has as many subscribers as it may, or as many who have not confirmed."""
    rows = Subscriber.objects.filter(page=page)
    return rows.count() >= settings.STATUS_SUBSCRIBERS_MAX or rows.filter(state=_STATE.PENDING).count() >= PENDING_MAX


def made(*, page: StatusPage, wish: Wish, by: str, now: datetime) -> Subscriber:
    """A new one, not confirmed. by: whose wish it is; blank: their own. In a transaction that holds the page."""
    row = Subscriber(
        page=page,
        kind=wish.kind,
        address_hash=hash_of(wish.identity),
        created_at=now,
        created_by_name=by,
        updated_at=now,
    )
    _fill(row, wish)
    row.save()
    _set_components(row, wish.component_codes)
    return row


def _begin_anew(row: Subscriber, *, wish: Wish, now: datetime) -> None:
    if row.state == _STATE.DISABLED or (row.kind != _KIND.MAIL and row.contact != wish.address.strip()):
        row.key = new_key()  # links of before, which somebody else may have, are void
    row.state, row.state_reason, row.failures = _STATE.PENDING, "", 0
    row.confirmed_at, row.updated_at = None, now
    _fill(row, wish)
    row.save()
    _set_components(row, wish.component_codes)


def _fill(row: Subscriber, wish: Wish) -> None:
    if wish.kind == _KIND.MAIL:
        row.address = wish.address.strip()
        return
    row.address, row.contact = shown_url(wish.url), wish.address.strip()
    row.sealed = vault.encrypt(json.dumps({"url": wish.url}))


def _renew_secret(row: Subscriber) -> str:
    secret = new_secret()
    row.sealed = vault.encrypt(json.dumps({**sealed_of(row), "secret": secret}))
    row.save(update_fields=("sealed",))
    return secret


def _set_components(row: Subscriber, codes: Iterable[str]) -> None:
    wanted = set(codes)
    row.components.set(Component.objects.filter(page=row.page_id, code__in=wanted, removed_at=None) if wanted else [])


def _held(found: Subscriber) -> Subscriber:
    row = Subscriber.objects.select_for_update(of=("self",)).select_related("page").filter(pk=found.pk).first()
    if row is None:
        raise NotFound("this subscription has ended: there is nothing left to change", reason="left")
    return row


def _activate(row: Subscriber) -> None:
    row.state, row.state_reason, row.failures = _STATE.ACTIVE, "", 0


def _record(row: Subscriber, *, action: str, now: datetime, caller: Caller = SYSTEM) -> None:
    audit.record(
        caller=caller,
        action=f"subscriber.{action}",
        object_kind="subscriber",
        object_name=f"{shown(row)} of {row.page.slug}",
        team_id=row.page.team_id,
        now=now,
    )
