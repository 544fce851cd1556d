from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q

from slo.domain.alerting_rules import Urgency


class BurnAlert(models.Model):
    """One firing of one condition of an SLO, from `fired_at` until `resolved_at`; of a condition one is open at most.

    `condition` is the key of the rule, `title` its words when it fired. `text` and `numbers` are what people were
    told. `calm_since`: since when an open alert's burn is below its threshold.
    """

    class Kind(models.TextChoices):
        BURN = "burn"
        NO_DATA = "no_data"

    slo = models.ForeignKey("slo.Slo", on_delete=models.CASCADE, related_name="burn_alerts")
    condition = models.CharField(max_length=160)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.BURN)
    title = models.CharField(max_length=255)
    severity = models.PositiveSmallIntegerField()
    urgency = models.CharField(max_length=8, choices=[(u.value, u.value) for u in Urgency])
    fired_at = models.DateTimeField()
    fire_reason = models.TextField()
    calm_since = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolve_reason = models.TextField(blank=True)
    text = models.TextField()
    numbers = models.JSONField(default=dict)
    tells_resolved = models.BooleanField(default=True)

    class Meta:
        ordering = ("-fired_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("slo", "condition"), condition=Q(resolved_at__isnull=True), name="burn_alert_once_while_open"
            ),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True) | Q(resolved_at__gte=models.F("fired_at")),
                name="burn_alert_ends_after_start",
            ),
            models.CheckConstraint(condition=Q(severity__gte=1, severity__lte=5), name="burn_alert_severity_is_1_to_5"),
        )
        indexes = (
            models.Index(fields=("slo", "-fired_at"), name="burn_alert_by_slo"),
            models.Index(fields=("-fired_at", "-id"), name="burn_alert_by_time"),
            models.Index(fields=("resolved_at",), name="burn_alert_by_end"),
        )

    def __str__(self) -> str:
        return f"{self.title}: {self.state}"

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None

    @property
    def state(self) -> str:
        """A slug of reliability.web.states."""
        return "firing" if self.is_open else "resolved"

    @property
    def lasted(self) -> timedelta | None:
        """From firing to resolving; None while it fires."""
        return self.resolved_at - self.fired_at if self.resolved_at else None
