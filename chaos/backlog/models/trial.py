from __future__ import annotations

from django.db import models
from django.db.models import Q

from chaos.backlog.domain.trials import Unit
from reliability.access.models import TeamScopedQuerySet
from reliability.channels.models import PlacedNotice


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


class TrialNotice(PlacedNotice):
    """One reminder to one place: a channel of the team, or a person by their first way. `key` makes it one."""

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="notices")
    for_due_at = models.DateTimeField()  # the due instant it reminds of

    class Meta:
        ordering = ("trial", "created_at", "pk")

    def __str__(self) -> str:
        return f"reminder of {self.trial} to {self.place}: {self.state}"
