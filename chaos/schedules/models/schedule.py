from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q

from chaos.runs.domain.states import Mode
from chaos.schedules.domain.policies import Misfire, Outside
from chaos.schedules.domain.timing import Timing
from chaos.schedules.domain.windows import read_windows
from reliability.access.models import TeamScopedQuerySet
from reliability.channels.models import PlacedNotice


class Schedule(models.Model):
    """When an experiment runs by itself: once (`once_at`), or at the times of `cron` on the clocks of `time_zone`.

    It runs in the name of whoever set it up last: a person (`owner`) or a token (`owner_token`). `windows`, in the
    notation of restrictions: [{"weekdays": ["mon"], "start": "09:00", "end": "17:00"}, …], none: always. First and last
    day are of the zone, both belong to it. `next_at`: the first instant that was not dealt with; null: none comes.
    """

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="experiment_schedules")
    experiment = models.ForeignKey("experiments.Experiment", on_delete=models.PROTECT, related_name="schedules")
    mode = models.CharField(max_length=8, choices=[(m.value, m.value) for m in Mode], default=Mode.REAL.value)
    once_at = models.DateTimeField(null=True, blank=True)
    cron = models.CharField(max_length=100, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    windows = models.JSONField(default=list, blank=True)
    outside = models.CharField(
        max_length=8, choices=[(o.value, o.words) for o in Outside], default=Outside.SKIP.value
    )  # of the windows
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)
    misfire = models.CharField(max_length=8, choices=[(m.value, m.words) for m in Misfire], default=Misfire.SKIP.value)
    grace_minutes = models.PositiveIntegerField(default=10)
    reason = models.CharField(max_length=300, blank=True)  # goes to each run
    is_paused = models.BooleanField(default=False)
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_by_name = models.CharField(max_length=160, blank=True)
    pause_reason = models.CharField(max_length=300, blank=True)
    owner = models.ForeignKey("access.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    owner_token = models.ForeignKey(
        "access.ApiToken", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    owner_name = models.CharField(max_length=160)
    next_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("experiment", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(once_at__isnull=False, cron="") | (Q(once_at=None) & ~Q(cron="")),
                name="schedule_is_once_or_cron",
            ),
            models.CheckConstraint(condition=Q(owner=None) | Q(owner_token=None), name="schedule_runs_in_one_name"),
        )
        indexes = (models.Index(fields=("team", "next_at"), name="schedule_by_next"),)

    def __str__(self) -> str:
        when = self.cron or f"{self.once_at:%Y-%m-%d %H:%M} UTC"
        return f"{self.experiment} at {when}"

    @property
    def timing(self) -> Timing:
        return Timing(
            once_at=self.once_at,
            cron=self.cron,
            zone_name=self.time_zone,
            first_day=self.first_day,
            last_day=self.last_day,
            windows=read_windows(self.windows),
            outside=Outside(self.outside),
            misfire=Misfire(self.misfire),
            grace=timedelta(minutes=self.grace_minutes),
        )


class Firing(models.Model):
    """What became of one instant of a schedule: at most one row for each, so it fires at most once.

    `until_at`: a row that stands for every instant of the schedule from `due_at` to it, both included. `starts_at`:
    when the window opens that it waits for.
    """

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="firings")
    due_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True, blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField()
    outcome = models.CharField(max_length=16)  # of chaos.schedules.domain.policies.Outcome
    cause = models.CharField(max_length=16)  # of chaos.schedules.domain.policies.Cause
    reason = models.CharField(max_length=500)
    run = models.ForeignKey("runs.Run", on_delete=models.SET_NULL, null=True, blank=True, related_name="firings")

    class Meta:
        ordering = ("schedule", "-due_at", "-pk")
        constraints = (models.UniqueConstraint(fields=("schedule", "due_at"), name="firing_once_per_instant"),)

    def __str__(self) -> str:
        return f"{self.due_at:%Y-%m-%d %H:%M} of {self.schedule_id}: {self.outcome}"


class FiringNotice(PlacedNotice):
    """A message about a refused firing to one place: a channel of the team or a person, sent as due work."""

    firing = models.ForeignKey(Firing, on_delete=models.CASCADE, related_name="notices")

    class Meta:
        ordering = ("firing", "pk")

    def __str__(self) -> str:
        return f"notice of firing {self.firing_id} to {self.place}: {self.state}"
