from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from reliability.access.models import TeamScopedQuerySet


class Exclusion(models.Model):
    """Minutes that do not count for one SLO, or for every SLO of a service.

    `excluded` removes good and valid of the period; `counted_as_up` keeps valid and sets good to it.
    """

    class Effect(models.TextChoices):
        EXCLUDED = "excluded"
        COUNTED_AS_UP = "counted_as_up"

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="+")
    slo = models.ForeignKey("slo.Slo", on_delete=models.CASCADE, null=True, blank=True, related_name="exclusions")
    service = models.ForeignKey(
        "catalog.Service", on_delete=models.CASCADE, null=True, blank=True, related_name="exclusions"
    )
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    effect = models.CharField(max_length=16, choices=Effect.choices, default=Effect.EXCLUDED)
    reason = models.TextField()
    author_name = models.CharField(max_length=160)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("-start_at", "-pk")
        constraints = (
            models.CheckConstraint(condition=Q(end_at__gt=F("start_at")), name="exclusion_ends_after_start"),
            models.CheckConstraint(
                condition=Q(slo__isnull=False, service__isnull=True) | Q(slo__isnull=True, service__isnull=False),
                name="exclusion_of_slo_or_service",
            ),
        )

    def __str__(self) -> str:
        return f"{self.effect} {self.start_at:%Y-%m-%d %H:%M} to {self.end_at:%Y-%m-%d %H:%M}"
