"""Figures that are told: checked row by row, stored all together, answered once per idempotency key."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from reliability.access.domain.caller import Caller, Role, Scope
from reliability.access.services import audit
from reliability.catalog.models import Service
from reliability.kit.instants import format_instant
from reliability.kit.periods import Period
from reliability.measures.domain.overlaps import clashes
from reliability.measures.domain.rows import Told, UnreadableRowError, read_row
from reliability.measures.models import MeasuredFigure, MeasureReceipt
from reliability.web.errors import Forbidden, Invalid, NotFound, TooLarge

ERRORS_MAX = 100
RECEIPT_KEPT = timedelta(days=2)
_DELETED_AT_ONCE = 500
_CHUNK = 500

Group = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """errors: the first hundred. is_repeat: the key was known, nothing was stored again."""

    accepted: int
    rejected: int
    errors: list[dict[str, Any]] = field(default_factory=list)
    is_repeat: bool = False

    def as_body(self) -> dict[str, Any]:
        return {"accepted": self.accepted, "rejected": self.rejected, "errors": self.errors}


@dataclass(frozen=True, slots=True)
class Request:
    """key: the sender's Idempotency-Key, fingerprint: what makes a repeat the same request. is_partial: store the good
    rows although others are refused; otherwise one refused row refuses all."""

    rows: Sequence[tuple[int, Any]]
    is_partial: bool = False
    key: str = ""
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class _Row:
    index: int
    told: Told
    service: Service


def fingerprint_of(body: bytes, *parts: object) -> str:
    digest = hashlib.sha256("\n".join(map(str, parts)).encode() + b"\n")
    digest.update(body)
    return digest.hexdigest()


def tell(*, caller: Caller, request: Request, now: datetime) -> Answer:
    """Store figures in one transaction; when this returns they are committed.

    Raises Forbidden (the caller may tell nowhere), TooLarge, Invalid with {index, reason, message} of each refused row.
    """
    require_teller(caller)
    if len(request.rows) > settings.MEASURE_ROWS_MAX:
        raise TooLarge(f"more than {settings.MEASURE_ROWS_MAX:,} rows: send them in several requests")
    if known := _answered(caller, request):
        return known
    good, errors = _read(caller, request.rows, now)
    with transaction.atomic():
        # Writers of one service wait for one another: of two that overlap, the second must see the first.
        ids = sorted({row.service.pk for row in good})
        list(Service.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=ids).order_by("pk"))
        good, clashing = _without_clashes(good)
        errors = sorted([*errors, *clashing], key=lambda error: int(error["index"]))
        if errors and (not request.is_partial or not good):
            raise _refusal(errors, len(request.rows))
        answer = Answer(len(good), len(errors), errors[:ERRORS_MAX])
        if request.key and not _claimed(caller, request, answer, now):
            if known := _answered(caller, request):
                return known
            raise Invalid("the same Idempotency-Key is being answered: come again", reason="idempotency_key_busy")
        _store(caller, good, now)
    return answer


def delete(*, caller: Caller, service: Service, measure: str, period: Period, now: datetime) -> int:
    """Figures that lie wholly within *period*; how many. By editors of the team. Raises Forbidden, NotFound."""
    require_teller(caller)
    if not caller.may(service.team_id, Role.EDITOR, scope=Scope.INTAKE):
        raise Forbidden("this needs the role editor in the team of the service", reason="role_too_low")
    with transaction.atomic():
        found = MeasuredFigure.objects.filter(
            service=service, measure=measure, start_at__gte=period.start, end_at__lte=period.end
        )
        count, _ = found.delete()
        if not count:
            raise NotFound("no figure of this measure lies wholly within the period")
        span = f"{format_instant(period.start)} to {format_instant(period.end)}"
        _audit(caller, "measures.delete", service, {"figures": [f"{count} of {measure}, {span}", None]}, now)
    return count


def require_teller(caller: Caller) -> None:
    """Raises Forbidden."""
    if Scope.INTAKE not in caller.scopes:
        raise Forbidden("the token lacks the scope intake: create one that has it", reason="scope_too_low")
    if not caller.is_administrator and not caller.team_ids(Role.EDITOR):
        raise Forbidden("this needs the role editor in the team of the service", reason="role_too_low")


def _read(caller: Caller, rows: Iterable[tuple[int, Any]], now: datetime) -> tuple[list[_Row], list[dict[str, Any]]]:
    readable: list[tuple[int, Told]] = []
    errors: list[dict[str, Any]] = []
    for index, value in rows:
        try:
            readable.append((index, read_row(value, now=now)))
        except UnreadableRowError as error:
            errors.append(_error(index, error.reason, str(error)))
    services = _services({told.service for _, told in readable})
    good = []
    for index, told in readable:
        service = services.get(told.service)
        if service is None or not caller.may(service.team_id, Role.EDITOR, scope=Scope.INTAKE):
            words = f"there is no service {told.service!r} to which you may write: create it, or use another token"
            errors.append(_error(index, "unknown_service", words))
        else:
            good.append(_Row(index, told, service))
    return good, errors


def _services(names: set[str]) -> dict[str, Service]:
    listed = sorted(names)
    chunks = (listed[start : start + _CHUNK] for start in range(0, len(listed), _CHUNK))
    return {one.name: one for chunk in chunks for one in Service.objects.filter(name__in=chunk).order_by("pk")}


def _without_clashes(rows: Sequence[_Row]) -> tuple[list[_Row], list[dict[str, Any]]]:
    """Without those whose period overlaps another of the same measure and service."""
    groups: dict[Group, list[_Row]] = defaultdict(list)
    for row in rows:
        groups[row.service.pk, row.told.measure].append(row)
    stored = _stored(groups)
    good: list[_Row] = []
    errors: list[dict[str, Any]] = []
    for group, listed in groups.items():
        found = clashes(stored=stored.get(group, ()), told=[row.told.period for row in listed])
        good += [row for place, row in enumerate(listed) if place not in found]
        errors += [_clash(listed[place], other) for place, other in found.items()]
    return good, errors


def _stored(groups: Mapping[Group, Sequence[_Row]]) -> dict[Group, list[Period]]:
    """What is stored in reach of the rows; one query for every five hundred services."""
    found: dict[Group, list[Period]] = defaultdict(list)
    periods = [row.told.period for listed in groups.values() for row in listed]
    if not periods:
        return found
    ids = sorted({service_id for service_id, _ in groups})
    names = {name for _, name in groups}
    for start in range(0, len(ids), _CHUNK):
        rows = MeasuredFigure.objects.filter(
            service_id__in=ids[start : start + _CHUNK],
            measure__in=names,
            start_at__lt=max(period.end for period in periods),
            end_at__gt=min(period.start for period in periods),
        ).order_by()
        for service_id, measure, start_at, end_at in rows.values_list("service_id", "measure", "start_at", "end_at"):
            found[service_id, measure].append(Period(start_at, end_at))
    return found


def _clash(row: _Row, other: Period) -> dict[str, Any]:
    span = f"{format_instant(other.start)} to {format_instant(other.end)}"
    if other == row.told.period:
        return _error(
            row.index, "duplicate", f"an earlier row of this request is of the same period ({span}): send one"
        )
    words = (
        f"{row.told.measure} of {row.told.service} is known of {span}, which overlaps: send that period, or delete it"
    )
    return _error(row.index, "overlap", words)


def _refusal(errors: Sequence[dict[str, Any]], total: int) -> Invalid:
    what = f"{len(errors)} of {total} rows {'is' if len(errors) == 1 else 'are'} wrong, nothing was stored"
    hint = "correct them" if len(errors) == total else "correct them, or send ?partial=true to store the others"
    return Invalid(f"{what}: {hint}", reason="rows_refused", details=list(errors[:ERRORS_MAX]))


def _store(caller: Caller, rows: Sequence[_Row], now: datetime) -> None:
    MeasuredFigure.objects.bulk_create(
        [
            MeasuredFigure(
                team_id=row.service.team_id,
                service_id=row.service.pk,
                measure=row.told.measure,
                unit=row.told.unit,
                start_at=row.told.period.start,
                end_at=row.told.period.end,
                value=row.told.value,
                told_by_name=caller.name[:160],
                received_at=now,
            )
            for row in rows
        ],
        batch_size=_CHUNK,
        update_conflicts=True,
        unique_fields=("service", "measure", "start_at", "end_at"),
        update_fields=("team", "unit", "value", "told_by_name", "received_at"),
    )
    counted = Counter((row.service.pk, row.told.measure) for row in rows)
    services = {row.service.pk: row.service for row in rows}
    for (service_id, measure), count in sorted(counted.items()):
        words = f"{count:,} of {measure}"
        _audit(caller, "measures.tell", services[service_id], {"figures": [None, words]}, now)


def _audit(caller: Caller, action: str, service: Service, changes: Mapping[str, list[Any]], now: datetime) -> None:
    audit.record(
        caller=caller,
        action=action,
        object_kind="measures",
        object_name=service.name,
        team_id=service.team_id,
        now=now,
        changes=changes,
    )


def _claimed(caller: Caller, request: Request, answer: Answer, now: datetime) -> bool:
    """Write the receipt first: a concurrent request of the same key waits for us here, then finds it taken."""
    old = MeasureReceipt.objects.filter(created_at__lt=now - RECEIPT_KEPT).order_by("created_at", "pk")
    MeasureReceipt.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:_DELETED_AT_ONCE])).delete()
    try:
        with transaction.atomic():
            MeasureReceipt.objects.create(
                owner=_owner(caller),
                key=request.key,
                body_hash=request.fingerprint,
                answer=answer.as_body(),
                created_at=now,
            )
    except IntegrityError:
        return False
    return True


def _answered(caller: Caller, request: Request) -> Answer | None:
    """The answer this key got before. Raises Invalid when it was given to another request."""
    if not request.key:
        return None
    receipt = MeasureReceipt.objects.filter(owner=_owner(caller), key=request.key).first()
    if receipt is None:
        return None
    if receipt.body_hash != request.fingerprint:
        words = "this Idempotency-Key was used for another request: send a fresh key with each new body"
        raise Invalid(words, reason="idempotency_key_reused")
    return Answer(**receipt.answer, is_repeat=True)


def _owner(caller: Caller) -> str:
    return f"token:{caller.token_id}" if caller.token_id else f"user:{caller.user_id}"


def _error(index: int, reason: str, message: str) -> dict[str, Any]:
    return {"index": index, "reason": reason, "message": message}
