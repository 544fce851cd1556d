from __future__ import annotations

from django.db import models
from django.db.models import Q


class BlameRule(models.Model):
    """How far back changes are suspected, of a team or of one of its services; without one the default counts.

    counts_inferred: of the row of a team: whether its deployments count as failed when they are the first suspect of a
    burn that nobody judged.
    """

    team = models.ForeignKey("access.Team", on_delete=models.CASCADE, related_name="blame_rules")
    service = models.OneToOneField(
        "catalog.Service", on_delete=models.CASCADE, null=True, blank=True, related_name="blame_rule"
    )
    window_minutes = models.PositiveIntegerField()
    counts_inferred = models.BooleanField(default=True)
    updated_at = models.DateTimeField()
    updated_by_name = models.CharField(max_length=160, blank=True)

    class Meta:
        ordering = ("team", models.F("service").asc(nulls_first=True), "pk")
        constraints = (
            models.UniqueConstraint(fields=("team",), condition=Q(service=None), name="blame_rule_once_per_team"),
            models.CheckConstraint(
                condition=Q(window_minutes__gte=5, window_minutes__lte=14 * 1440), name="blame_rule_window_is_sane"
            ),
        )

    def __str__(self) -> str:
        return f"{self.service or self.team}: {self.window_minutes} min"
