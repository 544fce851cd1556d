from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q

from chaos.gamedays.domain.states import PLANNING, State, Tri
from reliability.access.models import TeamScopedQuerySet


class GameDay(models.Model):
    """A planned rehearsal of faults with people. Its primary key is its number.

    `starts_at` is UTC; `zone` is where its clock hangs, for pages and mails. `uid` and `sequence` are those of
    iCalendar: the same event, one higher with each change that people must hear of. `revision` rises with every edit
    of its texts. `record` is written once, when it closes; what comes later are corrections.
    """

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="game_days")
    title = models.CharField(max_length=160)
    goal = models.TextField(blank=True)
    hypothesis = models.TextField(blank=True)
    notes = models.TextField(blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    length_minutes = models.PositiveIntegerField(default=120)
    zone = models.CharField(max_length=64, default="UTC")
    place = models.CharField(max_length=500, blank=True)  # an address of a call, or a room
    state = models.CharField(max_length=16, choices=[(s.value, s.words) for s in State], default=State.DRAFT.value)
    state_reason = models.CharField(max_length=500, blank=True)  # of no-go, postponing, cancelling
    uid = models.CharField(max_length=120, unique=True)
    sequence = models.PositiveIntegerField(default=0)
    planned_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by_name = models.CharField(max_length=160, blank=True)
    checks = models.JSONField(default=list, blank=True)  # what the system said when go was decided
    started_at = models.DateTimeField(null=True, blank=True)
    started_by_name = models.CharField(max_length=160, blank=True)
    override_reason = models.CharField(max_length=500, blank=True)  # begun without go
    ended_at = models.DateTimeField(null=True, blank=True)  # the wrap-up began
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by_name = models.CharField(max_length=160, blank=True)
    was_right = models.CharField(max_length=8, choices=[(t.value, t.value) for t in Tri], default=Tri.PENDING.value)
    was_right_why = models.TextField(blank=True)
    went_well = models.TextField(blank=True)
    went_badly = models.TextField(blank=True)
    was_lucky = models.TextField(blank=True)
    score = models.FloatField(null=True, blank=True)  # 0 to 1, when it closed
    record = models.TextField(blank=True)
    observations_count = models.PositiveIntegerField(default=0)  # numbers given, of those taken back, too
    created_at = models.DateTimeField()
    created_by_name = models.CharField(max_length=160, blank=True)
    updated_at = models.DateTimeField()
    updated_by_name = models.CharField(max_length=160, blank=True)
    revision = models.PositiveIntegerField(default=1)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("-starts_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=(State.DRAFT.value, State.CANCELLED.value)) | Q(starts_at__isnull=False),
                name="game_day_has_its_time",
            ),
        )
        indexes = (
            models.Index(fields=("team", "-starts_at"), name="game_day_by_team"),
            models.Index(fields=("starts_at",), name="game_day_by_start"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def ends_at(self) -> datetime | None:
        """By plan."""
        return None if self.starts_at is None else self.starts_at + timedelta(minutes=self.length_minutes)

    @property
    def is_planning(self) -> bool:
        return State(self.state) in PLANNING


class Correction(models.Model):
    """What was added to a closed record. Never changed."""

    game_day = models.ForeignKey(GameDay, on_delete=models.CASCADE, related_name="corrections")
    at = models.DateTimeField()
    by_name = models.CharField(max_length=160)
    text = models.TextField()

    class Meta:
        ordering = ("game_day", "at", "pk")

    def __str__(self) -> str:
        return f"correction of {self.game_day_id} by {self.by_name}"
