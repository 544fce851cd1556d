"""Counts that programs push: checked row by row, stored all together, answered once per idempotency key."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.conf import settings
from django.db import IntegrityError, transaction
from numpy.typing import NDArray

from reliability.access.domain.caller import Caller, Role, Scope
from reliability.telemetry.domain.pushed import (
    PushedBodyError,
    PushedRows,
    RowError,
    TooManyRowsError,
    Wire,
    parse_pushed,
)
from reliability.telemetry.services.health import note_intake
from reliability.web.api.parsing import MalformedBodyError
from reliability.web.errors import Conflict, Forbidden, Invalid, TooLarge
from reliability.web.metrics import INTAKE_ROWS
from slo.models import IntakeReceipt
from slo.selectors import freshness, slis
from slo.services.series import MinuteTooFullError, StoreMode, acceptable_minutes, store_points

ROW_ERRORS_MAX = 100  # refused rows that an answer lists; `rejected` counts all of them
RECEIPT_KEPT = timedelta(days=2)  # how long a repeated Idempotency-Key is recognised
_RECEIPTS_DELETED_AT_ONCE = 500
_NAMES_PER_QUERY = 5_000
_PROTOCOL = "counts"


@dataclass(frozen=True, slots=True)
class IntakeAnswer:
    """What became of a request. is_repeat: the key was known, nothing was stored again."""

    accepted: int
    rejected: int
    errors: list[dict[str, Any]] = field(default_factory=list)
    is_repeat: bool = False

    def as_body(self) -> dict[str, Any]:
        return {"accepted": self.accepted, "rejected": self.rejected, "errors": self.errors}


@dataclass(frozen=True, slots=True)
class IntakeRequest:
    """One request as it arrived, decompressed.

    is_partial: store the good rows although others are refused; otherwise one refused row refuses all.
    key: the sender's Idempotency-Key.
    """

    body: bytes
    wire: Wire
    mode: StoreMode = StoreMode.ADD
    is_partial: bool = False
    key: str | None = None

    def fingerprint(self) -> str:
        """What makes a repeat the same request."""
        digest = hashlib.sha256(f"{self.wire}\n{self.mode}\n{self.is_partial}\n".encode())
        digest.update(self.body)
        return digest.hexdigest()


def take_counts(*, caller: Caller, request: IntakeRequest, now: datetime) -> IntakeAnswer:
    """Store pushed counts in one transaction; when this returns they are committed.

    Raises MalformedBodyError (no rows at all), TooLarge (too many rows), Invalid with {index, reason, message} per
    refused row or for a reused key, Forbidden (the caller may push nowhere).
    """
    _require_intake(caller)
    if known := _answered(caller, request):
        return known
    rows = _parse(request)
    answer = _store_or_refuse(
        caller=caller,
        request=request,
        good=_check(rows=rows, caller=caller, mode=request.mode, now=now),
        total=rows.total,
        now=now,
    )
    if not answer.is_repeat:
        INTAKE_ROWS.labels(protocol=_PROTOCOL, outcome="accepted").inc(answer.accepted)
        INTAKE_ROWS.labels(protocol=_PROTOCOL, outcome="refused").inc(answer.rejected)
    return answer


def _require_intake(caller: Caller) -> None:
    """Whoever may push nowhere is told so at once, instead of that each SLI is unknown."""
    if Scope.INTAKE not in caller.scopes:
        raise Forbidden("the token lacks the scope intake: create one that has it", reason="scope_too_low")
    if not caller.is_administrator and not caller.team_ids(Role.EDITOR):
        raise Forbidden("this needs the role editor in the team of the SLI", reason="role_too_low")


@dataclass(frozen=True, slots=True, eq=False)
class _Storable:
    """Rows that may be stored, as columns, and the refusals of all others."""

    indexes: NDArray[np.int64]
    sli_ids: NDArray[np.int64]
    minutes: NDArray[np.int64]
    good: NDArray[np.float64]
    valid: NDArray[np.float64]
    errors: list[RowError]

    def only(self, keep: NDArray[np.bool_], refusals: list[RowError]) -> _Storable:
        """Only the rows of *keep*; *refusals* are those of the others."""
        return _Storable(
            self.indexes[keep],
            self.sli_ids[keep],
            self.minutes[keep],
            self.good[keep],
            self.valid[keep],
            sorted([*self.errors, *refusals], key=lambda error: error.index),
        )


def _parse(request: IntakeRequest) -> PushedRows:
    try:
        return parse_pushed(
            request.body,
            wire=request.wire,
            rows_max=settings.COUNTS_ROWS_MAX,
            needs_whole_minutes=request.mode is StoreMode.REPLACE,
            count_max=settings.COUNT_MAX,
        )
    except TooManyRowsError as error:
        raise TooLarge(str(error), reason="too_many_rows") from error
    except PushedBodyError as error:
        raise MalformedBodyError(str(error)) from error


def _check(*, rows: PushedRows, caller: Caller, mode: StoreMode, now: datetime) -> _Storable:
    """Refuse rows of SLIs the caller may not push into, of minutes out of reach, and doubled ones."""
    ids_by_code = _ids_of(rows.names, caller)
    ids = ids_by_code[rows.codes] if len(rows.codes) else np.zeros(0, dtype=np.int64)
    first, end = acceptable_minutes(now=now)
    faults = [
        (ids < 0, "unknown_sli", "there is no SLI {name} with pushed counts that you may write to"),
        (rows.minutes < first, "too_old", f"start is older than what is kept ({settings.SERIES_RETENTION_DAYS} days)"),
        (rows.minutes >= end, "too_new", "start is in the future: check the sender's clock"),
    ]
    if mode is StoreMode.REPLACE:
        doubled = _doubled(ids, rows.minutes)
        faults.append((doubled, "duplicate", "an earlier row of this request has the same SLI and minute: send one"))
    errors: list[RowError] = []
    keep = np.ones(len(ids), dtype=np.bool_)
    for refused, reason, message in faults:
        fresh = np.flatnonzero(refused & keep)
        keep[fresh] = False
        for place in fresh.tolist():
            name = rows.names[int(rows.codes[place])]
            errors.append(RowError(int(rows.indexes[place]), reason, message.format(name=name)))
    readable = _Storable(rows.indexes, ids, rows.minutes, rows.good, rows.valid, list(rows.errors))
    return readable.only(keep, errors)


def _ids_of(names: list[str], caller: Caller) -> NDArray[np.int64]:
    """The SLI id of each name, −1 where the caller may not push."""
    known: dict[str, int] = {}
    for start in range(0, len(names), _NAMES_PER_QUERY):
        known |= slis.ids_by_name(caller=caller, names=set(names[start : start + _NAMES_PER_QUERY]))
    return np.array([known.get(name, -1) for name in names], dtype=np.int64)


def _doubled(ids: NDArray[np.int64], minutes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Rows whose SLI and minute stand in an earlier row."""
    doubled = np.ones(len(ids), dtype=np.bool_)
    _, firsts = np.unique(np.stack((ids, minutes)), axis=1, return_index=True)
    doubled[firsts] = False
    return doubled


