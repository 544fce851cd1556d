from __future__ import annotations

from django.db import models

from incidents.stakeholders.domain.kinds import Audience, EventKind


class Wording(models.Model):
    """A team's own words for an audience and a kind of event. `is_automatic`: said without anybody composing it."""

    team = models.ForeignKey("access.Team", on_delete=models.CASCADE, related_name="stakeholder_wordings")
    audience = models.CharField(max_length=16, choices=[(a.value, a.words) for a in Audience])
    kind = models.CharField(max_length=16, choices=[(k.value, k.words) for k in EventKind])
    subject = models.CharField(max_length=160)
    text = models.TextField()
    is_automatic = models.BooleanField(default=False)
    updated_at = models.DateTimeField()
    updated_by_name = models.CharField(max_length=160, blank=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("team", "audience", "kind", "pk")
        constraints = (
            models.UniqueConstraint(fields=("team", "audience", "kind"), name="wording_once_per_audience_and_kind"),
        )

    def __str__(self) -> str:
        return f"{self.audience}: {self.kind}"
