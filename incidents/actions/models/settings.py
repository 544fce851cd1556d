from __future__ import annotations

from django.db import models

from incidents.actions.domain.reminders import Habits

_USUAL = Habits()


class ActionSettings(models.Model):
    """When a team is reminded of its actions, and where it is told of overdue ones. No row: as `Habits` has it.

    `channel`: null tells the team's administrators.
    """

    team = models.OneToOneField("access.Team", on_delete=models.CASCADE, related_name="action_settings")
    remind_days = models.PositiveSmallIntegerField(default=_USUAL.remind_days)
    weekly_max = models.PositiveSmallIntegerField(default=_USUAL.weekly_max)
    escalate_days = models.PositiveSmallIntegerField(default=_USUAL.escalate_days)
    escalations_max = models.PositiveSmallIntegerField(default=_USUAL.escalations_max)
    channel = models.ForeignKey("channels.Channel", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    updated_at = models.DateTimeField()
    updated_by_name = models.CharField(max_length=160, blank=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("team",)
        verbose_name_plural = "action settings"

    def __str__(self) -> str:
        return f"actions of {self.team}"

    @property
    def habits(self) -> Habits:
        return Habits(self.remind_days, self.weekly_max, self.escalate_days, self.escalations_max)
