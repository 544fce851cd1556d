from __future__ import annotations

from django.db import models
from django.db.models import Q

from incidents.paging.domain.urgency import Urgency
from incidents.response.domain.phases import OPEN, CloseReason, Phase, Status
from incidents.response.domain.severity import Severity
from reliability.access.models import TeamScopedQuerySet


class Incident(models.Model):
    """Something that needs people now. Its primary key is its number.

    `started_at` is when users began to notice, `detected_at` when we did; milestones may be set by hand, with history
    in MilestoneChange. `group_key` joins alerts while the incident is open: of two open incidents of a team only one
    may have it. `revision` rises with every change by a person.
    """

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="incidents")
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    severity = models.PositiveSmallIntegerField(choices=[(s.value, s.word) for s in Severity])
    urgency = models.CharField(max_length=8, choices=[(u.value, u.value) for u in Urgency])
    status = models.CharField(
        max_length=16, choices=[(s.value, s.value) for s in Status], default=Status.TRIGGERED.value
    )
    phase = models.CharField(max_length=16, choices=[(p.value, p.value) for p in Phase], default=Phase.DETECTION.value)
    origin = models.CharField(max_length=80)  # "person", "api", "slo:12", "integration:5", "monitor:3"
    opened_by_name = models.CharField(max_length=160, blank=True)
    group_key = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField()
    detected_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)  # first, by a human
    acknowledged_by_name = models.CharField(max_length=160, blank=True)  # of the acknowledgement in force
    mitigated_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    close_reason = models.CharField(
        max_length=16, choices=[(r.value, r.value) for r in CloseReason], blank=True, default=""
    )
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged")
    split_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="splits")
    escalation = models.OneToOneField(
        "paging.Escalation", on_delete=models.PROTECT, null=True, blank=True, related_name="incident"
    )
    reopened = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("team", "group_key"),
                condition=Q(status__in=[status.value for status in OPEN]) & ~Q(group_key=""),
                name="incident_once_per_open_group",
            ),
            models.CheckConstraint(condition=Q(severity__gte=1, severity__lte=5), name="incident_severity_is_1_to_5"),
        )
        indexes = (
            models.Index(fields=("status", "severity"), name="incident_by_status"),
            models.Index(fields=("team", "-created_at"), name="incident_by_team"),
            models.Index(fields=("team", "group_key"), name="incident_by_group"),
            models.Index(fields=("detected_at",), name="incident_by_detection"),
        )

    def __str__(self) -> str:
        return f"#{self.pk} {self.title}"
