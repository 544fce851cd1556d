from __future__ import annotations

from django.db import models
from django.db.models import Q

from chaos.backlog.domain.trials import Unit
from reliability.access.models import TeamScopedQuerySet


class Trial(models.Model):
    """A disaster recovery trial that is to be repeated: due so long after its last run that held.

    `first_due_at` counts until one has. `due_at` and `succeeded_at` are reckoned from the runs whenever one ends.
    """

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="trials")
    experiment = models.OneToOneField("experiments.Experiment", on_delete=models.PROTECT, related_name="trial")
    every_count = models.PositiveSmallIntegerField(default=6)
    every_unit = models.CharField(max_length=8, choices=[(u.value, f"{u.value}s") for u in Unit], default=Unit.MONTH)
    first_due_at = models.DateTimeField()
    due_at = models.DateTimeField()
    succeeded_at = models.DateTimeField(null=True, blank=True)
    remind_days = models.PositiveSmallIntegerField(default=14)
    channels = models.ManyToManyField("channels.Channel", blank=True, related_name="+")
    people = models.ManyToManyField("access.User", blank=True, related_name="+")
    is_enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    updated_by_name = models.CharField(max_length=160, blank=True)
    revision = models.PositiveIntegerField(default=1)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("due_at", "pk")
        constraints = (models.CheckConstraint(condition=Q(every_count__gte=1), name="trial_every_is_positive"),)

    def __str__(self) -> str:
        return f"trial {self.experiment}"


class TrialNotice(models.Model):
    """One reminder to one place: a channel of the team, or a person by their first way. `key` makes it one."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        FAILED = "failed"  # refused, or tried as long as it was worth
        VOID = "void"  # it was done, or moved, before this was told

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="notices")
    key = models.CharField(max_length=160, unique=True)
    idempotency_key = models.CharField(max_length=64, unique=True)
    for_due_at = models.DateTimeField()  # the due instant it reminds of
    channel = models.ForeignKey("channels.Channel", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    user = models.ForeignKey("access.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    place = models.CharField(max_length=200)  # in words, outliving channel and person
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    state_reason = models.TextField(blank=True)
    created_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    first_attempt_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("trial", "created_at", "pk")

    def __str__(self) -> str:
        return f"reminder of {self.trial} to {self.place}: {self.state}"
