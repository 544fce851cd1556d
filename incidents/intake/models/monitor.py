from __future__ import annotations

from django.db import models

from reliability.access.models import TeamScopedQuerySet


class Monitor(models.Model):
    """A dead man's switch: something must call within `period_seconds` (plus `grace_seconds`), or an alert fires.

    `expected_by_at`: the next call is late after it. `begun_at`: a run that has told of its start and not of its end.
    `state_reason` says why it is late or down.
    """

    class State(models.TextChoices):
        NEW = "new"  # never called: not late yet
        UP = "up"
        LATE = "late"  # within the grace
        DOWN = "down"
        PAUSED = "paused"  # calls are kept, nothing fires until somebody resumes it

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="monitors")
    name = models.SlugField(max_length=63, unique=True)
    title = models.CharField(max_length=120)
    service = models.ForeignKey(
        "catalog.Service", on_delete=models.SET_NULL, null=True, blank=True, related_name="monitors"
    )
    policy = models.ForeignKey(
        "paging.EscalationPolicy", on_delete=models.PROTECT, null=True, blank=True, related_name="monitors"
    )
    severity = models.PositiveSmallIntegerField(default=3)
    period_seconds = models.PositiveIntegerField()
    grace_seconds = models.PositiveIntegerField(default=60)
    secret_hash = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.NEW)
    last_call_at = models.DateTimeField(null=True, blank=True)
    expected_by_at = models.DateTimeField(null=True, blank=True)
    begun_at = models.DateTimeField(null=True, blank=True)
    state_since_at = models.DateTimeField(null=True, blank=True)
    state_reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    revision = models.PositiveIntegerField(default=1)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.title
