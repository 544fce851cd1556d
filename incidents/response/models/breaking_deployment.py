from __future__ import annotations

from django.db import models


class BreakingDeployment(models.Model):
    """A deployment that people name as what broke production in this incident: it counts as failed."""

    incident = models.ForeignKey("response.Incident", on_delete=models.CASCADE, related_name="breaking_deployments")
    deployment = models.ForeignKey("delivery.Deployment", on_delete=models.CASCADE, related_name="broke")
    named_by_name = models.CharField(max_length=160)
    named_at = models.DateTimeField()

    class Meta:
        ordering = ("incident", "pk")
        constraints = (
            models.UniqueConstraint(fields=("incident", "deployment"), name="breaking_deployment_once_per_incident"),
        )

    def __str__(self) -> str:
        return f"{self.deployment} broke {self.incident}"
