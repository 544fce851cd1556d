"""The commits of a repository as a graph in memory: what deployments of it ship is walked there."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from reliability.delivery.domain.shipping import Node
from reliability.delivery.models import ChangeRequest, Commit, CommitLink

# Commits older than this before the deployments in question are taken as shipped: graphs of decades are not read.
HISTORY = timedelta(days=400)
# What is read first: most deployments ship what was made since the one before.
RECENT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class CommitGraph:
    """The commits of a repository by sha. requests: those that came in or end with the sha."""

    team_id: int
    repository: str
    nodes: dict[str, Node]
    commits: dict[str, Commit]
    requests: dict[str, list[ChangeRequest]]
    by_key: dict[str, ChangeRequest]
    since: datetime

    @classmethod
    def read(cls, team_id: int, repository: str, *, begin: datetime, history: timedelta) -> CommitGraph:
        """begin: of the deployments in question. history: how far before that commits are read."""
        since = begin - history
        rows = Commit.objects.filter(team_id=team_id, repository=repository, committed_at__gte=since)
        commits = {row.sha: row for row in rows.order_by()}
        below: dict[int, list[str]] = defaultdict(list)
        within: dict[int, list[str]] = defaultdict(list)
        links = CommitLink.objects.filter(commit__in=rows.order_by()).order_by("commit_id", "includes_sha")
        for pk, sha, is_within in links.values_list("commit_id", "includes_sha", "is_within"):
            (within if is_within else below)[pk].append(sha)
        nodes = {
            sha: Node(tuple(below[row.pk]), tuple(within[row.pk]), row.parents_known, row.is_truncated)
            for sha, row in commits.items()
        }
        requests: dict[str, list[ChangeRequest]] = defaultdict(list)
        told = ChangeRequest.objects.filter(team_id=team_id, repository=repository)
        told = told.filter(Q(merged_at=None) | Q(merged_at__gte=begin - HISTORY))
        by_key = {row.key: row for row in told.order_by("merged_at", "key")}
        for row in by_key.values():
            for sha in {row.merge_sha, row.head_sha} - {""}:
                requests[sha].append(row)
        return cls(team_id, repository, nodes, commits, requests, by_key, since)
