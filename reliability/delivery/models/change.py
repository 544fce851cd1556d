from __future__ import annotations

from django.db import models

from reliability.access.models import ServiceScopedQuerySet, Team


class Change(models.Model):
    """Something was changed in production: a deployment, a configuration, a flag. Told by another system, once.

    Whose it is, its service says; of one without, `team`, which was told of it.
    """

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="changes")
    service = models.ForeignKey(
        "catalog.Service", on_delete=models.SET_NULL, null=True, blank=True, related_name="changes"
    )
    origin = models.CharField(max_length=80)  # "integration:5"
    key = models.CharField(max_length=255)
    title = models.CharField(max_length=255)
    links = models.JSONField(default=list, blank=True)
    details = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField()
    received_at = models.DateTimeField()

    objects = ServiceScopedQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-pk")
        constraints = (models.UniqueConstraint(fields=("origin", "key"), name="change_once_per_origin_and_key"),)
        indexes = (models.Index(fields=("service", "-at"), name="change_by_service"),)

    def __str__(self) -> str:
        return self.title

    @property
    def owner(self) -> Team:
        """Whose it is. Needs the service and its team at hand."""
        return self.service.team if self.service is not None else self.team
