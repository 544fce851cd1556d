from __future__ import annotations

from django.db import models
from django.db.models import Q

from chaos.runs.domain.states import OPEN, Mode, State, Verdict
from reliability.access.models import TeamScopedQuerySet


class Run(models.Model):
    """One try of an experiment. Its primary key is its number.

    Its method is begun at most once: READY → STARTING is a compare-and-set that also takes the lease. `fence` rises
    with each holder of the lease: who holds an older one may write nothing any more. `origin_key` says which cause
    ("schedule:5:2026-11-21T10:00Z"), so that a cause makes one run. `lease_until` of an ended run: when its faults that
    could not be taken back are tried again. `watched_slo_ids` are looked at by the guards and
    drawn on its page. `verdict` is ours; `journal` is the Chaos Toolkit's.
    """

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="runs")
    experiment = models.ForeignKey("experiments.Experiment", on_delete=models.PROTECT, related_name="runs")
    version = models.ForeignKey("experiments.ExperimentVersion", on_delete=models.PROTECT, related_name="runs")
    service = models.ForeignKey("catalog.Service", on_delete=models.PROTECT, null=True, blank=True, related_name="runs")
    mode = models.CharField(max_length=8, choices=[(m.value, m.value) for m in Mode], default=Mode.REAL.value)
    origin = models.CharField(max_length=80)  # "person", "api", "schedule:5", "game_day:3", "verification:7"
    origin_key = models.CharField(max_length=160, unique=True, null=True, blank=True)
    requested_by = models.ForeignKey("access.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    requested_by_name = models.CharField(max_length=160, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    agent = models.SlugField(max_length=63, blank=True)
    watched_slo_ids = models.JSONField(default=list)
    state = models.CharField(max_length=16, choices=[(s.value, s.value) for s in State], default=State.WAITING.value)
    waits_for = models.CharField(max_length=300, blank=True)  # in words, while WAITING
    verdict = models.CharField(max_length=16, choices=[(v.value, v.words) for v in Verdict], blank=True)
    verdict_reason = models.TextField(blank=True)
    requested_at = models.DateTimeField()
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()  # not started by then: it ends as aborted, "missed"
    ready_at = models.DateTimeField(null=True, blank=True)  # the guards let it go
    started_at = models.DateTimeField(null=True, blank=True)
    deadline_at = models.DateTimeField(null=True, blank=True)
    fault_began_at = models.DateTimeField(null=True, blank=True)
    fault_ended_at = models.DateTimeField(null=True, blank=True)  # the last fault was seen to be gone
    steady_again_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    stop_requested_at = models.DateTimeField(null=True, blank=True)
    stop_requested_by_name = models.CharField(max_length=160, blank=True)
    stop_reason = models.CharField(max_length=500, blank=True)
    stop_kind = models.CharField(max_length=16, blank=True)  # of chaos.runs.domain.verdict.StopKind
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.PositiveIntegerField(default=0)
    supervisor = models.CharField(max_length=160, blank=True)  # the agent's instance
    process_id = models.PositiveIntegerField(null=True, blank=True)  # of its process, on the agent's host
    events_count = models.PositiveIntegerField(default=0)
    rto_seconds = models.FloatField(null=True, blank=True)
    rpo_seconds = models.FloatField(null=True, blank=True)
    score = models.FloatField(null=True, blank=True)  # 0 to 1
    figures = models.JSONField(default=dict, blank=True)  # budget spent, last values of probes, objectives of recovery
    journal = models.JSONField(null=True, blank=True)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("-requested_at", "-pk")
        constraints = (
            models.CheckConstraint(condition=Q(state=State.ENDED.value) | Q(verdict=""), name="run_verdict_at_its_end"),
            models.CheckConstraint(
                condition=~Q(state=State.ENDED.value) | ~Q(verdict=""), name="run_ends_in_a_verdict"
            ),
        )
        indexes = (
            models.Index(fields=("state", "lease_until"), name="run_by_lease"),
            models.Index(fields=("experiment", "-requested_at"), name="run_by_experiment"),
            models.Index(fields=("service", "-requested_at"), name="run_by_service"),
        )

    def __str__(self) -> str:
        return f"run {self.pk} of {self.experiment}"

    @property
    def is_open(self) -> bool:
        return State(self.state) in OPEN


class RunTarget(models.Model):
    """A target the run may touch. While `is_held` no other run has it: the database refuses a second one."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="targets")
    target = models.ForeignKey("experiments.Target", on_delete=models.PROTECT, related_name="runs")
    is_held = models.BooleanField(default=False)

    class Meta:
        ordering = ("run", "pk")
        constraints = (
            models.UniqueConstraint(fields=("run", "target"), name="run_target_once"),
            models.UniqueConstraint(fields=("target",), condition=Q(is_held=True), name="run_one_per_target"),
        )

    def __str__(self) -> str:
        return f"{self.target} of run {self.run_id}"


class RunEvent(models.Model):
    """What happened, in order: the log of the run. `data` holds the same as values, secrets masked."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="events")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=32)
    text = models.TextField()
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ("run", "number")
        constraints = (models.UniqueConstraint(fields=("run", "number"), name="run_event_once_per_number"),)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.text}"
