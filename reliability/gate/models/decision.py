from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from reliability.gate.domain.kinds import ChangeKind, Decision


class GateOverride(models.Model):
    """People let changes of a service through although the gate says no: of one revision, or (blank) of any.

    Whose it is, its service says. It holds from `created_at` to `expires_at`, or until it was revoked.
    """

    service = models.ForeignKey("catalog.Service", on_delete=models.CASCADE, related_name="gate_overrides")
    environment = models.CharField(max_length=120)
    revision = models.CharField(max_length=255, blank=True)
    reason = models.CharField(max_length=500)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    by = models.ForeignKey("access.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    by_name = models.CharField(max_length=160)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by_name = models.CharField(max_length=160, blank=True)

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = (
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="gate_override_ends_after_start"),
            models.CheckConstraint(condition=~Q(reason=""), name="gate_override_has_a_reason"),
        )
        indexes = (models.Index(fields=("service", "environment", "-created_at"), name="gate_override_by_service"),)

    def __str__(self) -> str:
        return f"override of {self.service} in {self.environment}"


class GateDecision(models.Model):
    """An answer of the gate, as it was given. The same answer to the same asker soon after counts on the same row.

    reasons: as reliability.gate.domain.kept writes them. asked_at: first, last_asked_at: of times_asked.
    """

    service = models.ForeignKey("catalog.Service", on_delete=models.CASCADE, related_name="gate_decisions")
    environment = models.CharField(max_length=120)
    revision = models.CharField(max_length=255, blank=True)
    kind = models.CharField(max_length=16, choices=[(one.value, one.words) for one in ChangeKind])
    decision = models.CharField(max_length=20, choices=[(one.value, one.words) for one in Decision])
    reasons = models.JSONField(default=list)
    override = models.ForeignKey(
        GateOverride, on_delete=models.SET_NULL, null=True, blank=True, related_name="decisions"
    )
    asked_at = models.DateTimeField()
    last_asked_at = models.DateTimeField()
    times_asked = models.PositiveIntegerField(default=1)
    asked_by_name = models.CharField(max_length=160)

    class Meta:
        ordering = ("-last_asked_at", "-pk")
        indexes = (
            models.Index(fields=("service", "environment", "-last_asked_at"), name="gate_decision_by_service"),
            models.Index(fields=("-last_asked_at", "decision"), name="gate_decision_by_time"),
        )

    def __str__(self) -> str:
        return f"{self.decision} for {self.service} in {self.environment}"
