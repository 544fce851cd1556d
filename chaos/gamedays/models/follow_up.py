from __future__ import annotations

from django.db import models

from chaos.gamedays.domain.states import FollowUpKind, FollowUpState
from reliability.access.models import TeamScopedQuerySet
from reliability.catalog.models import Layer
from reliability.channels.models import PlacedNotice


class Finding(models.Model):
    """A weakness that the game day showed. It stands in the vulnerability backlog under `vulnerability_id`."""

    game_day = models.ForeignKey("gamedays.GameDay", on_delete=models.CASCADE, related_name="findings")
    scenario = models.ForeignKey(
        "gamedays.Scenario", on_delete=models.SET_NULL, null=True, blank=True, related_name="findings"
    )
    service = models.ForeignKey("catalog.Service", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    layer = models.CharField(max_length=16, choices=Layer.choices)
    title = models.CharField(max_length=160)
    text = models.TextField(blank=True)
    vulnerability_id = models.PositiveBigIntegerField(null=True, blank=True)
    at = models.DateTimeField()
    by_name = models.CharField(max_length=160)

    class Meta:
        ordering = ("game_day", "at", "pk")

    def __str__(self) -> str:
        return self.title


class FollowUp(models.Model):
    """Something to be done after a game day. The first later real run of `experiment` that held closes it."""

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="follow_ups")
    game_day = models.ForeignKey("gamedays.GameDay", on_delete=models.CASCADE, related_name="follow_ups")
    scenario = models.ForeignKey(
        "gamedays.Scenario", on_delete=models.SET_NULL, null=True, blank=True, related_name="follow_ups"
    )
    title = models.CharField(max_length=160)
    text = models.TextField(blank=True)
    kind = models.CharField(max_length=16, choices=[(k.value, k.value) for k in FollowUpKind])
    owner = models.ForeignKey("access.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    owner_name = models.CharField(max_length=160, blank=True)
    due_on = models.DateField(null=True, blank=True)
    tracker_url = models.URLField(max_length=500, blank=True)
    experiment = models.ForeignKey(
        "experiments.Experiment", on_delete=models.PROTECT, null=True, blank=True, related_name="follow_ups"
    )
    state = models.CharField(
        max_length=16, choices=[(s.value, s.value) for s in FollowUpState], default=FollowUpState.OPEN.value
    )
    state_reason = models.CharField(max_length=500, blank=True)
    verified_by = models.ForeignKey("runs.Run", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by_name = models.CharField(max_length=160, blank=True)
    created_at = models.DateTimeField()
    created_by_name = models.CharField(max_length=160, blank=True)
    updated_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("due_on", "pk")
        indexes = (
            models.Index(fields=("experiment", "state"), name="follow_up_by_experiment"),
            models.Index(fields=("team", "state", "due_on"), name="follow_up_by_team"),
        )

    def __str__(self) -> str:
        return self.title


class FollowUpNotice(PlacedNotice):
    """The reminder of its owner, once for each owner and date."""

    follow_up = models.ForeignKey(FollowUp, on_delete=models.CASCADE, related_name="notices")
    for_due_on = models.DateField()

    class Meta:
        ordering = ("follow_up", "created_at", "pk")

    def __str__(self) -> str:
        return f"reminder of {self.follow_up_id} to {self.place}: {self.state}"
