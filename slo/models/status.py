from __future__ import annotations

from django.db import models

from slo.domain.status import State, is_thin


class SloStatus(models.Model):
    """The newest evaluation of an SLO, for lists. Undefined numbers are null, never zero."""

    slo = models.OneToOneField("slo.Slo", on_delete=models.CASCADE, related_name="status", primary_key=True)
    version = models.ForeignKey("slo.SloVersion", on_delete=models.CASCADE, related_name="+")
    evaluated_at = models.DateTimeField()
    measured_until = models.DateTimeField(null=True, blank=True)  # end of the newest covered minute
    state = models.CharField(max_length=16, choices=[(s.value, s.value) for s in State])
    state_reason = models.TextField(blank=True)
    state_since = models.DateTimeField()
    sli = models.FloatField(null=True, blank=True)
    good = models.FloatField(null=True, blank=True)
    valid = models.FloatField(null=True, blank=True)
    coverage = models.FloatField(default=0.0)
    consumed = models.FloatField(null=True, blank=True)
    remaining = models.FloatField(null=True, blank=True)
    remaining_minutes = models.FloatField(null=True, blank=True)  # of full outage, where the method knows minutes
    burn_rates = models.JSONField(default=dict)  # {"5m": 1.2, "1h": null, …}
    burn_rate_1h = models.FloatField(null=True, blank=True)  # of burn_rates, for ordering
    forecast_exhausted_at = models.DateTimeField(null=True, blank=True)
    alerts_pending = models.JSONField(default=dict)  # conditions that are true, but not for long enough: since when
    window_start_at = models.DateTimeField()
    window_end_at = models.DateTimeField()
    sparkline = models.JSONField(default=list)  # SLI per slice of the window, oldest first, null where not measured
    sparkline_at = models.DateTimeField(null=True, blank=True)  # null: draw it anew at the next evaluation

    class Meta:
        ordering = ("slo_id",)
        verbose_name_plural = "SLO statuses"
        indexes = (models.Index(fields=("state", "remaining"), name="status_by_state"),)

    def __str__(self) -> str:
        return f"{self.slo_id}: {self.state}"

    @property
    def is_thin(self) -> bool:
        """Whether too little of the window was measured for the state to be taken at its word."""
        return is_thin(state=self.state, coverage=self.coverage)
