from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from incidents.status_page.domain.states import MaintenanceStatus
from incidents.status_page.models.codes import new_code


class Maintenance(models.Model):
    """Announced work, `[starts_at, ends_at)`. Begins and ends by itself if `is_automatic`.

    Cancelled, it is completed with `cancelled_at`. What it made in other rooms is in MaintenanceEffect.
    """

    page = models.ForeignKey("status_page.StatusPage", on_delete=models.CASCADE, related_name="maintenances")
    code = models.CharField(max_length=16, unique=True, default=new_code)
    title = models.CharField(max_length=160)
    status = models.CharField(
        max_length=16,
        choices=[(s.value, s.words) for s in MaintenanceStatus],
        default=MaintenanceStatus.SCHEDULED.value,
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    components = models.ManyToManyField("status_page.Component", blank=True, related_name="maintenances")
    is_automatic = models.BooleanField(default=True)
    excludes_budget = models.BooleanField(default=False)
    silences_alerts = models.BooleanField(default=False)
    began_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    created_by_name = models.CharField(max_length=160, blank=True)
    updated_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("-starts_at", "-pk")
        constraints = (
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="maintenance_ends_after_start"),
        )
        indexes = (models.Index(fields=("page", "-starts_at"), name="maintenance_by_page"),)

    def __str__(self) -> str:
        return self.title


class MaintenanceEffect(models.Model):
    """One exclusion of an SLO, or one silence, that exists because of a maintenance; taken back with it."""

    maintenance = models.ForeignKey(Maintenance, on_delete=models.CASCADE, related_name="effects")
    exclusion = models.ForeignKey("slo.Exclusion", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    silence = models.ForeignKey("intake.Silence", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("maintenance", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(exclusion__isnull=False, silence__isnull=True)
                | Q(exclusion__isnull=True, silence__isnull=False),
                name="maintenance_effect_is_one",
            ),
        )

    def __str__(self) -> str:
        return f"effect of {self.maintenance}"
