"""Told commits become rows and links, many at a time. A commit never changes; what is told of it later adds to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from reliability.delivery.domain.folding import earliest
from reliability.delivery.domain.told import ToldCommit
from reliability.delivery.models import Commit, CommitLink
from reliability.delivery.services.batches import in_repositories

_ROWS_PER_QUERY = 500
_ADDED = ("authored_at", "committed_at", "author", "title", "is_merge", "is_truncated", "parents_known")


_Place = tuple[str, str]  # (repository, sha)


def take(*, team_id: int, told: Sequence[ToldCommit]) -> None:
    """Store commits and what they contain. Call it in a transaction."""
    found: dict[_Place, ToldCommit] = {}
    for one in told:
        known = found.get((one.repository, one.sha))
        found[one.repository, one.sha] = one if known is None else joined(known, one)
    stored = {
        (row.repository, row.sha): row
        for where in in_repositories(found, team_id=team_id, column="sha")
        for row in Commit.objects.select_for_update().filter(where).order_by("pk")
    }
    made = [_row(team_id, found[place]) for place in sorted(found) if place not in stored]
    Commit.objects.bulk_create(made, batch_size=_ROWS_PER_QUERY)
    changed = [row for place, row in stored.items() if _add(row, found[place])]
    Commit.objects.bulk_create(
        changed, batch_size=_ROWS_PER_QUERY, update_conflicts=True, unique_fields=["id"], update_fields=_ADDED
    )
    _link({(row.repository, row.sha): row.pk for row in (*made, *stored.values())}, found)


def joined(one: ToldCommit, other: ToldCommit) -> ToldCommit:
    """What both say of the same commit, whichever was told first."""
    parents = one.parents if one.parents is not None else other.parents
    return replace(
        one,
        committed_at=min(one.committed_at, other.committed_at),
        authored_at=earliest(one.authored_at, other.authored_at),
        author=max(one.author, other.author),
        title=max(one.title, other.title),
        is_merge=one.is_merge or other.is_merge,
        is_truncated=one.is_truncated or other.is_truncated,
        parents=parents,
        within=tuple(dict.fromkeys((*one.within, *other.within))),
        before=tuple(dict.fromkeys((*one.before, *other.before))),
    )


def _row(team_id: int, one: ToldCommit) -> Commit:
    return Commit(
        team_id=team_id,
        repository=one.repository,
        sha=one.sha,
        authored_at=one.authored_at,
        committed_at=one.committed_at,
        author=one.author,
        title=one.title,
        is_merge=one.is_merge,
        is_truncated=one.is_truncated and one.parents is None,
        parents_known=one.parents is not None,
    )


def _add(row: Commit, one: ToldCommit) -> bool:
    """Whether anything was new."""
    former = tuple(getattr(row, name) for name in _ADDED)
    row.authored_at = earliest(row.authored_at, one.authored_at)
    row.committed_at = min(row.committed_at, one.committed_at)
    row.author, row.title = max(row.author, one.author), max(row.title, one.title)
    row.is_merge = row.is_merge or one.is_merge
    row.parents_known = row.parents_known or one.parents is not None
    row.is_truncated = (row.is_truncated or one.is_truncated) and not row.parents_known
    return tuple(getattr(row, name) for name in _ADDED) != former


def _link(ids: Mapping[_Place, int], told: Mapping[_Place, ToldCommit]) -> None:
    """A commit told within one push and before another is within: nothing below it is left out."""
    within = {(ids[place], other) for place, one in told.items() for other in one.within}
    below = {(ids[place], other) for place, one in told.items() for other in (*one.before, *(one.parents or ()))}
    CommitLink.objects.bulk_create(
        [CommitLink(commit_id=pk, includes_sha=sha, is_within=True) for pk, sha in sorted(within)],
        batch_size=_ROWS_PER_QUERY,
        update_conflicts=True,
        unique_fields=["commit", "includes_sha"],
        update_fields=["is_within"],
    )
    CommitLink.objects.bulk_create(
        [CommitLink(commit_id=pk, includes_sha=sha) for pk, sha in sorted(below - within)],
        batch_size=_ROWS_PER_QUERY,
        ignore_conflicts=True,
    )
