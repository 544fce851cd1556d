from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from reliability.access.models import ServiceScopedQuerySet


class MeasuredFigure(models.Model):
    """What somebody told of a measure of a service, of `[start_at, end_at)`. Told again of the same period, it is
    replaced; periods of one measure of one service never overlap. Whose it is, its service says. unit: of cost a code
    of ISO 4217. team: whose the service was then."""

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="measured_figures")
    service = models.ForeignKey("catalog.Service", on_delete=models.CASCADE, related_name="measured_figures")
    measure = models.CharField(max_length=63)
    unit = models.CharField(max_length=20, blank=True)
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    value = models.DecimalField(max_digits=24, decimal_places=6)
    told_by_name = models.CharField(max_length=160)
    received_at = models.DateTimeField()

    objects = ServiceScopedQuerySet.as_manager()

    class Meta:
        ordering = ("-start_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("service", "measure", "start_at", "end_at"), name="measured_figure_once_per_period"
            ),
            models.CheckConstraint(condition=Q(end_at__gt=F("start_at")), name="measured_figure_ends_after_start"),
            models.CheckConstraint(condition=Q(value__gte=0), name="measured_figure_is_not_negative"),
        )
        indexes = (models.Index(fields=("measure", "start_at"), name="measured_figure_by_measure"),)

    def __str__(self) -> str:
        return f"{self.measure} of {self.service_id}"


class MeasureReceipt(models.Model):
    """The answer given to an Idempotency-Key, so that a repeated request gets it again and stores nothing twice."""

    owner = models.CharField(max_length=64)  # whose key space: "token:3", "user:7"
    key = models.CharField(max_length=255)
    body_hash = models.CharField(max_length=64)
    answer = models.JSONField()
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ("created_at", "pk")
        constraints = (models.UniqueConstraint(fields=("owner", "key"), name="measure_receipt_once_per_owner_and_key"),)

    def __str__(self) -> str:
        return f"{self.owner} {self.key}"
