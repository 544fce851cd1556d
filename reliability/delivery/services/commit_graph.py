"""The commits of a repository as a graph in memory: what deployments of it ship is walked there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q

from reliability.delivery.domain.shipping import Node
from reliability.delivery.models import ChangeRequest, Commit, CommitLink, Deployment

# Commits older than this before the deployments in question are taken as shipped: graphs of decades are not read.
HISTORY = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class CommitGraph:
    """The commits of a repository by sha. requests: those that came in or end with the sha."""

    nodes: dict[str, Node]
    commits: dict[str, Commit]
    requests: dict[str, list[ChangeRequest]]
    by_key: dict[str, ChangeRequest]

    @classmethod
    def read(cls, team_id: int, repository: str, groups: Iterable[Sequence[Deployment]]) -> CommitGraph:
        begins = [rows[0].finished_at for rows in groups if rows]
        if not begins:
            return cls({}, {}, {}, {})
        since = min(one for one in begins if one is not None) - HISTORY
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
        told = told.filter(Q(merged_at=None) | Q(merged_at__gte=since))
        by_key = {row.key: row for row in told.order_by("merged_at", "key")}
        for row in by_key.values():
            for sha in {row.merge_sha, row.head_sha} - {""}:
                requests[sha].append(row)
        return cls(nodes, commits, requests, by_key)
