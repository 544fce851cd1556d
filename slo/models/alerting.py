from __future__ import annotations

from django.db import models
from django.db.models import Q

from slo.domain.alerting_policy import Settings


class AlertSettings(models.Model):
    """How an SLO alerts, where somebody wanted it otherwise; without a row the defaults hold.

    `conditions` are in the notation of slo.domain.alerting_conditions. `revision` rises with every edit.
    """

    slo = models.OneToOneField("slo.Slo", on_delete=models.CASCADE, related_name="alerting", primary_key=True)
    has_page = models.BooleanField(default=True)
    has_ticket = models.BooleanField(default=True)
    min_bad_events = models.FloatField(default=5.0)
    min_valid_events = models.FloatField(default=0.0)
    cold_start_bad_events = models.FloatField(default=50.0)
    watches_silence = models.BooleanField(null=True, blank=True)  # null: unless counts are pushed
    silence_minutes = models.PositiveIntegerField(default=15)
    silence_severity = models.PositiveSmallIntegerField(default=4)
    counts_no_traffic = models.BooleanField(default=False)
    conditions = models.JSONField(default=list, blank=True)
    revision = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()
    updated_by_name = models.CharField(max_length=160)

    class Meta:
        ordering = ("slo_id",)
        verbose_name_plural = "alert settings"
        constraints = (
            models.CheckConstraint(
                condition=Q(silence_severity__gte=1, silence_severity__lte=5), name="alerting_severity_is_1_to_5"
            ),
        )

    def __str__(self) -> str:
        return f"alerting of SLO {self.slo_id}"

    def to_settings(self) -> Settings:
        """As the domain computes with it."""
        return Settings(
            has_page=self.has_page,
            has_ticket=self.has_ticket,
            min_bad_events=self.min_bad_events,
            min_valid_events=self.min_valid_events,
            cold_start_bad_events=self.cold_start_bad_events,
            watches_silence=self.watches_silence,
            silence_minutes=self.silence_minutes,
            silence_severity=self.silence_severity,
            counts_no_traffic=self.counts_no_traffic,
            conditions=tuple(self.conditions),
        )
