from __future__ import annotations

from django.db import models

from reliability.access.models import ServiceScopedQuerySet


class Outcome(models.TextChoices):
    """How a deployment ended. Those in progress have no end, and count nowhere."""

    IN_PROGRESS = "in_progress"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Contents(models.TextChoices):
    """What is known of the commits that a deployment ships for the first time.

    PENDING: to be worked out. FIRST: the first success of this service and environment, which ships nothing new.
    COMPLETE: every commit of the range is known. PARTIAL: some were not told (truncated pushes, unknown parents).
    UNKNOWN: nothing links the revision with what was told of commits. NONE: not asked, as it did not succeed.
    """

    PENDING = "pending"
    FIRST = "first"
    COMPLETE = "complete"
    PARTIAL = "partial"
    UNKNOWN = "unknown"
    NONE = "none"


class Deployment(models.Model):
    """One revision of one service brought into one environment, as another system told it.

    Whose it is, its service says. team: to which it was told, whose commits it ships.
    origin: "delivery:5" (an integration), of which `key` names one; or "api:ci" (the API, and what the sender calls its
    source, is_of_api), of which `key` names one of each service.
    finished_at: when `outcome` was reached; empty while in progress. is_production: what metrics count.
    previous_revision, is_rollback, contents: worked out from the other deployments of (service, environment).
    is_rollback: the sender said so, or `revision` had been deployed before the previous one. is_unplanned: if told.
    repository: whose commits it ships; "service:checkout" when none was told. author: as told.
    states: {outcome: [first told at, last told at]}, and stamps: {field: told at}, make any order end in the same row.
    listed_commits and listed_changes: shas and keys that the sender named as shipped by it.
    """

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="deployments")
    service = models.ForeignKey("catalog.Service", on_delete=models.CASCADE, related_name="deployments")
    environment = models.CharField(max_length=120)
    is_production = models.BooleanField(default=True)
    origin = models.CharField(max_length=80)
    is_of_api = models.BooleanField(default=False)
    key = models.CharField(max_length=255)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    repository = models.CharField(max_length=255)
    revision = models.CharField(max_length=255, blank=True)
    ref = models.CharField(max_length=255, blank=True)
    previous_revision = models.CharField(max_length=255, blank=True)
    is_rollback = models.BooleanField(default=False)
    is_rollback_told = models.BooleanField(default=False)
    is_unplanned = models.BooleanField(null=True, blank=True)
    contents = models.CharField(max_length=10, choices=Contents.choices, default=Contents.PENDING)
    title = models.CharField(max_length=255, blank=True)
    author = models.CharField(max_length=120, blank=True)
    source_url = models.CharField(max_length=500, blank=True)
    listed_commits = models.JSONField(default=list, blank=True)
    listed_changes = models.JSONField(default=list, blank=True)
    details = models.JSONField(default=dict, blank=True)
    states = models.JSONField(default=dict, blank=True)
    stamps = models.JSONField(default=dict, blank=True)
    received_at = models.DateTimeField()

    objects = ServiceScopedQuerySet.as_manager()

    class Meta:
        ordering = ("-finished_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("origin", "key"), condition=models.Q(is_of_api=False), name="deployment_once_per_origin_and_key"
            ),
            models.UniqueConstraint(
                fields=("service", "origin", "key"),
                condition=models.Q(is_of_api=True),
                name="deployment_once_per_service_and_key",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome=Outcome.IN_PROGRESS, finished_at=None)
                | (~models.Q(outcome=Outcome.IN_PROGRESS) & models.Q(finished_at__isnull=False)),
                name="deployment_ends_with_its_outcome",
            ),
        )
        indexes = (
            models.Index(fields=("service", "environment", "finished_at"), name="deployment_by_service"),
            models.Index(fields=("finished_at",), name="deployment_by_end"),
            models.Index(fields=("team", "contents", "repository"), name="deployment_by_contents"),
        )

    def __str__(self) -> str:
        return f"{self.revision[:12] or self.key} to {self.environment}"
