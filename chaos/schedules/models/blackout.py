from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from reliability.access.models import TeamScopedQuerySet
from reliability.kit.repeats import Repeat


class Blackout(models.Model):
    """Time in which no run begins: of a team, or (team null) of the whole installation; once or again and again.

    `start_at` and `end_at` are the first time. The clock of `time_zone` repeats, not the instant: a freeze from Friday
    18:00 begins at 18:00 on either side of a change of the clocks. No services: all of them.
    """

    team = models.ForeignKey(
        "access.Team", on_delete=models.PROTECT, null=True, blank=True, related_name="chaos_blackouts"
    )
    title = models.CharField(max_length=120)
    note = models.TextField(blank=True)
    time_zone = models.CharField(max_length=63)
    is_whole_days = models.BooleanField(default=False)
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    repeats = models.CharField(
        max_length=16, choices=[(one.value, one.words) for one in Repeat], default=Repeat.NEVER.value
    )
    repeats_until_at = models.DateTimeField(null=True, blank=True)  # no time begins from then on
    services = models.ManyToManyField("catalog.Service", blank=True, related_name="chaos_blackouts")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    updated_by_name = models.CharField(max_length=160, blank=True)
    revision = models.PositiveIntegerField(default=1)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("start_at", "pk")
        constraints = (models.CheckConstraint(condition=Q(end_at__gt=F("start_at")), name="blackout_ends_after_start"),)
        indexes = (models.Index(fields=("team", "start_at"), name="blackout_by_team"),)

    def __str__(self) -> str:
        return self.title
