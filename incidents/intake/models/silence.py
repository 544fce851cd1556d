from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from reliability.access.models import TeamScopedQuerySet


class Silence(models.Model):
    """Alerts that open no incident for a while, such as during maintenance: they are kept and shown as silenced.

    `matchers`: [{"label": …, "op": "=" | "!=" | "=~" | "!~", "value": …}], all must hold; none: every alert of the
    team (narrowed by service and integration).
    """

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="silences")
    service = models.ForeignKey("catalog.Service", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    integration = models.ForeignKey(
        "intake.Integration", on_delete=models.CASCADE, null=True, blank=True, related_name="silences"
    )
    matchers = models.JSONField(default=list, blank=True)
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    reason = models.TextField()
    author_name = models.CharField(max_length=160)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)  # ended by hand; `end_at` stays as it was meant

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("-start_at", "-pk")
        constraints = (models.CheckConstraint(condition=Q(end_at__gt=F("start_at")), name="silence_ends_after_start"),)

    def __str__(self) -> str:
        return f"silence {self.start_at:%Y-%m-%d %H:%M} to {self.end_at:%Y-%m-%d %H:%M}"
