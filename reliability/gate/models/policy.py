from __future__ import annotations

from django.db import models
from django.db.models import Q

from reliability.access.models import TeamScopedQuerySet
from reliability.gate.domain import terms
from reliability.gate.domain.budget_rules import Action
from reliability.gate.domain.terms import Terms


class BudgetPolicy(models.Model):
    """What a team does when the error budget of a service runs out. `content`: reliability.gate.domain.terms.

    The team's default holds for each of its services that nobody chose another one for. `revision` is the number of the
    newest version.
    """

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="budget_policies")
    title = models.CharField(max_length=120)
    is_team_default = models.BooleanField(default=False)
    content = models.JSONField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    updated_by_name = models.CharField(max_length=160, blank=True)
    revision = models.PositiveIntegerField(default=1)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("team", "title", "pk")
        verbose_name_plural = "budget policies"
        constraints = (
            models.UniqueConstraint(
                fields=("team",), condition=Q(is_team_default=True), name="budget_policy_one_default_of_a_team"
            ),
            models.UniqueConstraint(fields=("team", "title"), name="budget_policy_once_per_title"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def terms(self) -> Terms:
        return terms.from_json(self.content)


class BudgetPolicyVersion(models.Model):
    """What a policy said from `at` on. Never changed."""

    policy = models.ForeignKey(BudgetPolicy, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    content = models.JSONField()
    at = models.DateTimeField()
    by_name = models.CharField(max_length=160)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("policy", "-number")
        constraints = (models.UniqueConstraint(fields=("policy", "number"), name="budget_policy_version_once"),)

    def __str__(self) -> str:
        return f"{self.title}, version {self.number}"

    @property
    def terms(self) -> Terms:
        return terms.from_json(self.content)


class PolicyChoice(models.Model):
    """Another policy for one service than its team's default. policy null: none. Another team's is no choice."""

    service = models.OneToOneField("catalog.Service", on_delete=models.CASCADE, related_name="policy_choice")
    policy = models.ForeignKey(BudgetPolicy, on_delete=models.CASCADE, null=True, blank=True, related_name="choices")
    at = models.DateTimeField()
    by_name = models.CharField(max_length=160)

    class Meta:
        ordering = ("service",)

    def __str__(self) -> str:
        return f"{self.service}: {self.policy or 'no policy'}"


class PolicyPeriod(models.Model):
    """A rule of a policy in force for a service, from `entered_at` to `left_at` (null: still).

    `rule_key`, `rule_words`: of the rule; `version`: that brought it into force. Title and words outlive the policy.
    """

    service = models.ForeignKey("catalog.Service", on_delete=models.CASCADE, related_name="policy_periods")
    policy = models.ForeignKey(BudgetPolicy, on_delete=models.SET_NULL, null=True, blank=True, related_name="periods")
    policy_title = models.CharField(max_length=120)
    version = models.PositiveIntegerField()
    rule_key = models.CharField(max_length=120)
    rule_words = models.CharField(max_length=500)
    action = models.CharField(max_length=16, choices=[(one.value, one.words) for one in Action])
    entered_at = models.DateTimeField()
    entered_reason = models.CharField(max_length=500)
    left_at = models.DateTimeField(null=True, blank=True)
    left_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("-entered_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("service", "policy", "rule_key"), condition=Q(left_at=None), name="policy_period_open_once"
            ),
        )
        indexes = (models.Index(fields=("service", "-entered_at"), name="policy_period_by_service"),)

    def __str__(self) -> str:
        return f"{self.policy_title} on {self.service}: {self.action}"
