from __future__ import annotations

from django.db import models


class Commit(models.Model):
    """A commit that somebody told us of, once per (team, repository, sha).

    author: name or login as told, for people; never an address of mail. change: what it came in with, if known.
    is_truncated: the push that ended in it named only some of its commits. parents_known: its links are its parents;
    otherwise they are what a push said is in it.
    """

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="commits")
    repository = models.CharField(max_length=255)
    sha = models.CharField(max_length=64)
    authored_at = models.DateTimeField(null=True, blank=True)
    committed_at = models.DateTimeField()
    author = models.CharField(max_length=120, blank=True)
    title = models.CharField(max_length=200, blank=True)
    is_merge = models.BooleanField(default=False)
    is_truncated = models.BooleanField(default=False)
    parents_known = models.BooleanField(default=False)
    change = models.ForeignKey(
        "delivery.ChangeRequest", on_delete=models.SET_NULL, null=True, blank=True, related_name="commits"
    )

    class Meta:
        ordering = ("-committed_at", "-pk")
        constraints = (models.UniqueConstraint(fields=("team", "repository", "sha"), name="commit_once_per_sha"),)
        indexes = (models.Index(fields=("team", "repository", "committed_at"), name="commit_by_time"),)

    def __str__(self) -> str:
        return f"{self.sha[:12]} {self.title}".strip()


class CommitLink(models.Model):
    """`commit` contains the commit `includes_sha`: its parent, or one that came with it or before it in a push.

    is_within: it came in the same push, which also named everything below it that was new then.
    """

    commit = models.ForeignKey(Commit, on_delete=models.CASCADE, related_name="links")
    includes_sha = models.CharField(max_length=64)
    is_within = models.BooleanField(default=False)

    class Meta:
        ordering = ("commit", "pk")
        constraints = (models.UniqueConstraint(fields=("commit", "includes_sha"), name="commit_link_once"),)

    def __str__(self) -> str:
        return f"{self.commit_id} includes {self.includes_sha[:12]}"
