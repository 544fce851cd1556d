from __future__ import annotations

from django.db import models
from django.db.models import Q

from reliability.access.models import TeamScopedQuerySet
from reliability.suspects.domain.kinds import CaseKind


class Case(models.Model):
    """A burn of an objective, or an incident, whose suspects are ranked.

    team: who owns the objective or the incident, and judges. service: of the objective, or the first impacted one.
    seen_at: when it was first seen; ranked_at: when its suspects were first ranked, which is kept (empty: nothing names
    a service or a team yet); reranked_at: when they were ranked anew and differed. window_seconds: how far before its
    start changes are suspected. spent: share of the objective's whole budget that the burn took. alert_id: of the burn
    alert that told of it, if any. subject: title of the objective or incident when it was last ranked.
    """

    kind = models.CharField(max_length=8, choices=[(one.value, one.value) for one in CaseKind])
    team = models.ForeignKey("access.Team", on_delete=models.CASCADE, related_name="suspect_cases")
    slo = models.ForeignKey("slo.Slo", on_delete=models.CASCADE, null=True, blank=True, related_name="suspect_cases")
    incident_id = models.PositiveBigIntegerField(null=True, blank=True)  # of a room above: no key into it
    service = models.ForeignKey(
        "catalog.Service", on_delete=models.SET_NULL, null=True, blank=True, related_name="suspect_cases"
    )
    subject = models.CharField(max_length=255)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    alert_id = models.PositiveBigIntegerField(null=True, blank=True)
    spent = models.FloatField(null=True, blank=True)
    window_seconds = models.PositiveIntegerField()
    seen_at = models.DateTimeField()
    ranked_at = models.DateTimeField(null=True, blank=True)
    reranked_at = models.DateTimeField(null=True, blank=True)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("-started_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("slo", "started_at"), name="suspect_case_once_per_burn"),
            models.UniqueConstraint(fields=("incident_id",), name="suspect_case_once_per_incident"),
            models.CheckConstraint(
                condition=Q(kind=CaseKind.BURN.value, slo__isnull=False, incident_id=None)
                | Q(kind=CaseKind.INCIDENT.value, slo=None, incident_id__isnull=False),
                name="suspect_case_is_of_one_thing",
            ),
        )
        indexes = (
            models.Index(fields=("team", "-started_at"), name="suspect_case_by_team"),
            models.Index(fields=("started_at",), name="suspect_case_by_time"),
        )

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject}"
