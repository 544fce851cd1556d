from __future__ import annotations

from django.db import models
from django.db.models import Q

from reliability.readiness.domain.standing import Verdict


class Review(models.Model):
    """Somebody's decision on a service, with every answer as it was. Never changed.

    `answers` are as reliability.readiness.domain.frozen writes them; `checklist_version` is 0 for the built-in list.
    """

    service = models.ForeignKey("catalog.Service", on_delete=models.CASCADE, related_name="readiness_reviews")
    verdict = models.CharField(max_length=24, choices=[(v.value, v.words) for v in Verdict])
    reason = models.TextField()
    decided_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    author = models.ForeignKey("access.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    author_name = models.CharField(max_length=160)
    tier = models.PositiveSmallIntegerField()
    checklist_version = models.PositiveIntegerField(default=0)
    required = models.PositiveIntegerField()
    met = models.PositiveIntegerField()
    waived = models.PositiveIntegerField()
    answers = models.JSONField(default=list)

    class Meta:
        ordering = ("-decided_at", "-pk")
        constraints = (models.CheckConstraint(condition=~Q(reason=""), name="readiness_review_has_its_reason"),)
        indexes = (models.Index(fields=("service", "-decided_at"), name="readiness_review_by_service"),)

    def __str__(self) -> str:
        return f"{self.service_id}: {self.verdict} on {self.decided_at:%Y-%m-%d}"
