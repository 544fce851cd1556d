from __future__ import annotations

from django.db import models

from reliability.access.models import TeamScopedQuerySet


class ChangeRequest(models.Model):
    """A pull or merge request, or whatever else a team calls a change that is reviewed and merged.

    Its instants are the stages of lead time; each is empty when it was not told. key: "#42", "!7", or the sender's id.
    merge_sha: the commit that brought it in; base_sha..head_sha: its own commits. stamps: see Deployment.
    """

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="change_requests")
    repository = models.CharField(max_length=255)
    key = models.CharField(max_length=120)
    title = models.CharField(max_length=255, blank=True)
    url = models.CharField(max_length=500, blank=True)
    author = models.CharField(max_length=120, blank=True)
    first_commit_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    first_review_at = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    merged_at = models.DateTimeField(null=True, blank=True)
    merge_sha = models.CharField(max_length=64, blank=True)
    base_sha = models.CharField(max_length=64, blank=True)
    head_sha = models.CharField(max_length=64, blank=True)
    stamps = models.JSONField(default=dict, blank=True)
    received_at = models.DateTimeField()

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("-merged_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("team", "repository", "key"), name="change_request_once_per_key"),
        )
        indexes = (models.Index(fields=("team", "repository", "merge_sha"), name="change_request_by_merge"),)

    def __str__(self) -> str:
        return f"{self.key} {self.title}".strip()


class ShippedCommit(models.Model):
    """A commit that this deployment was the first to bring into its environment. Worked out, never told.

    lead_seconds: finished_at of the deployment − committed_at; negative when clocks disagree (data quality).
    Merge commits have no row. Of the first deployment of a service and environment there are none.
    """

    deployment = models.ForeignKey("delivery.Deployment", on_delete=models.CASCADE, related_name="shipped")
    commit = models.ForeignKey("delivery.Commit", on_delete=models.CASCADE, related_name="shipped")
    lead_seconds = models.BigIntegerField()

    class Meta:
        ordering = ("deployment", "pk")
        constraints = (models.UniqueConstraint(fields=("deployment", "commit"), name="shipped_commit_once"),)

    def __str__(self) -> str:
        return f"{self.commit_id} by {self.deployment_id}"


class ShippedChange(models.Model):
    """A change request that this deployment was the first to bring into its environment: its stages end there."""

    deployment = models.ForeignKey("delivery.Deployment", on_delete=models.CASCADE, related_name="shipped_changes")
    change = models.ForeignKey("delivery.ChangeRequest", on_delete=models.CASCADE, related_name="shipped")

    class Meta:
        ordering = ("deployment", "pk")
        constraints = (models.UniqueConstraint(fields=("deployment", "change"), name="shipped_change_once"),)

    def __str__(self) -> str:
        return f"{self.change_id} by {self.deployment_id}"
