from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from reliability.access.models import TeamScopedQuerySet
from reliability.catalog.models import Service
from reliability.gate.domain.kinds import ChangeKind
from reliability.kit.periods import Period
from reliability.kit.repeats import Repeat, Rule


class FreezeWindow(models.Model):
    """Time in which nothing is deployed: of a team, or (team null) of the whole installation; once or again and again.

    `start_at` and `end_at` are the first time; the clock of `time_zone` repeats, not the instant. Without
    `names_services`: all of the team's. `environment`: blank for those that count as production, "*" for every one,
    else a name. `passes`: kinds of change that go through all the same.
    """

    team = models.ForeignKey(
        "access.Team", on_delete=models.PROTECT, null=True, blank=True, related_name="freeze_windows"
    )
    title = models.CharField(max_length=120)
    reason = models.CharField(max_length=500)
    environment = models.CharField(max_length=120, blank=True)
    time_zone = models.CharField(max_length=63)
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    repeats = models.CharField(
        max_length=16, choices=[(one.value, one.words) for one in Repeat], default=Repeat.NEVER.value
    )
    repeats_until_at = models.DateTimeField(null=True, blank=True)  # no time begins from then on
    passes = models.JSONField(default=list, blank=True)
    may_be_overridden = models.BooleanField(default=True)
    names_services = models.BooleanField(default=False)  # else it is for all, also once the last of them is gone
    services = models.ManyToManyField("catalog.Service", blank=True, related_name="freeze_windows")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    updated_by_name = models.CharField(max_length=160, blank=True)
    revision = models.PositiveIntegerField(default=1)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("-start_at", "-pk")
        constraints = (
            models.CheckConstraint(condition=Q(end_at__gt=F("start_at")), name="freeze_window_ends_after_start"),
        )
        indexes = (models.Index(fields=("team", "start_at"), name="freeze_window_by_team"),)

    def __str__(self) -> str:
        return self.title

    @property
    def rule(self) -> Rule:
        return Rule(
            first=Period(self.start_at, self.end_at),
            zone_name=self.time_zone,
            repeat=Repeat(self.repeats),
            until=self.repeats_until_at,
        )

    @property
    def named_services(self) -> list[Service]:
        """Of those that it names the ones that are still of its team. Reads all of them."""
        return [one for one in self.services.all() if one.team_id == self.team_id]

    @property
    def kinds_that_pass(self) -> frozenset[ChangeKind]:
        return frozenset(ChangeKind(one) for one in self.passes)
