from __future__ import annotations

from django.db import models
from django.db.models import Q

from chaos.runs.domain.guards import Policy
from reliability.access.models import TeamScopedQuerySet

_DEFAULT = Policy()


class GuardPolicy(models.Model):
    """What must hold before and during runs: of one service, or (service null) of all others of the team.

    Fields are those of `chaos.runs.domain.guards.Policy`, which says what each means. Nobody wrote one: its defaults.
    """

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="guard_policies")
    service = models.OneToOneField(
        "catalog.Service", on_delete=models.CASCADE, null=True, blank=True, related_name="guard_policy"
    )
    approvals_needed = models.PositiveSmallIntegerField(default=_DEFAULT.approvals_needed)
    approval_hours = models.PositiveSmallIntegerField(default=_DEFAULT.approval_hours)
    budget_left_least = models.FloatField(default=_DEFAULT.budget_left_least)
    burn_before_most = models.FloatField(default=_DEFAULT.burn_before_most)
    burn_before_minutes = models.PositiveIntegerField(default=_DEFAULT.burn_before_minutes)
    allows_no_data = models.BooleanField(default=_DEFAULT.allows_no_data)
    needs_objectives = models.BooleanField(default=_DEFAULT.needs_objectives)
    needs_on_call = models.BooleanField(default=_DEFAULT.needs_on_call)
    notice_minutes = models.PositiveIntegerField(default=_DEFAULT.notice_minutes)
    needs_acknowledgement = models.BooleanField(default=_DEFAULT.needs_acknowledgement)
    notice_channels = models.ManyToManyField("channels.Channel", blank=True, related_name="+")
    notice_people = models.ManyToManyField("access.User", blank=True, related_name="+")
    stop_burn_rate = models.FloatField(default=_DEFAULT.stop_burn_rate)
    stop_burn_minutes = models.PositiveIntegerField(default=_DEFAULT.stop_burn_minutes)
    stop_bad_least = models.PositiveIntegerField(default=_DEFAULT.stop_bad_least)
    spend_most = models.FloatField(default=_DEFAULT.spend_most)
    budget_floor = models.FloatField(default=_DEFAULT.budget_floor)
    telemetry_seconds = models.PositiveIntegerField(default=_DEFAULT.telemetry_seconds)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    updated_by_name = models.CharField(max_length=160, blank=True)
    revision = models.PositiveIntegerField(default=1)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("team", "service", "pk")
        verbose_name_plural = "guard policies"
        constraints = (
            models.UniqueConstraint(
                fields=("team",), condition=Q(service__isnull=True), name="guard_policy_one_of_a_team"
            ),
        )

    def __str__(self) -> str:
        return f"guards of {self.service or self.team}"

    @property
    def owner_id(self) -> int:
        """Whose it is now: a service takes its policy along when it goes to another team."""
        return self.team_id if self.service is None else self.service.team_id

    def as_value(self) -> Policy:
        """The same for the pure functions."""
        return Policy(**{name: getattr(self, name) for name in Policy.names()})