def _store_or_refuse(
    *, caller: Caller, request: IntakeRequest, good: _Storable, total: int, now: datetime
) -> IntakeAnswer:
    """Store what may be stored. Rows that would overfill their minute are known only then, and are refused, too."""
    while True:
        if good.errors and (not request.is_partial or not len(good.sli_ids)):
            INTAKE_ROWS.labels(protocol=_PROTOCOL, outcome="refused").inc(total)
            raise _refusal(good.errors, total)
        try:
            return _store(caller=caller, request=request, good=good, now=now)
        except MinuteTooFullError as error:
            good = _without_places(good, error.places)


def _without_places(good: _Storable, places: set[tuple[int, int]]) -> _Storable:
    keep = np.array(
        [pair not in places for pair in zip(good.sli_ids.tolist(), good.minutes.tolist(), strict=True)], dtype=np.bool_
    )
    message = f"the minute would hold more than {settings.COUNT_MAX:,} events with this row: send each count once"
    return good.only(keep, [RowError(index, "minute_too_full", message) for index in good.indexes[~keep].tolist()])


def _refusal(errors: list[RowError], total: int) -> Invalid:
    what = f"{len(errors)} of {total} rows {'is' if len(errors) == 1 else 'are'} wrong, nothing was stored"
    hint = "correct them" if len(errors) == total else "correct them, or send ?partial=true to store the others"
    details = [error.as_detail() for error in errors[:ROW_ERRORS_MAX]]
    return Invalid(f"{what}: {hint}", reason="rows_refused", details=details)


def _store(*, caller: Caller, request: IntakeRequest, good: _Storable, now: datetime) -> IntakeAnswer:
    answer = IntakeAnswer(
        accepted=len(good.sli_ids),
        rejected=len(good.errors),
        errors=[error.as_detail() for error in good.errors[:ROW_ERRORS_MAX]],
    )
    with transaction.atomic():
        if request.key and not _claim_key(caller, request, request.key, answer, now):
            known = _answered(caller, request)
            if known is not None:
                return known
        if answer.accepted:
            result = store_points(
                sli_ids=good.sli_ids,
                minutes=good.minutes,
                good=good.good,
                valid=good.valid,
                now=now,
                mode=request.mode,
            )
            if result.unknown_sli_ids:
                raise Conflict("an SLI was deleted while this was stored, nothing was stored: send it again")
    if answer.accepted:
        note_intake(source_ids=freshness.source_ids(sli_ids=set(good.sli_ids.tolist())), now=now)
    return answer


def _claim_key(caller: Caller, request: IntakeRequest, key: str, answer: IntakeAnswer, now: datetime) -> bool:
    """Write the receipt first: a concurrent request of the same key waits for us here, then finds it taken."""
    _forget_receipts(now)
    try:
        with transaction.atomic():
            IntakeReceipt.objects.create(
                owner=_owner(caller),
                key=key,
                body_hash=request.fingerprint(),
                status=202,
                answer=answer.as_body(),
                created_at=now,
            )
    except IntegrityError:
        return False
    return True


def _answered(caller: Caller, request: IntakeRequest) -> IntakeAnswer | None:
    """The answer this key got before. Raises Invalid when it was given to another request."""
    if request.key is None:
        return None
    receipt = IntakeReceipt.objects.filter(owner=_owner(caller), key=request.key).first()
    if receipt is None:
        return None
    if receipt.body_hash != request.fingerprint():
        raise Invalid(
            "this Idempotency-Key was used for another request: send a fresh key with each new body",
            reason="idempotency_key_reused",
        )
    return IntakeAnswer(**receipt.answer, is_repeat=True)


def _owner(caller: Caller) -> str:
    return f"token:{caller.token_id}" if caller.token_id else f"user:{caller.user_id}"


def _forget_receipts(now: datetime) -> None:
    old = IntakeReceipt.objects.filter(created_at__lt=now - RECEIPT_KEPT).values("pk")[:_RECEIPTS_DELETED_AT_ONCE]
    IntakeReceipt.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()
