"""What was told becomes rows: a batch at a time, in a number of queries that does not depend on its length.

Call it in a transaction. Telling the same again, in another order or in other batches, ends in the same rows:
`domain.folding` holds the rules. What follows from the rows of others (first shipped by, rolled back) is due work.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from django.db.models import QuerySet

from reliability.access.models import Team
from reliability.delivery.domain.environments import environment_name, is_production_name
from reliability.delivery.domain.folding import earliest, fold_fields, settled, with_state
from reliability.delivery.domain.told import ToldCommit, ToldDeployment, ToldRequest, ToldSwitch
from reliability.delivery.models import Change, ChangeRequest, Contents, Deployment, Outcome
from reliability.delivery.services import commits, dora_months, shipping
from reliability.delivery.services.batches import chunks, in_repositories
from reliability.kit.instants import format_instant
from reliability.outbox.services import facts

_ROWS_PER_QUERY = 500
_FOLDED = ("environment", "repository", "revision", "ref", "title", "author", "source_url", "is_unplanned", "details")
_LISTED = ("listed_commits", "listed_changes")
_TOLD = (*_FOLDED, *_LISTED, "is_rollback_told", "started_at", "service_id", "is_production", "states", "stamps")
_KEPT = ("outcome", "finished_at", "contents")
# What other deployments' figures follow from.
_MATTERS = ("outcome", "finished_at", "revision", "environment", "service_id", "repository", *_LISTED)
_INSTANTS = ("first_commit_at", "opened_at", "first_review_at", "approved_at", "merged_at")
_REQUEST_FOLDED = ("title", "url", "author", "merge_sha", "base_sha", "head_sha")
_MONTH = ("service_id", "environment", "is_production", "finished_at")
_REPLAY = "replay"
_PLACED = "placed"

CHANGES_TOLD = "ChangesTold"
Touched: TypeAlias = "tuple[int | None, datetime]"


@dataclass(frozen=True, slots=True)
class Placed:
    """A told deployment with what our settings make of it."""

    told: ToldDeployment
    service_id: int
    service_name: str
    is_production: bool | None = None


@dataclass(frozen=True, slots=True)
class PlacedSwitch:
    told: ToldSwitch
    service_id: int | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Of one team and one origin. is_of_api: its keys name one deployment of each service, else one at all.

    replay: a word for one reading again of everything; what was made of it is undone.
    """

    team_id: int
    origin: str
    deployments: Sequence[Placed] = ()
    commits: Sequence[ToldCommit] = ()
    requests: Sequence[ToldRequest] = ()
    switches: Sequence[PlacedSwitch] = ()
    is_of_api: bool = False
    replay: str = ""


def take(*, batch: Batch, now: datetime) -> None:
    """Store it; others of the same team wait until this transaction ends."""
    _take_turn(batch)
    touched = _take_deployments(batch, now)
    commits.take(team_id=batch.team_id, told=batch.commits)
    _take_requests(batch, now)
    touched += _take_switches(batch, now)
    shipping.ask_again(team_id=batch.team_id, commits=batch.commits, requests=batch.requests, now=now)
    _tell(batch.team_id, touched, now)


def _take_turn(batch: Batch) -> None:
    """Also of teams that were told of these deployments while the service was theirs: they work out what those ship."""
    ids = {batch.team_id}
    if batch.is_of_api:
        for rows in _known(batch):
            ids.update(rows.order_by().values_list("team_id", flat=True).distinct())
    list(Team.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))


def _known(batch: Batch) -> Iterator[QuerySet[Deployment]]:
    """Those of the batch that there are."""
    keys = sorted({placed.told.key for placed in batch.deployments})
    of_origin = Deployment.objects.filter(origin=batch.origin, is_of_api=batch.is_of_api)
    if not batch.is_of_api:
        yield from (of_origin.filter(key__in=some) for some in chunks(keys))
        return
    for services in chunks(sorted({placed.service_id for placed in batch.deployments})):
        yield from (of_origin.filter(service_id__in=services, key__in=some) for some in chunks(keys))


def _identity(batch: Batch, service_id: int, key: str) -> tuple[int, str]:
    return (service_id if batch.is_of_api else 0, key)


def _tell(team_id: int, touched: Sequence[Touched], now: datetime) -> None:
    """Rooms above look for what these changes may have caused."""
    if not touched:
        return
    instants = [at for _, at in touched]
    payload = {
        "team_id": team_id,
        "service_ids": sorted({service_id for service_id, _ in touched if service_id is not None}),
        "first_at": format_instant(min(instants)),
        "last_at": format_instant(max(instants)),
    }
    facts.emit(kind=CHANGES_TOLD, payload=payload, now=now, team_id=team_id)


