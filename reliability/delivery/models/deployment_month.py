from __future__ import annotations

from django.db import models

from reliability.access.models import ServiceScopedQuerySet


class DeploymentMonth(models.Model):
    """The deployments of a service to one environment that ended in a month (UTC), packed for figures. Derived only.

    month: year × 12 + month − 1. The columns are those of reliability.delivery.domain.dora_columns.Packed. is_stale:
    something of the month was told since they were built, so that readers ask the rows themselves. marks: how often
    it went stale; whoever rebuilds it writes only while that stands.
    """

    service = models.ForeignKey("catalog.Service", on_delete=models.CASCADE, related_name="deployment_months")
    environment = models.CharField(max_length=120)
    is_production = models.BooleanField()
    month = models.PositiveIntegerField()
    is_stale = models.BooleanField(default=True)
    marks = models.PositiveIntegerField(default=1)
    ids = models.BinaryField(default=bytes)
    finished = models.BinaryField(default=bytes)
    facts = models.BinaryField(default=bytes)
    lead_counts = models.BinaryField(default=bytes)
    change_ids = models.BinaryField(default=bytes)
    leads = models.BinaryField(default=bytes)
    stage_counts = models.BinaryField(default=bytes)
    stages = models.BinaryField(default=bytes)

    objects = ServiceScopedQuerySet.as_manager()

    class Meta:
        ordering = ("service", "environment", "month", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("service", "environment", "is_production", "month"), name="deployment_month_once"
            ),
        )
        indexes = (
            models.Index(fields=("month",), name="deployment_month_by_month"),
            models.Index(fields=("is_stale",), condition=models.Q(is_stale=True), name="deployment_month_stale"),
        )

    def __str__(self) -> str:
        return f"{self.service} in {self.environment}, {self.month // 12}-{self.month % 12 + 1:02}"
