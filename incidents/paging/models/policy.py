from __future__ import annotations

from django.db import models
from django.db.models import Q

from reliability.access.models import TeamScopedQuerySet


class EscalationPolicy(models.Model):
    """Who is told in which order. `repeat` = N more passes; an acknowledgement lapses after `ack_timeout_minutes`.

    The policy of a running escalation is the copy made when it began. `revision` rises with every edit.
    """

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="escalation_policies")
    slug = models.SlugField(max_length=63, unique=True)
    title = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    repeat = models.PositiveSmallIntegerField(default=0)
    ack_timeout_minutes = models.PositiveIntegerField(null=True, blank=True)
    is_team_default = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    updated_by_name = models.CharField(max_length=160, blank=True)
    revision = models.PositiveIntegerField(default=1)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("slug", "pk")
        verbose_name_plural = "escalation policies"
        constraints = (
            models.UniqueConstraint(
                fields=("team",), condition=Q(is_team_default=True), name="policy_one_default_per_team"
            ),
        )

    def __str__(self) -> str:
        return self.title


class PolicyStep(models.Model):
    """Everyone told at the same time; after `delay_minutes` without an acknowledgement the next step begins.

    round_robin: of its targets one, in turn. is_last_resort: told when a step reaches nobody and after the last pass.
    """

    policy = models.ForeignKey(EscalationPolicy, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    delay_minutes = models.PositiveIntegerField(default=5)
    round_robin = models.BooleanField(default=False)
    turn = models.PositiveBigIntegerField(default=0)  # of the round robin: how many had their turn
    is_last_resort = models.BooleanField(default=False)

    class Meta:
        ordering = ("policy", "position", "pk")
        constraints = (models.UniqueConstraint(fields=("policy", "position"), name="policy_step_once_per_position"),)

    def __str__(self) -> str:
        return f"step {self.position + 1} of {self.policy}"


class StepTarget(models.Model):
    """Exactly one of a person, a schedule (whoever is on call), a team (its responders), a channel."""

    step = models.ForeignKey(PolicyStep, on_delete=models.CASCADE, related_name="targets")
    position = models.PositiveSmallIntegerField(default=0)
    user = models.ForeignKey("access.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    schedule = models.ForeignKey("oncall.Schedule", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    channel = models.ForeignKey("channels.Channel", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("step", "position", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(user__isnull=False, schedule__isnull=True, team__isnull=True, channel__isnull=True)
                | Q(user__isnull=True, schedule__isnull=False, team__isnull=True, channel__isnull=True)
                | Q(user__isnull=True, schedule__isnull=True, team__isnull=False, channel__isnull=True)
                | Q(user__isnull=True, schedule__isnull=True, team__isnull=True, channel__isnull=False),
                name="step_target_is_one_thing",
            ),
        )

    def __str__(self) -> str:
        return str(self.user or self.schedule or self.team or self.channel)


class ServicePolicy(models.Model):
    """The policy for incidents of a service; without one the team's default holds."""

    service = models.OneToOneField("catalog.Service", on_delete=models.CASCADE, related_name="escalation_policy")
    policy = models.ForeignKey(EscalationPolicy, on_delete=models.PROTECT, related_name="services")

    class Meta:
        ordering = ("service",)
        verbose_name_plural = "service policies"

    def __str__(self) -> str:
        return f"{self.policy} for {self.service}"