def _take_deployments(batch: Batch, now: datetime) -> list[Touched]:
    told: dict[tuple[int, str], list[Placed]] = defaultdict(list)
    for placed in batch.deployments:
        told[_identity(batch, placed.service_id, placed.told.key)].append(placed)
    known = {
        _identity(batch, row.service_id, row.key): row
        for rows in _known(batch)
        for row in rows.select_for_update().order_by("key", "pk")
    }
    own = {"team_id": batch.team_id, "origin": batch.origin, "is_of_api": batch.is_of_api, "received_at": now}
    made: list[Deployment] = []
    changed: list[Deployment] = []
    moved, ended = [], []
    for identity, parts in told.items():
        row = known.get(identity) or Deployment(**own, key=identity[1])
        former = _snapshot(row)
        _fold_all(row, parts, replay=batch.replay)
        if row.pk is None:
            row.contents = Contents.PENDING if row.outcome == Outcome.SUCCEEDED else Contents.NONE
            made.append(row)
        elif _snapshot(row) != former:
            changed.append(row)
            ended.append(dora_months.Ended(**{name: former[name] for name in _MONTH}))
            if any(getattr(row, name) != former[name] for name in _MATTERS):
                row.contents = Contents.PENDING
            if (row.service_id, row.environment) != (former["service_id"], former["environment"]):
                moved.append((former["service_id"], former["environment"], former["finished_at"]))
    Deployment.objects.bulk_create(made, batch_size=_ROWS_PER_QUERY)
    Deployment.objects.bulk_create(
        changed,
        batch_size=_ROWS_PER_QUERY,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[*(name.removesuffix("_id") for name in _TOLD), *_KEPT],
    )
    ended += [dora_months.ended(row) for row in (*made, *changed)]
    dora_months.mark_stale(ended=ended)
    pending = {row.team_id for row in (*made, *changed) if row.contents == Contents.PENDING}
    for service_id, environment, since in moved:
        pending |= shipping.mark_after(service_id=service_id, environment=environment, since=since)
    for team_id in sorted(pending):
        shipping.schedule(team_id=team_id, now=now)
    moments = [(row.service_id, at) for row in (*made, *changed) for at in (row.started_at, row.finished_at)]
    return [(service_id, at) for service_id, at in moments if at is not None]


def _fold_all(row: Deployment, parts: Sequence[Placed], *, replay: str) -> None:
    if replay and row.stamps.get(_REPLAY) != replay:
        row.states, row.stamps, row.started_at = {}, {_REPLAY: replay}, None
    for placed in parts:
        _fold(row, placed)
    row.outcome, row.finished_at = settled(row.states)


def _fold(row: Deployment, placed: Placed) -> None:
    told = placed.told
    row.states = with_state(row.states, outcome=told.outcome, at=told.at)
    values = {name: getattr(row, name) for name in (*_FOLDED, *_LISTED)}
    fold_fields(values, row.stamps, told=_fields(told, placed.service_name), at=told.at)
    for name, value in values.items():
        setattr(row, name, value)
    row.started_at = earliest(row.started_at, told.started_at)
    row.is_rollback_told = row.is_rollback_told or told.is_rollback
    stamp = row.stamps.get(_PLACED)
    # Of the same instant the last to come counts: settings may have been mended meanwhile.
    if stamp is None or told.at >= datetime.fromisoformat(stamp):
        row.stamps[_PLACED] = told.at.isoformat()
        row.service_id = placed.service_id
        is_production = placed.is_production
        row.is_production = is_production_name(row.environment) if is_production is None else is_production


def _fields(told: ToldDeployment, service_name: str) -> dict[str, Any]:
    return {
        "environment": environment_name(told.environment)[:120],
        "repository": told.repository or f"service:{service_name}",
        "revision": told.revision,
        "ref": told.ref,
        "title": told.title,
        "author": told.author,
        "source_url": told.url,
        "is_unplanned": told.is_unplanned,
        "details": dict(told.details),
        "listed_commits": list(told.commits),
        "listed_changes": list(told.changes),
    }


def _snapshot(row: Deployment) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in (*_TOLD, *_KEPT)}
    return {name: dict(value) if isinstance(value, dict) else value for name, value in values.items()}


def _take_requests(batch: Batch, now: datetime) -> None:
    told: dict[tuple[str, str], list[ToldRequest]] = defaultdict(list)
    for one in batch.requests:
        told[(one.repository, one.key)].append(one)
    known: dict[tuple[str, str], ChangeRequest] = {}
    for where in in_repositories(told, team_id=batch.team_id, column="key"):
        rows = ChangeRequest.objects.select_for_update().filter(where).order_by("pk")
        known.update({(row.repository, row.key): row for row in rows})
    made, changed = [], []
    for (repository, key), parts in told.items():
        row = known.get((repository, key))
        if row is None:
            row = ChangeRequest(team_id=batch.team_id, repository=repository, key=key, received_at=now)
            made.append(row)
        else:
            changed.append(row)
        if batch.replay and row.stamps.get(_REPLAY) != batch.replay:
            row.stamps = {_REPLAY: batch.replay}
            for name in _INSTANTS:
                setattr(row, name, None)
        for one in parts:
            _fold_request(row, one)
    ChangeRequest.objects.bulk_create(made, batch_size=_ROWS_PER_QUERY)
    ChangeRequest.objects.bulk_create(
        changed,
        batch_size=_ROWS_PER_QUERY,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[*_INSTANTS, *_REQUEST_FOLDED, "stamps"],
    )


def _fold_request(row: ChangeRequest, told: ToldRequest) -> None:
    values = {name: getattr(row, name) for name in _REQUEST_FOLDED}
    fold_fields(values, row.stamps, told={name: getattr(told, name) for name in _REQUEST_FOLDED}, at=told.at)
    for name, value in values.items():
        setattr(row, name, value)
    for name in _INSTANTS:
        setattr(row, name, earliest(getattr(row, name), getattr(told, name)))


def _take_switches(batch: Batch, now: datetime) -> list[Touched]:
    rows = [
        Change(
            team_id=batch.team_id,
            service_id=placed.service_id,
            origin=batch.origin,
            key=placed.told.key[:255],
            title=placed.told.title[:255],
            links=[{"title": "Source", "url": placed.told.url}] if placed.told.url else [],
            details=dict(placed.told.details),
            # A change that claims to lie in the future happened now: senders' clocks run ahead.
            at=min(placed.told.at, now),
            received_at=now,
        )
        for placed in batch.switches
    ]
    Change.objects.bulk_create(rows, batch_size=_ROWS_PER_QUERY, ignore_conflicts=True)
    return [(row.service_id, row.at) for row in rows]
