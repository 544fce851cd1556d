from __future__ import annotations

from django.db import models


class Dependency(models.Model):
    """`service` needs `needs` to do its work. The graph has no cycle."""

    service = models.ForeignKey("catalog.Service", on_delete=models.CASCADE, related_name="dependencies")
    # Protected: deleting what others need would silently drop their dependency.
    needs = models.ForeignKey("catalog.Service", on_delete=models.PROTECT, related_name="dependents")
    is_hard = models.BooleanField(default=True)  # soft: the service degrades instead of failing
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("service", "needs", "pk")
        verbose_name_plural = "dependencies"
        constraints = (
            models.UniqueConstraint(fields=("service", "needs"), name="dependency_once_per_pair"),
            models.CheckConstraint(condition=~models.Q(service=models.F("needs")), name="dependency_is_not_on_itself"),
        )

    def __str__(self) -> str:
        return f"{self.service} needs {self.needs}"
