from __future__ import annotations

from datetime import datetime

from django.db import models

from reliability.access.models import TeamScopedQuerySet
from reliability.kit.instants import from_minute


class Sli(models.Model):
    """An indicator: good and valid events per minute, from one source.

    `spec` is the current measurement in the notation of slo.domain.indicator. The head columns
    (`first_hour` … `measured_until_minute`) sum up the hour chunks and are written with them in one
    transaction: hours count from the epoch; `base_*` are the prefix sums at the start of `first_hour`,
    `total_*` those at the end of `last_hour`, so what is stored altogether is total minus base. The origin
    of the prefix sums is arbitrary: hours put in front move the base, not the rows behind them.
    `revision` rises with every edit by a person: an editor names the one that was read.
    """

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="slis")
    service = models.ForeignKey("catalog.Service", on_delete=models.PROTECT, null=True, blank=True, related_name="slis")
    source = models.ForeignKey("telemetry.Source", on_delete=models.PROTECT, related_name="slis")
    name = models.SlugField(max_length=63, unique=True)
    title = models.CharField(max_length=160, blank=True)
    description = models.TextField(blank=True)
    spec = models.JSONField(default=dict)
    labels = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    updated_by_name = models.CharField(max_length=160, blank=True)
    revision = models.PositiveIntegerField(default=1)

    first_hour = models.BigIntegerField(null=True, blank=True)
    last_hour = models.BigIntegerField(null=True, blank=True)
    base_good = models.FloatField(default=0.0)
    base_valid = models.FloatField(default=0.0)
    base_minutes = models.BigIntegerField(default=0)
    total_good = models.FloatField(default=0.0)
    total_valid = models.FloatField(default=0.0)
    total_minutes = models.BigIntegerField(default=0)
    measured_until_minute = models.BigIntegerField(null=True, blank=True)  # end of the newest covered minute

    collected_until = models.DateTimeField(null=True, blank=True)
    collected_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)
    # Readings in a row that failed by the indicator's own fault, and until when it is left alone for that.
    failed_attempts = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True, blank=True)
    # The newest stretch that could not be read and was passed over, and what the source said.
    unread_from_at = models.DateTimeField(null=True, blank=True)
    unread_until_at = models.DateTimeField(null=True, blank=True)
    unread_reason = models.TextField(blank=True)
    faulty_minutes = models.BigIntegerField(default=0)  # good > valid, NaN or negative: refused and counted

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")
        verbose_name = "SLI"

    def __str__(self) -> str:
        return self.title or self.name

    @property
    def measured_until(self) -> datetime | None:
        return None if self.measured_until_minute is None else from_minute(self.measured_until_minute)


class SliVersion(models.Model):
    """What an SLI measured from `effective_from` on."""

    sli = models.ForeignKey(Sli, on_delete=models.CASCADE, related_name="versions")
    source = models.ForeignKey("telemetry.Source", on_delete=models.PROTECT, related_name="+")
    spec = models.JSONField()
    effective_from = models.DateTimeField()
    author_name = models.CharField(max_length=160)
    reason = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("sli", "effective_from", "pk")
        constraints = (models.UniqueConstraint(fields=("sli", "effective_from"), name="sli_version_once_per_instant"),)

    def __str__(self) -> str:
        return f"{self.sli} from {self.effective_from:%Y-%m-%d %H:%M}"
