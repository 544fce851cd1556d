"""Payloads of integrations: kept as they came, read and taken in one commit; read again once a parser is mended."""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import orjson
import structlog
from django.db import transaction
from django.db.models import F

from reliability.delivery.domain.bounds import bounded
from reliability.delivery.domain.kinds import KINDS, Kind
from reliability.delivery.domain.told import Payload, Told, UnreadableError
from reliability.delivery.models import DeliveryIntegration, RawDelivery
from reliability.delivery.services.batches import chunks
from reliability.delivery.services.placing import Placer
from reliability.delivery.services.taking import Batch, Placed, take

log = structlog.get_logger(__name__)

State = RawDelivery.State
_MESSAGE_MAX = 2_000
_ROWS_PER_QUERY = 500
PARSER_FAILED = "parser_failed"


@dataclass(frozen=True, slots=True)
class Arrived:
    """One payload as it came. key: the sender's id of it; blank: its content tells it apart from others.

    refused: why it was not even that; it is kept all the same.
    """

    event: str
    key: str
    body: bytes
    headers: Mapping[str, str]
    refused: UnreadableError | None = None

    def identity(self) -> str:
        text = self.key or "sha256:" + hashlib.sha256(self.body).hexdigest()
        return text if len(text) <= 255 else hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a request. states: how many payloads ended how, "duplicate" among them."""

    states: Mapping[str, int]
    errors: Sequence[Mapping[str, Any]]


def origin_of(integration: DeliveryIntegration) -> str:
    return f"delivery:{integration.pk}"


@transaction.atomic
def receive(*, integration: DeliveryIntegration, arrived: Sequence[Arrived], now: datetime) -> Received:
    """Keep, read and take what came, in one commit. The same delivery again is counted, and read only if it was not."""
    # Of the same delivery at once, the second must see the first.
    list(DeliveryIntegration.objects.select_for_update(of=("self",), no_key=True).filter(pk=integration.pk))
    identities = [one.identity() for one in arrived]
    known = {
        row.key: row
        for keys in chunks(sorted(set(identities)))
        for row in RawDelivery.objects.select_for_update().filter(integration=integration, key__in=keys).order_by("pk")
    }
    rows: list[RawDelivery] = []
    index_of: dict[str, int] = {}
    seen = 0
    for index, (identity, one) in enumerate(zip(identities, arrived, strict=True)):
        stored = known.get(identity)
        if identity in index_of or (stored is not None and stored.state in (State.DONE, State.IGNORED)):
            seen += 1
            continue
        index_of[identity] = index
        rows.append(stored or _row(integration, one, identity, now))
    again = [row.pk for row in known.values()]
    RawDelivery.objects.filter(pk__in=again[:_ROWS_PER_QUERY]).update(times=F("times") + 1)
    RawDelivery.objects.bulk_create([row for row in rows if row.pk is None], batch_size=_ROWS_PER_QUERY)
    refused = _refused(rows, [arrived[index_of[row.key]] for row in rows], now)
    read(integration=integration, rows=[row for row in rows if row.pk not in refused], now=now)
    states = Counter(row.state for row in rows)
    if seen:
        states["duplicate"] += seen
    rejected = [row for row in rows if row.state == State.REJECTED]
    errors = [{"index": index_of[row.key], "reason": row.reason, "message": row.message} for row in rejected]
    _note(integration, rejected, now)
    return Received(states=dict(states), errors=errors)


def _refused(rows: Sequence[RawDelivery], arrived: Sequence[Arrived], now: datetime) -> set[int]:
    """Note at each row of a payload that was none why. Returns their ids."""
    found = []
    for row, one in zip(rows, arrived, strict=True):
        if one.refused is not None:
            row.state, row.reason, row.message = State.REJECTED, one.refused.reason, str(one.refused)[:_MESSAGE_MAX]
            row.read_at = now
            found.append(row)
    RawDelivery.objects.bulk_update(found, ["state", "reason", "message", "read_at"], batch_size=200)
    return {row.pk for row in found}


def read(*, integration: DeliveryIntegration, rows: Sequence[RawDelivery], now: datetime, replay: str = "") -> None:
    """Parse and take, and note at each row what became of it. Call it in a transaction.

    A payload that cannot be read never keeps others from being taken.
    """
    kind = KINDS[integration.kind]
    told: dict[int, Told] = {}
    for row in rows:
        found = _guarded(row, partial(_parsed, kind, integration, row))
        if found is not None:
            told[row.pk] = found
    placer = Placer(integration=integration, told=list(told.values()))
    placed: list[Placed] = []
    good: list[Told] = []
    for row in rows:
        one = told.get(row.pk)
        if one is None:
            continue
        mine = _guarded(row, partial(_placed, placer, one))
        if mine is not None:
            placed += mine
            good.append(one)
            row.state, row.reason, row.message = (
                (State.IGNORED, "ignored", one.ignored) if one.ignored else (State.DONE, "", "")
            )
    batch = Batch(
        team_id=integration.team_id,
        origin=origin_of(integration),
        deployments=placed,
        commits=[commit for one in good for commit in one.commits],
        requests=[request for one in good for request in one.requests],
        switches=[switch for one in good for switch in placer.switches(one)],
        replay=replay,
    )
    take(batch=batch, now=now)
    for row in rows:
        row.read_at = now
    RawDelivery.objects.bulk_update(rows, ["state", "reason", "message", "read_at"], batch_size=200)


def _parsed(kind: Kind, integration: DeliveryIntegration, row: RawDelivery) -> Told:
    return bounded(kind.parse(_payload(integration, row)))


def _placed(placer: Placer, told: Told) -> list[Placed]:
    return [placer.placed(deployment) for deployment in told.deployments]


def _guarded(row: RawDelivery, work: Callable[[], Any]) -> Any:
    """What the work makes; None when the payload is refused, which is noted at its row."""
    try:
        return work()
    except UnreadableError as error:
        row.state, row.reason, row.message = State.REJECTED, error.reason, str(error)[:_MESSAGE_MAX]
    except Exception as error:  # a parser's mistake must not lose the payload: it is read again once that is mended
        log.exception("delivery_parser_failed", raw=row.pk, event_name=row.event)
        row.state, row.reason = State.REJECTED, PARSER_FAILED
        row.message = f"our parser failed ({type(error).__name__}): the payload is kept, read it again after an update"
    return None


def _payload(integration: DeliveryIntegration, row: RawDelivery) -> Payload:
    try:
        value = orjson.loads(zlib.decompress(row.body))
    except orjson.JSONDecodeError as error:
        raise UnreadableError("malformed", f"the body is not valid JSON: {error}") from error
    if b"\\u0000" in zlib.decompress(row.body):
        raise UnreadableError("malformed", "the body contains a NUL character (\\u0000), which no text may hold")
    return Payload(
        event=row.event,
        body=value,
        key=row.key,
        received_at=row.received_at,
        config=integration.config,
        headers=row.headers,
    )


def _row(integration: DeliveryIntegration, one: Arrived, identity: str, now: datetime) -> RawDelivery:
    return RawDelivery(
        integration=integration,
        key=identity,
        event=one.event[:120],
        headers=dict(one.headers),
        body=zlib.compress(one.body, 6),
        size=len(one.body),
        received_at=now,
    )


def _note(integration: DeliveryIntegration, refused: Sequence[RawDelivery], now: datetime) -> None:
    changes: dict[str, Any] = {"last_received_at": now}
    if refused:
        changes |= {"last_error": refused[-1].message, "last_error_at": now}
    DeliveryIntegration.objects.filter(pk=integration.pk).update(**changes)
