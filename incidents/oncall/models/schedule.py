from __future__ import annotations

from django.db import models

from reliability.access.models import TeamScopedQuerySet


class Schedule(models.Model):
    """Who is on call when. What it asks for lies in its versions; overrides lie beside them.

    `revision` rises with every edit by a person: an editor names the one that was read.
    """

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="schedules")
    slug = models.SlugField(max_length=63, unique=True)
    title = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    created_at = models.DateTimeField()  # the clock of whoever makes it
    updated_at = models.DateTimeField(auto_now=True)
    updated_by_name = models.CharField(max_length=160, blank=True)
    revision = models.PositiveIntegerField(default=1)
    # How long before a shift its person is told that it comes; 0 tells only when it begins.
    notice_minutes = models.PositiveIntegerField(default=0)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("slug", "pk")

    def __str__(self) -> str:
        return self.title


class ScheduleVersion(models.Model):
    """The rotations of a schedule from `effective_from` on, so that the past stays as it was.

    `definition` is the notation of incidents.oncall.domain.notation: {"time_zone": …, "layers": […]}, with persons
    as user ids.
    """

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="versions")
    definition = models.JSONField()
    effective_from = models.DateTimeField()
    author_name = models.CharField(max_length=160)
    reason = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("schedule", "effective_from", "pk")
        constraints = (
            models.UniqueConstraint(fields=("schedule", "effective_from"), name="schedule_version_once_per_instant"),
        )

    def __str__(self) -> str:
        return f"{self.schedule} from {self.effective_from:%Y-%m-%d %H:%M}"
