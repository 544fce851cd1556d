from __future__ import annotations

from django.db import models
from django.db.models import Q

from chaos.gamedays.domain.states import ScenarioState, Tri


class Scenario(models.Model):
    """One step of a game day, by an experiment or by hand. At most one of a game day is running.

    `began_at` is when somebody began it; the fault is in place since `run.fault_began_at`, or since then when it is
    done by hand. `alerted_at`, `alerted_by`: the first alert that a registry of detections knew of. `held`,
    `responded`, `faults_gone` are people's words where no run says so.
    """

    game_day = models.ForeignKey("gamedays.GameDay", on_delete=models.CASCADE, related_name="scenarios")
    position = models.PositiveIntegerField()
    title = models.CharField(max_length=160)
    happens = models.TextField(blank=True)
    experiment = models.ForeignKey(
        "experiments.Experiment", on_delete=models.PROTECT, null=True, blank=True, related_name="scenarios"
    )
    service = models.ForeignKey(
        "catalog.Service", on_delete=models.SET_NULL, null=True, blank=True, related_name="scenarios"
    )
    expected_alert = models.CharField(max_length=200, blank=True)
    expected_minutes = models.PositiveIntegerField(null=True, blank=True)  # null: nobody expects to notice it
    expected_response = models.TextField(blank=True)
    state = models.CharField(
        max_length=16, choices=[(s.value, s.value) for s in ScenarioState], default=ScenarioState.WAITING.value
    )
    skip_reason = models.CharField(max_length=500, blank=True)
    run = models.ForeignKey("runs.Run", on_delete=models.SET_NULL, null=True, blank=True, related_name="scenarios")
    began_at = models.DateTimeField(null=True, blank=True)
    began_by_name = models.CharField(max_length=160, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by_name = models.CharField(max_length=160, blank=True)
    alerted_at = models.DateTimeField(null=True, blank=True)
    alerted_by = models.CharField(max_length=200, blank=True)
    held = models.CharField(max_length=8, choices=[(t.value, t.value) for t in Tri], default=Tri.PENDING.value)
    responded = models.CharField(max_length=8, choices=[(t.value, t.value) for t in Tri], default=Tri.PENDING.value)
    faults_gone = models.CharField(max_length=8, choices=[(t.value, t.value) for t in Tri], default=Tri.PENDING.value)
    learnt = models.TextField(blank=True)
    score = models.FloatField(null=True, blank=True)  # 0 to 1, when the game day closed
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("game_day", "position", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("game_day",),
                condition=Q(state=ScenarioState.RUNNING.value),
                name="scenario_one_running_per_game_day",
            ),
        )

    def __str__(self) -> str:
        return self.title
