from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q

from incidents.intake.domain.rhythms import Cron, Every, Rhythm
from reliability.access.models import TeamScopedQuerySet


class Monitor(models.Model):
    """A dead man's switch: something must call in its rhythm (plus `grace_seconds`), or an alert fires.

    The rhythm is a period (`period_seconds`) or a cron expression (`cron`, five fields) on the clocks of `time_zone`.
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
    period_seconds = models.PositiveIntegerField(null=True, blank=True)
    cron = models.CharField(max_length=100, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
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
        constraints = (
            models.CheckConstraint(
                condition=Q(period_seconds__isnull=False, cron="", time_zone="")
                | (Q(period_seconds=None) & ~Q(cron="") & ~Q(time_zone="")),
                name="monitor_has_a_period_or_a_cron_expression",
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def rhythm(self) -> Rhythm:
        if self.period_seconds is None:
            return Cron(expression=self.cron, zone_name=self.time_zone)
        return Every(timedelta(seconds=self.period_seconds))
