"""Deployments of the API, of files and of the command line: row by row to the sender, in bulk to the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from reliability.access.domain.caller import Caller, Role, Scope
from reliability.catalog.models import Service
from reliability.delivery.domain.bounds import bounded
from reliability.delivery.domain.rows import joined, read_row, source_of
from reliability.delivery.domain.told import Told, UnreadableError
from reliability.delivery.services.batches import chunks
from reliability.delivery.services.placing import UNKNOWN_SERVICE
from reliability.delivery.services.taking import Batch, Placed, take
from reliability.web.errors import Forbidden

ERRORS_MAX = 100
SOURCE_DEFAULT = "api"


@dataclass(frozen=True, slots=True)
class RowAnswer:
    """accepted: rows stored and committed, those that were known already among them. errors: the first hundred."""

    accepted: int
    rejected: int
    errors: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Row:
    index: int
    source: str
    told: Told


def require_intake(caller: Caller) -> None:
    """Whoever may push nowhere is told so at once. Raises Forbidden."""
    if Scope.INTAKE not in caller.scopes:
        raise Forbidden("the token lacks the scope intake: create one that has it", reason="scope_too_low")
    if not caller.is_administrator and not caller.team_ids(Role.EDITOR):
        raise Forbidden("this needs the role editor in the team of the service", reason="role_too_low")


def take_rows(
    *, caller: Caller, rows: Iterable[tuple[int, Any]], source: str = SOURCE_DEFAULT, now: datetime
) -> RowAnswer:
    """Store the good rows in one transaction; when this returns they are committed. Raises Forbidden.

    rows: (index, JSON value), an UnreadableError standing in for a line that is none. source: of rows that name none.
    """
    require_intake(caller)
    good, errors = _read(rows, source)
    services = _services(good)
    by_batch: dict[tuple[int, str], list[tuple[_Row, Service]]] = defaultdict(list)
    for row in good:
        name = row.told.deployments[0].hints[0]
        service = services.get(name)
        if service is None or not caller.may(service.team_id, Role.EDITOR, scope=Scope.INTAKE):
            message = f"there is no service {name[:63]!r} to which you may write: create it, or use another token"
            errors.append(_error(row.index, UNKNOWN_SERVICE, message))
            continue
        by_batch[service.team_id, f"api:{row.source}"].append((row, service))
    with transaction.atomic():
        for (team_id, origin), placed in sorted(by_batch.items(), key=lambda item: item[0]):
            take(batch=_batch(team_id, origin, placed), now=now)
    errors.sort(key=lambda error: int(error["index"]))
    accepted = sum(len(placed) for placed in by_batch.values())
    return RowAnswer(accepted=accepted, rejected=len(errors), errors=errors[:ERRORS_MAX])


def _read(rows: Iterable[tuple[int, Any]], source: str) -> tuple[list[_Row], list[dict[str, Any]]]:
    good: list[_Row] = []
    errors: list[dict[str, Any]] = []
    for index, value in rows:
        try:
            if isinstance(value, UnreadableError):
                raise value
            good.append(_Row(index, source_of(value) or source, bounded(read_row(value))))
        except UnreadableError as error:
            errors.append(_error(index, error.reason, str(error)))
    return good, errors


def _services(rows: Sequence[_Row]) -> dict[str, Service]:
    names = sorted({row.told.deployments[0].hints[0] for row in rows})
    return {one.name: one for some in chunks(names) for one in Service.objects.filter(name__in=some).order_by()}


def _batch(team_id: int, origin: str, placed: Sequence[tuple[_Row, Service]]) -> Batch:
    told = joined([row.told for row, _ in placed])
    return Batch(
        team_id=team_id,
        origin=origin,
        deployments=[
            Placed(told=one, service_id=service.pk, service_name=service.name)
            for row, service in placed
            for one in row.told.deployments
        ],
        commits=told.commits,
        requests=told.requests,
        is_of_api=True,
    )


def _error(index: int, reason: str, message: str) -> dict[str, Any]:
    return {"index": index, "reason": reason, "message": message}
