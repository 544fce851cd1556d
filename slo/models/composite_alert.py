from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q

from slo.domain.alerting_rules import Urgency
from slo.domain.status import State


class CompositeEvaluation(models.Model):
    """The newest evaluation of a composite: what lists are sorted by, and which of its conditions wait.

    Figures of pages are computed when they are asked for; these are of the minute `evaluated_at`.
    """

    composite = models.OneToOneField("slo.Composite", on_delete=models.CASCADE, related_name="status", primary_key=True)
    evaluated_at = models.DateTimeField()
    state = models.CharField(max_length=16, choices=[(s.value, s.value) for s in State])
    state_reason = models.TextField(blank=True)
    state_since = models.DateTimeField()
    sli = models.FloatField(null=True, blank=True)
    remaining = models.FloatField(null=True, blank=True)
    alerts_pending = models.JSONField(default=dict)  # conditions that are true, but not for long enough: since when

    class Meta:
        ordering = ("composite_id",)
        indexes = (models.Index(fields=("state", "remaining"), name="composite_by_state"),)

    def __str__(self) -> str:
        return f"{self.composite_id}: {self.state}"


class CompositeAlert(models.Model):
    """One firing of one rule of a composite, from `fired_at` until `resolved_at`; of a rule one is open at most.

    As BurnAlert of an objective. `condition` is the key of the rule, `title` its words when it fired. `text` and
    `numbers` are what people were told. `calm_since`: since when an open alert's burn is below its threshold.
    """

    composite = models.ForeignKey("slo.Composite", on_delete=models.CASCADE, related_name="burn_alerts")
    condition = models.CharField(max_length=160)
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

    class Meta:
        ordering = ("-fired_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("composite", "condition"),
                condition=Q(resolved_at__isnull=True),
                name="composite_alert_once_while_open",
            ),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True) | Q(resolved_at__gte=models.F("fired_at")),
                name="composite_alert_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(severity__gte=1, severity__lte=5), name="composite_alert_severity_is_1_to_5"
            ),
        )
        indexes = (
            models.Index(fields=("composite", "-fired_at"), name="composite_alert_by_composite"),
            models.Index(fields=("resolved_at",), name="composite_alert_by_end"),
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
