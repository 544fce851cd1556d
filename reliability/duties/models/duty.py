from __future__ import annotations

from django.db import models
from django.db.models import Q

from reliability.access.models import TeamScopedQuerySet
from reliability.channels.models import PlacedNotice
from reliability.duties.domain.kinds import DutyKind, Every, Outcome, Responsible
from reliability.duties.domain.recurring import Rule


class Duty(models.Model):
    """Something a team does again and again. `due_at`: the occurrence that is open; its clock hangs in `zone`.

    `link_url`: a runbook, or the recovery trial of a DR promotion: an address of ours or of anybody.
    """

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="duties")
    service = models.ForeignKey(
        "catalog.Service", on_delete=models.PROTECT, null=True, blank=True, related_name="duties"
    )
    kind = models.CharField(max_length=16, choices=[(k.value, k.words) for k in DutyKind])
    title = models.CharField(max_length=160)
    instructions = models.TextField(blank=True)
    link_url = models.CharField(max_length=500, blank=True)
    every = models.CharField(max_length=8, choices=[(e.value, e.value) for e in Every])
    every_count = models.PositiveSmallIntegerField(default=1)
    cron = models.CharField(max_length=100, blank=True)
    zone = models.CharField(max_length=64, default="UTC")
    due_at = models.DateTimeField()
    remind_days = models.PositiveSmallIntegerField(default=7)
    responsible = models.CharField(max_length=8, choices=[(r.value, r.value) for r in Responsible])
    responsible_user = models.ForeignKey(
        "access.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    is_enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    updated_by_name = models.CharField(max_length=160, blank=True)
    revision = models.PositiveIntegerField(default=1)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("due_at", "pk")
        verbose_name_plural = "duties"
        constraints = (
            models.CheckConstraint(condition=Q(every_count__gte=1), name="duty_every_is_positive"),
            models.CheckConstraint(condition=~Q(every=Every.CRON.value) | ~Q(cron=""), name="duty_cron_is_written"),
        )
        indexes = (models.Index(fields=("team", "due_at"), name="duty_by_team"),)

    def __str__(self) -> str:
        return self.title

    @property
    def rule(self) -> Rule:
        return Rule(Every(self.every), self.every_count, self.cron, self.zone)


class DutyEntry(models.Model):
    """One occurrence that was done or skipped. Never changed."""

    duty = models.ForeignKey(Duty, on_delete=models.CASCADE, related_name="entries")
    outcome = models.CharField(max_length=8, choices=[(o.value, o.value) for o in Outcome])
    for_due_at = models.DateTimeField()
    at = models.DateTimeField()
    by = models.ForeignKey("access.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    by_name = models.CharField(max_length=160)
    note = models.TextField(blank=True)  # of a skipped one: why
    evidence_url = models.CharField(max_length=500, blank=True)
    minutes = models.PositiveIntegerField(null=True, blank=True)  # how long it took

    class Meta:
        ordering = ("duty", "-at", "-pk")
        verbose_name_plural = "duty entries"
        constraints = (
            models.UniqueConstraint(fields=("duty", "for_due_at"), name="duty_entry_once_per_occurrence"),
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.SKIPPED.value) | ~Q(note=""), name="duty_skipped_with_reason"
            ),
        )

    def __str__(self) -> str:
        return f"{self.duty} {self.outcome} {self.at:%Y-%m-%d}"


class DutyNotice(PlacedNotice):
    """One reminder to one person. `key` makes it one; `idempotency_key` goes to the receiver with every try."""

    duty = models.ForeignKey(Duty, on_delete=models.CASCADE, related_name="notices")
    stage = models.CharField(max_length=16)
    for_due_at = models.DateTimeField()

    class Meta:
        ordering = ("duty", "created_at", "pk")

    def __str__(self) -> str:
        return f"reminder of {self.duty} to {self.place}: {self.state}"
