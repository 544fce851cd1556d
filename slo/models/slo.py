from __future__ import annotations

from django.db import models

from reliability.access.models import TeamScopedQuerySet
from slo.domain.budgeting import BudgetingMethod


class Slo(models.Model):
    """An objective over an SLI. What it asks for lies in its versions; `sli` is that of the newest version.

    `revision` rises with every edit by a person: an editor names the one that was read.
    """

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="slos")
    service = models.ForeignKey("catalog.Service", on_delete=models.PROTECT, null=True, blank=True, related_name="slos")
    sli = models.ForeignKey("slo.Sli", on_delete=models.PROTECT, related_name="slos")
    name = models.SlugField(max_length=63, unique=True)
    title = models.CharField(max_length=160)
    description = models.TextField(blank=True)
    labels = models.JSONField(default=dict, blank=True)
    alert_policies = models.JSONField(default=list, blank=True)  # names of OpenSLO AlertPolicy documents
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    updated_by_name = models.CharField(max_length=160, blank=True)
    revision = models.PositiveIntegerField(default=1)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")
        verbose_name = "SLO"

    def __str__(self) -> str:
        return self.title


class SloVersion(models.Model):
    """What an SLO asked for from `effective_from` on, until the next version.

    A change that holds from an instant on replaces the versions from that instant on: those to come, those of the same
    minute, and, where somebody restates the past, those in force. The audit trail keeps what they said.

    `window` is the notation of slo.domain.windows: {"rolling": "28d"} or
    {"calendar": {"count": 1, "unit": "month", "start": "2026-01-01T00:00:00", "time_zone": "Europe/Berlin"}}.
    """

    slo = models.ForeignKey(Slo, on_delete=models.CASCADE, related_name="versions")
    sli = models.ForeignKey("slo.Sli", on_delete=models.PROTECT, related_name="+")
    objective = models.DecimalField(max_digits=14, decimal_places=12)
    window = models.JSONField()
    budgeting_method = models.CharField(
        max_length=16, choices=[(m.value, m.value) for m in BudgetingMethod], default=BudgetingMethod.OCCURRENCES.value
    )
    slice_minutes = models.PositiveIntegerField(null=True, blank=True)
    slice_target = models.DecimalField(max_digits=14, decimal_places=12, null=True, blank=True)
    counts_no_data_as_bad = models.BooleanField(default=False)
    effective_from = models.DateTimeField()
    author_name = models.CharField(max_length=160)
    reason = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("slo", "effective_from", "pk")
        constraints = (
            models.UniqueConstraint(fields=("slo", "effective_from"), name="slo_version_once_per_instant"),
            models.CheckConstraint(
                condition=models.Q(objective__gt=0, objective__lt=1), name="slo_objective_between_0_and_1"
            ),
        )

    def __str__(self) -> str:
        return f"{self.slo} ≥ {self.objective.normalize()} from {self.effective_from:%Y-%m-%d %H:%M}"
