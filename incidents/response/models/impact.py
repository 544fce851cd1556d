from __future__ import annotations

from django.db import models


class ImpactedService(models.Model):
    """A service the incident touches."""

    incident = models.ForeignKey("response.Incident", on_delete=models.CASCADE, related_name="impacted_services")
    service = models.ForeignKey("catalog.Service", on_delete=models.PROTECT, related_name="incident_impacts")

    class Meta:
        ordering = ("incident", "service")
        constraints = (
            models.UniqueConstraint(fields=("incident", "service"), name="impacted_service_once_per_incident"),
        )

    def __str__(self) -> str:
        return f"{self.service} in {self.incident}"


class ImpactedSlo(models.Model):
    """An objective whose budget the incident spends."""

    incident = models.ForeignKey("response.Incident", on_delete=models.CASCADE, related_name="impacted_slos")
    slo = models.ForeignKey("slo.Slo", on_delete=models.CASCADE, related_name="incident_impacts")

    class Meta:
        ordering = ("incident", "slo")
        constraints = (models.UniqueConstraint(fields=("incident", "slo"), name="impacted_slo_once_per_incident"),)

    def __str__(self) -> str:
        return f"{self.slo} in {self.incident}"
