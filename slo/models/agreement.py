from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q

from reliability.access.models import TeamScopedQuerySet
from slo.domain.agreements import PERIODS, Counting, Credit, Terms
from slo.domain.calendar_periods import PeriodKind


class Agreement(models.Model):
    """A promise to a customer. What was promised lies in its versions. ends_on: its last day, in the zone of them."""

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="agreements")
    name = models.SlugField(max_length=63, unique=True)
    title = models.CharField(max_length=160)
    customer = models.CharField(max_length=160, blank=True)
    contract = models.CharField(max_length=160, blank=True)
    note = models.TextField(blank=True)
    ends_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    updated_by_name = models.CharField(max_length=160, blank=True)
    revision = models.PositiveIntegerField(default=1)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.title


class AgreementVersion(models.Model):
    """What was agreed from the day `starts_on` on, until the next version. credits: [["0.995", "10"], …]."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="versions")
    slo = models.ForeignKey("slo.Slo", on_delete=models.PROTECT, related_name="agreement_versions")
    starts_on = models.DateField()
    target = models.DecimalField(max_digits=14, decimal_places=12)
    period = models.CharField(max_length=8, choices=[(one.value, one.value) for one in PERIODS])
    zone = models.CharField(max_length=64)
    counting = models.CharField(max_length=16, choices=[(one.value, one.words) for one in Counting])
    credits = models.JSONField(default=list, blank=True)
    author_name = models.CharField(max_length=160)
    reason = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("agreement", "starts_on", "pk")
        constraints = (
            models.UniqueConstraint(fields=("agreement", "starts_on"), name="agreement_version_once_per_day"),
            models.CheckConstraint(condition=Q(target__gt=0, target__lt=1), name="agreement_target_between_0_and_1"),
        )

    def __str__(self) -> str:
        return f"{self.target.normalize()} a {self.period} from {self.starts_on}"

    @property
    def terms(self) -> Terms:
        """As the domain computes with it."""
        return Terms(
            first=self.starts_on,
            target=self.target,
            period=PeriodKind(self.period),
            zone_name=self.zone,
            counting=Counting(self.counting),
            credits=tuple(Credit(Decimal(below), Decimal(percent)) for below, percent in self.credits),
        )
