from __future__ import annotations

from django.db import models

from chaos.gamedays.domain.states import ObservationKind


class Observation(models.Model):
    """Who noticed what when. `at` is when it happened, `recorded_at` when it was written down."""

    game_day = models.ForeignKey("gamedays.GameDay", on_delete=models.CASCADE, related_name="observations")
    scenario = models.ForeignKey(
        "gamedays.Scenario", on_delete=models.SET_NULL, null=True, blank=True, related_name="observations"
    )
    number = models.PositiveIntegerField()  # of the game day, from 1
    kind = models.CharField(
        max_length=16, choices=[(k.value, k.words) for k in ObservationKind], default=ObservationKind.NOTE.value
    )
    text = models.TextField()
    by_name = models.CharField(max_length=160)  # who saw or did it
    author = models.ForeignKey("access.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    author_name = models.CharField(max_length=160)  # who wrote it down
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    retracted_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("game_day", "at", "number")
        constraints = (models.UniqueConstraint(fields=("game_day", "number"), name="observation_once_per_number"),)

    def __str__(self) -> str:
        return f"{self.kind} #{self.number}"


class ObservationEdit(models.Model):
    """What an observation said before a change."""

    observation = models.ForeignKey(Observation, on_delete=models.CASCADE, related_name="edits")
    revision = models.PositiveIntegerField()  # that these words had
    kind = models.CharField(max_length=16)
    text = models.TextField()
    by_name = models.CharField(max_length=160)
    at = models.DateTimeField()
    edited_at = models.DateTimeField()
    editor_name = models.CharField(max_length=160)

    class Meta:
        ordering = ("observation", "revision")
        constraints = (
            models.UniqueConstraint(fields=("observation", "revision"), name="observation_edit_once_per_revision"),
        )

    def __str__(self) -> str:
        return f"revision {self.revision} of {self.observation_id}"
