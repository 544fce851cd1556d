"""Deployments as plain JSON rows: of the API, of files, of integrations of the kind "json". Pure.

`{id, service, environment, started_at?, finished_at, outcome, revision, commits: [{sha, authored_at?, committed_at,
parents?, message?}], changes: [{id, first_commit_at?, opened_at?, first_review_at?, approved_at?, merged_at?,
merge_sha?}]}`; and, if wanted, source, repository, ref, url, title, author, rollback, unplanned.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reliability.delivery.domain.folding import earliest
from reliability.delivery.domain.reading import (
    INVALID,
    Object,
    first_line,
    instant_of,
    link_of,
    objects_of,
    required_instant,
    required_text,
    text_of,
)
from reliability.delivery.domain.repositories import repository_of, repository_of_service
from reliability.delivery.domain.told import Payload, Told, ToldCommit, ToldDeployment, ToldRequest, UnreadableError

COMMITS_MAX = 5_000
CHANGES_MAX = 1_000
PARENTS_MAX = 100
_FIELDS = frozenset(
    ("id", "service", "environment", "started_at", "finished_at", "outcome", "revision", "commits", "changes")
) | {"source", "repository", "ref", "url", "title", "author", "rollback", "unplanned"}
_COMMIT_FIELDS = frozenset(("sha", "authored_at", "committed_at", "parents", "message", "author"))
_STAGES = ("first_commit_at", "opened_at", "first_review_at", "approved_at", "merged_at")
_CHANGE_FIELDS = frozenset((*_STAGES, "id", "merge_sha", "title", "url", "author"))
OUTCOMES: Mapping[str, str] = {
    "succeeded": "succeeded",
    "success": "succeeded",
    "failed": "failed",
    "failure": "failed",
    "error": "failed",
    "cancelled": "cancelled",
    "canceled": "cancelled",
    "in_progress": "in_progress",
    "running": "in_progress",
}


def source_of(row: Any) -> str:
    """What the sender calls itself; deployments are told apart by it and their id."""
    return text_of(row, "source", length_max=60) if isinstance(row, dict) else ""


def read_row(value: Any) -> Told:
    """Raises UnreadableError naming the field."""
    if not isinstance(value, dict):
        raise UnreadableError(INVALID, "a deployment is a JSON object")
    row: Object = value
    _refuse_unknown(row, _FIELDS, "")
    service = required_text(row, "service", "deployment")
    outcome = _outcome(row)
    started_at = instant_of(row, "started_at", "deployment")
    finished_at = instant_of(row, "finished_at", "deployment")
    at = _at(outcome, started_at, finished_at)
    repository = repository_of(text_of(row, "repository", length_max=500)) or repository_of_service(service)
    commits = _commits(row, repository)
    requests = _requests(row, repository, at)
    deployment = ToldDeployment(
        key=_bounded(row, "id", 200),
        hints=(service,),
        environment=_bounded(row, "environment", 120),
        outcome=outcome,
        at=at,
        repository=repository,
        started_at=started_at,
        revision=_bounded(row, "revision", 255),
        ref=text_of(row, "ref"),
        title=first_line(text_of(row, "title")),
        author=text_of(row, "author", length_max=120),
        url=link_of(row, "url"),
        is_rollback=_flag(row, "rollback") is True,
        is_unplanned=_flag(row, "unplanned"),
        commits=tuple(commit.sha for commit in commits),
        changes=tuple(request.key for request in requests),
    )
    return Told(deployments=(deployment,), commits=commits, requests=requests)


def parse(payload: Payload) -> Told:
    """One row or a list, all or nothing, for integrations. Raises UnreadableError naming the row."""
    rows = payload.body if isinstance(payload.body, list) else [payload.body]
    told = []
    for index, row in enumerate(rows):
        try:
            told.append(read_row(row))
        except UnreadableError as error:
            raise UnreadableError(error.reason, f"row {index}: {error}") from error
    return joined(told)


def joined(told: list[Told]) -> Told:
    return Told(
        deployments=tuple(one for part in told for one in part.deployments),
        commits=tuple(one for part in told for one in part.commits),
        requests=tuple(one for part in told for one in part.requests),
        switches=tuple(one for part in told for one in part.switches),
    )


def _outcome(row: Object) -> str:
    told = required_text(row, "outcome", "deployment").lower()
    if told not in OUTCOMES:
        known = "succeeded, failed, cancelled or in_progress"
        raise UnreadableError(INVALID, f"deployment.outcome {told!r} is not known: write {known}")
    return OUTCOMES[told]


def _at(outcome: str, started_at: datetime | None, finished_at: datetime | None) -> datetime:
    if outcome == "in_progress":
        if finished_at is not None:
            raise UnreadableError(INVALID, "deployment.finished_at: what is in progress has no end, leave it out")
        if started_at is None:
            raise UnreadableError(INVALID, "deployment.started_at is missing: what is in progress has begun")
        return started_at
    if finished_at is None:
        raise UnreadableError(INVALID, "deployment.finished_at is missing: an instant such as 2026-03-01T12:00:00Z")
    if started_at is not None and started_at > finished_at:
        raise UnreadableError(INVALID, "deployment.started_at is after finished_at")
    return finished_at


def _commits(row: Object, repository: str) -> tuple[ToldCommit, ...]:
    found = list(objects_of(row.get("commits"), "commits"))
    if len(found) > COMMITS_MAX:
        raise UnreadableError("too_many", f"{len(found)} commits in one deployment: send at most {COMMITS_MAX:,}")
    return tuple(_commit(one, repository, f"commits[{index}]") for index, one in enumerate(found))


def _commit(commit: Object, repository: str, place: str) -> ToldCommit:
    _refuse_unknown(commit, _COMMIT_FIELDS, f"{place}.")
    parents = _parents(commit.get("parents"), place)
    message = text_of(commit, "message", length_max=1_000)
    sha = required_text(commit, "sha", place)
    if len(sha) > 64:
        raise UnreadableError(INVALID, f"{place}.sha is longer than 64 characters")
    return ToldCommit(
        repository=repository,
        sha=sha,
        committed_at=required_instant(commit, "committed_at", place),
        authored_at=instant_of(commit, "authored_at", place),
        author=text_of(commit, "author", length_max=120),
        title=first_line(message),
        is_merge=len(parents or ()) > 1 or (parents is None and message.startswith("Merge ")),
        parents=parents,
    )


def _parents(value: Any, place: str) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(one, str) and 0 < len(one) <= 64 for one in value):
        raise UnreadableError(INVALID, f"{place}.parents must be a list of shas")
    if len(value) > PARENTS_MAX:
        raise UnreadableError(INVALID, f"{place}.parents: at most {PARENTS_MAX}")
    return tuple(value)


def _requests(row: Object, repository: str, at: datetime) -> tuple[ToldRequest, ...]:
    found = list(objects_of(row.get("changes"), "changes"))
    if len(found) > CHANGES_MAX:
        raise UnreadableError("too_many", f"{len(found)} changes in one deployment: send at most {CHANGES_MAX:,}")
    return tuple(_request(one, repository, at, f"changes[{index}]") for index, one in enumerate(found))


def _request(change: Object, repository: str, at: datetime, place: str) -> ToldRequest:
    _refuse_unknown(change, _CHANGE_FIELDS, f"{place}.")
    first_review_at = instant_of(change, "first_review_at", place)
    approved_at = instant_of(change, "approved_at", place)
    return ToldRequest(
        repository=repository,
        key=required_text(change, "id", place)[:120],
        at=at,
        title=text_of(change, "title"),
        url=link_of(change, "url"),
        author=text_of(change, "author", length_max=120),
        first_commit_at=instant_of(change, "first_commit_at", place),
        opened_at=instant_of(change, "opened_at", place),
        first_review_at=earliest(first_review_at, approved_at),
        approved_at=approved_at,
        merged_at=instant_of(change, "merged_at", place),
        merge_sha=text_of(change, "merge_sha", length_max=64),
    )


def _bounded(row: Object, name: str, length_max: int) -> str:
    found = text_of(row, name, length_max=length_max + 1)
    if not found:
        raise UnreadableError(INVALID, f"deployment.{name} is missing")
    if len(found) > length_max:
        raise UnreadableError(INVALID, f"deployment.{name} is longer than {length_max} characters")
    return found


def _flag(row: Object, name: str) -> bool | None:
    value = row.get(name)
    if value is not None and not isinstance(value, bool):
        raise UnreadableError(INVALID, f"deployment.{name} must be true or false")
    return value


def _refuse_unknown(found: Object, known: frozenset[str], place: str) -> None:
    unknown = sorted(set(found) - known)
    if unknown:
        fields = ", ".join(sorted(known))
        raise UnreadableError(INVALID, f"{place}{unknown[0][:60]} is no field here, known are {fields}")
