from __future__ import annotations

from django.db import models

from incidents.paging.domain.urgency import Urgency
from reliability.access.models import TeamScopedQuerySet


class Escalation(models.Model):
    """One run of a policy. What it is about is its `subject`, such as "incident:42"; the room above acts on that.

    `definition` is the policy as it was at the beginning. Each acknowledgement, un-acknowledgement, resolution and
    reopening moves the `epoch`, which makes notifications of former epochs void. `content` is what is told: see
    incidents.paging.domain.content.
    """

    class State(models.TextChoices):
        ACTIVE = "active"
        PAUSED = "paused"  # acknowledged
        EXHAUSTED = "exhausted"  # every step of every pass was taken
        ENDED = "ended"  # resolved

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=80, unique=True)
    policy = models.ForeignKey(
        "paging.EscalationPolicy", on_delete=models.SET_NULL, null=True, blank=True, related_name="escalations"
    )
    definition = models.JSONField()
    content = models.JSONField(default=dict)
    urgency = models.CharField(max_length=8, choices=[(u.value, u.value) for u in Urgency])
    state = models.CharField(max_length=16, choices=State.choices, default=State.ACTIVE)
    epoch = models.PositiveIntegerField(default=1)
    step = models.PositiveSmallIntegerField(default=0)
    pass_number = models.PositiveSmallIntegerField(default=0)
    step_began_at = models.DateTimeField(null=True, blank=True)
    next_step_at = models.DateTimeField(null=True, blank=True)
    ack_lapses_at = models.DateTimeField(null=True, blank=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("-began_at", "-pk")
        indexes = (models.Index(fields=("state",), name="escalation_by_state"),)

    def __str__(self) -> str:
        return f"{self.subject} epoch {self.epoch} step {self.step}: {self.state}"


class EscalationEvent(models.Model):
    """What the engine did and why, in words; `data` holds the same as values."""

    escalation = models.ForeignKey(Escalation, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    kind = models.CharField(max_length=32)  # began, step, nobody_on_call, last_resort, paused, resumed, exhausted, …
    epoch = models.PositiveIntegerField()
    step = models.PositiveSmallIntegerField()
    text = models.TextField()
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ("escalation", "at", "pk")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.text}"
