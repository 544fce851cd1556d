"""Which commits and change requests each deployment was the first to ship: worked out again whenever more is told.

Due work of a team takes one repository after the other. Of each service and environment it begins at the earliest
deployment that is to be worked out and goes on to the newest, as what that one ships is taken from those after it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Min

from reliability.access.models import Team
from reliability.delivery.domain.folding import earliest
from reliability.delivery.domain.shipping import Shipment, Shipped, Step, own_commits, ship
from reliability.delivery.domain.told import ToldCommit, ToldRequest
from reliability.delivery.models import (
    ChangeRequest,
    Commit,
    Contents,
    Deployment,
    Outcome,
    ShippedChange,
    ShippedCommit,
)
from reliability.delivery.services import dora_months
from reliability.delivery.services.batches import chunks, in_repositories
from reliability.delivery.services.commit_graph import HISTORY, RECENT, CommitGraph
from reliability.outbox.services import due

KIND = "delivery.shipping"
# Thousands of deployments that come batch by batch are worked out together.
GATHERING = timedelta(seconds=2)
_RUN_SECONDS = 10.0
_ROWS_PER_QUERY = 1_000
_Group = tuple[int, str]  # service and environment


def schedule(*, team_id: int, now: datetime) -> None:
    """Have what is pending worked out soon, what is told until then with it. Called in the transaction of the cause."""
    due.schedule(kind=KIND, key=team_id, due_at=now + GATHERING)


def ask_again(*, team_id: int, commits: Sequence[ToldCommit], requests: Sequence[ToldRequest], now: datetime) -> None:
    """Mark the deployments whose contents may be known better now."""
    marked = 0
    repositories: dict[str, datetime] = {}
    for commit in commits:
        known = repositories.get(commit.repository, commit.committed_at)
        repositories[commit.repository] = min(known, commit.committed_at)
    unclear = Deployment.objects.filter(team_id=team_id, contents__in=(Contents.PARTIAL, Contents.UNKNOWN))
    for some in chunks(sorted(repositories)):
        for repository in (
            unclear.filter(repository__in=some).order_by().values_list("repository", flat=True).distinct()
        ):
            here = unclear.filter(repository=repository, finished_at__gte=repositories[repository])
            marked += here.update(contents=Contents.PENDING)
    marked += _mark_by_requests(team_id, requests)
    if marked:
        schedule(team_id=team_id, now=now)


def mark_after(*, service_id: int, environment: str, since: datetime | None) -> set[int]:
    """A deployment was there and is elsewhere now: those after it may ship what it did. Returns for which teams."""
    if since is None:
        return set()
    after = Deployment.objects.filter(
        service_id=service_id, environment=environment, outcome=Outcome.SUCCEEDED, finished_at__gte=since
    )
    after.update(contents=Contents.PENDING)
    return set(after.order_by().values_list("team_id", flat=True).distinct())


def work_out(*, team_id: int, now: datetime) -> datetime | None:
    """Work out what is pending, for some seconds. Returns *now* while more is left, else None."""
    until = time.monotonic() + _RUN_SECONDS
    pending = Deployment.objects.filter(team_id=team_id, contents=Contents.PENDING).order_by()
    # Each once, the longest waiting first: a repository that is told of all the time keeps no other waiting.
    waiting = pending.values("repository").annotate(first=Min("pk")).order_by("first")
    for repository in list(waiting.values_list("repository", flat=True)):
        if time.monotonic() > until:
            return now
        _work_out(team_id=team_id, repository=repository)
    return now if pending.exists() else None


def _mark_by_requests(team_id: int, requests: Sequence[ToldRequest]) -> int:
    shas = {(one.repository, sha) for one in requests for sha in (one.merge_sha, one.head_sha) if sha}
    keys = {(one.repository, one.key) for one in requests}
    ids: set[int] = set()
    for where in in_repositories(shas, team_id=team_id, column="sha", prefix="commit__"):
        ids.update(ShippedCommit.objects.filter(where).order_by().values_list("deployment_id", flat=True))
    for where in in_repositories(keys, team_id=team_id, column="key", prefix="change__"):
        ids.update(ShippedChange.objects.filter(where).order_by().values_list("deployment_id", flat=True))
    return sum(Deployment.objects.filter(pk__in=some).update(contents=Contents.PENDING) for some in chunks(sorted(ids)))


@transaction.atomic
def _work_out(*, team_id: int, repository: str) -> None:
    Team.objects.select_for_update(no_key=True).get(pk=team_id)  # what is told meanwhile comes before, or after
    pending = list(
        Deployment.objects.select_for_update()
        .filter(team_id=team_id, repository=repository, contents=Contents.PENDING)
        .order_by("pk")
    )
    since: dict[_Group, datetime] = {}
    for row in pending:
        group = (row.service_id, row.environment)
        began = _since(row)
        if began is not None:
            since[group] = min(began, since.get(group, began))
    _drop(row.pk for row in pending if row.outcome != Outcome.SUCCEEDED)
    rows = {group: _successes(group, began) for group, began in since.items()}
    begins = [successes[0].finished_at for successes in rows.values() if successes]
    if begins:
        begin = min(one for one in begins if one is not None)
        graph = CommitGraph.read(team_id, repository, begin=begin, history=RECENT)
        shipments = _shipments(graph, rows)
        if any(one.lost for some in shipments.values() for one in some):
            graph = CommitGraph.read(team_id, repository, begin=begin, history=HISTORY)
            shipments = _shipments(graph, rows)
        for group, some in shipments.items():
            _fill(graph, group, rows[group], some)
    ended = [dora_months.ended(one) for some in rows.values() for one in some]
    dora_months.mark_stale(ended=ended)


def _since(row: Deployment) -> datetime | None:
    """When it was in place first: also of one that is said to have failed later."""
    told = row.states.get(Outcome.SUCCEEDED)
    return earliest(row.finished_at, datetime.fromisoformat(told[0]).astimezone(UTC) if told else None)


def _drop(ids: Iterable[int]) -> None:
    for some in chunks(list(ids)):
        ShippedCommit.objects.filter(deployment_id__in=some).delete()
        ShippedChange.objects.filter(deployment_id__in=some).delete()
        Deployment.objects.filter(pk__in=some).update(contents=Contents.NONE, is_rollback=False, previous_revision="")


def _successes(group: _Group, since: datetime) -> list[Deployment]:
    """From the instant on, the order of arrival out of it."""
    service_id, environment = group
    found = Deployment.objects.filter(
        service_id=service_id, environment=environment, outcome=Outcome.SUCCEEDED, finished_at__gte=since
    )
    return list(found.order_by("finished_at", "origin", "key"))


def _shipments(graph: CommitGraph, rows: Mapping[_Group, list[Deployment]]) -> dict[_Group, list[Shipment]]:
    found = {}
    for group, successes in rows.items():
        if successes:
            steps = [Step(row.revision, tuple(row.listed_commits)) for row in successes]
            there = _before(graph, group, _end_of(successes[0]), steps)
            found[group] = ship(steps=steps, graph=graph.nodes, before=there)
    return found


def _end_of(success: Deployment) -> datetime:
    if success.finished_at is None:
        raise ValueError("a success has an end")  # the database's constraint says so
    return success.finished_at


def _before(graph: CommitGraph, group: _Group, since: datetime, steps: Sequence[Step]) -> Shipped:
    """What was there, as far as the graph or the steps can meet it."""
    service_id, environment = group
    earlier = Deployment.objects.filter(
        service_id=service_id, environment=environment, outcome=Outcome.SUCCEEDED, finished_at__lt=since
    )
    last = earlier.order_by("-finished_at", "-origin", "-key").values_list("revision", flat=True).first()
    recent = earlier.filter(finished_at__gte=graph.since).order_by()
    revisions = set(recent.values_list("revision", flat=True).distinct())
    for some in chunks(sorted({step.revision for step in steps} - revisions)):
        revisions.update(earlier.order_by().filter(revision__in=some).values_list("revision", flat=True).distinct())
    shipped = ShippedCommit.objects.order_by()
    shas = set(shipped.filter(deployment__in=recent).values_list("commit__sha", flat=True))
    within = {"deployment__service_id": service_id, "deployment__environment": environment}
    old = shipped.filter(**within, deployment__finished_at__lt=min(since, graph.since))
    listed = {sha for step in steps for sha in step.listed} - shas
    place = {"commit__team_id": graph.team_id, "commit__repository": graph.repository}
    for some in chunks(sorted(listed - graph.commits.keys())):
        shas.update(old.filter(**place, commit__sha__in=some).values_list("commit__sha", flat=True))
    # Of those in the graph that are younger than the deployment which shipped them: clocks disagree.
    younger = old.filter(**place, commit__committed_at__gte=graph.since)
    shas.update(younger.values_list("commit__sha", flat=True))
    return Shipped(
        revisions=revisions - {""},
        shas=shas,
        last=last or "",
        is_first=last is None,
    )


def _fill(graph: CommitGraph, group: _Group, rows: list[Deployment], shipments: list[Shipment]) -> None:
    shipped_before = set(
        ShippedChange.objects.filter(
            deployment__service_id=group[0],
            deployment__environment=group[1],
            deployment__finished_at__lt=_end_of(rows[0]),
        )
        .order_by()
        .values_list("change_id", flat=True)
    )
    made, changes = [], []
    owned: dict[int, Commit] = {}
    begun: dict[int, ChangeRequest] = {}
    for row, shipment in zip(rows, shipments, strict=True):
        if row.team_id != graph.team_id:  # told to a former owner of the service, for whom it is worked out
            continue
        row.previous_revision = shipment.previous
        row.is_rollback = shipment.is_rollback or row.is_rollback_told
        if row.repository != graph.repository:  # what it ships is in another graph
            continue
        row.contents = Contents(shipment.known.value)
        requests = _requests(graph, row, shipment, owned, begun)
        made += [_shipped(row, graph.commits[sha]) for sha in shipment.shas if _counts(graph, sha)]
        for request in requests:
            if request.pk not in shipped_before:
                shipped_before.add(request.pk)
                changes.append(ShippedChange(deployment=row, change=request))
    _store([row for row in rows if row.team_id == graph.team_id], graph.repository, made, changes, owned, begun)


def _counts(graph: CommitGraph, sha: str) -> bool:
    commit = graph.commits.get(sha)
    return commit is not None and not commit.is_merge


def _shipped(row: Deployment, commit: Commit) -> ShippedCommit:
    finished_at = row.finished_at or commit.committed_at
    lead = finished_at - commit.committed_at
    return ShippedCommit(deployment=row, commit=commit, lead_seconds=int(lead.total_seconds()))


def _requests(
    graph: CommitGraph,
    row: Deployment,
    shipment: Shipment,
    owned: dict[int, Commit],
    begun: dict[int, ChangeRequest],
) -> list[ChangeRequest]:
    """The change requests that it ships: named by the sender, or told by the commits; their commits are marked."""
    found = {key: graph.by_key[key] for key in row.listed_changes if key in graph.by_key}
    by_commits = {
        request.key: request
        for sha in shipment.shas
        for request in graph.requests.get(sha, ())
        if _is_in(request, shipment)
    }
    shas = frozenset(shipment.shas)
    for request in sorted(by_commits.values(), key=lambda one: (one.merged_at or row.received_at, one.key)):
        own = own_commits(head=request.head_sha, base=request.base_sha, graph=graph.nodes, among=shas)
        _begin(request, [graph.commits[sha] for sha in own if _counts(graph, sha)], begun)
        for sha in own | ({request.merge_sha} & shas):
            commit = graph.commits[sha]
            if commit.pk not in owned:
                commit.change = request
                owned[commit.pk] = commit
    return list({request.pk: request for request in (*found.values(), *by_commits.values())}.values())


def _is_in(request: ChangeRequest, shipment: Shipment) -> bool:
    """Its head alone is not enough while it is open: branches are deployed, too."""
    return request.merged_at is not None or bool(request.merge_sha and request.merge_sha in shipment.shas)


def _begin(request: ChangeRequest, own: Sequence[Commit], begun: dict[int, ChangeRequest]) -> None:
    """Nobody told when its first commit was made, but its commits are known: squashed ones are not."""
    if request.first_commit_at is None and own and request.head_sha != request.merge_sha:
        request.first_commit_at = min(commit.authored_at or commit.committed_at for commit in own)
        begun[request.pk] = request


def _store(
    rows: list[Deployment],
    repository: str,
    made: list[ShippedCommit],
    changes: list[ShippedChange],
    owned: dict[int, Commit],
    begun: dict[int, ChangeRequest],
) -> None:
    for some in chunks([row.pk for row in rows if row.repository == repository]):
        ShippedCommit.objects.filter(deployment_id__in=some).delete()
        ShippedChange.objects.filter(deployment_id__in=some).delete()
    ShippedCommit.objects.bulk_create(made, batch_size=_ROWS_PER_QUERY)
    ShippedChange.objects.bulk_create(changes, batch_size=_ROWS_PER_QUERY)
    Deployment.objects.bulk_create(
        rows,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["previous_revision", "is_rollback", "contents"],
    )
    Commit.objects.bulk_update(owned.values(), ["change"], batch_size=200)
    ChangeRequest.objects.bulk_update(begun.values(), ["first_commit_at"], batch_size=200)
