from __future__ import annotations

from django.db import models
from django.db.models import Q

from incidents.postmortems.domain.states import State
from incidents.postmortems.models.scoped import PostmortemQuerySet
from incidents.response.domain.severity import Severity


class Postmortem(models.Model):
    """What was learnt from an incident. Its primary key is its number.

    The milestones are those of the incident when it was drafted, or what an imported document says. `revision` rises
    with every change of any of its parts. `search_text` is all its words, for the full-text search.
    """

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="postmortems")
    incident = models.OneToOneField(
        "response.Incident", on_delete=models.PROTECT, null=True, blank=True, related_name="postmortem"
    )  # an imported one has none
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=16, choices=[(s.value, s.words) for s in State], default=State.DRAFT.value)
    severity = models.PositiveSmallIntegerField(choices=[(s.value, s.word) for s in Severity], null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    detected_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    mitigated_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    services = models.ManyToManyField("catalog.Service", blank=True, related_name="postmortems")
    tags = models.ManyToManyField("postmortems.Tag", blank=True, related_name="postmortems")
    due_at = models.DateTimeField(null=True, blank=True)  # 48 hours after resolution
    facilitator = models.ForeignKey("access.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    is_published_to_organisation = models.BooleanField(default=False)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by_name = models.CharField(max_length=160, blank=True)
    imported_text = models.TextField(blank=True)  # raw, as it came: nothing of it is lost
    imported_from = models.CharField(max_length=200, blank=True)  # the name of the file
    search_text = models.TextField(blank=True)
    created_at = models.DateTimeField()
    created_by_name = models.CharField(max_length=160, blank=True)
    updated_at = models.DateTimeField()
    updated_by_name = models.CharField(max_length=160, blank=True)
    revision = models.PositiveIntegerField(default=1)

    objects = PostmortemQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=~Q(state=State.PUBLISHED.value) | Q(published_at__isnull=False),
                name="postmortem_published_has_its_time",
            ),
        )
        indexes = (
            models.Index(fields=("team", "-created_at"), name="postmortem_by_team"),
            models.Index(fields=("state", "due_at"), name="postmortem_by_due"),
            models.Index(fields=("-started_at",), name="postmortem_by_start"),
        )

    def __str__(self) -> str:
        return f"postmortem {self.pk}: {self.title}"


class Section(models.Model):
    """A part of the document, Markdown. Free ones have a slug `free-3`. `revision` is that of its text."""

    postmortem = models.ForeignKey(Postmortem, on_delete=models.CASCADE, related_name="sections")
    slug = models.SlugField(max_length=40)
    title = models.CharField(max_length=120)
    position = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()
    updated_by_name = models.CharField(max_length=160, blank=True)

    class Meta:
        ordering = ("postmortem", "position", "pk")
        constraints = (models.UniqueConstraint(fields=("postmortem", "slug"), name="section_once_per_postmortem"),)

    def __str__(self) -> str:
        return self.title


class ServiceRate(models.Model):
    """What losing costs: money per lost event and per minute of an incident, for the impact of postmortems.

    It belongs to the service, so that every postmortem reckons alike; a postmortem keeps what it was reckoned with.
    Only events of the objective `slo` are counted: of several objectives of one service the same order may fail twice.
    """

    service = models.OneToOneField("catalog.Service", on_delete=models.CASCADE, related_name="loss_rate")
    slo = models.ForeignKey("slo.Slo", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    per_lost_event = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    per_minute = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    currency = models.CharField(max_length=3)  # ISO 4217
    updated_at = models.DateTimeField()
    updated_by_name = models.CharField(max_length=160, blank=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("service",)

    def __str__(self) -> str:
        return f"rate of {self.service}"
