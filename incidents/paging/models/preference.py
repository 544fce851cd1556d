from __future__ import annotations

from django.db import models

from incidents.paging.domain.urgency import Urgency


class NotificationRule(models.Model):
    """How a person wants to be told: by this contact method, `delay_minutes` after the step reached them."""

    user = models.ForeignKey("access.User", on_delete=models.CASCADE, related_name="notification_rules")
    urgency = models.CharField(max_length=8, choices=[(u.value, u.value) for u in Urgency])
    delay_minutes = models.PositiveIntegerField(default=0)
    contact_method = models.ForeignKey("channels.ContactMethod", on_delete=models.CASCADE, related_name="rules")

    class Meta:
        ordering = ("user", "urgency", "delay_minutes", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("user", "urgency", "delay_minutes", "contact_method"), name="notification_rule_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} {self.urgency} after {self.delay_minutes} min by {self.contact_method}"


class QuietHours(models.Model):
    """When normal urgency waits, in the wall time of the person's zone; `weekdays` 0 = Monday … 6 = Sunday."""

    user = models.OneToOneField("access.User", on_delete=models.CASCADE, related_name="quiet_hours", primary_key=True)
    start = models.TimeField()
    end = models.TimeField()  # at or before `start`: on the next day
    weekdays = models.JSONField(default=list)  # the days on which they begin; empty: every day

    class Meta:
        ordering = ("user",)
        verbose_name_plural = "quiet hours"

    def __str__(self) -> str:
        return f"{self.user} {self.start:%H:%M} to {self.end:%H:%M}"
