from __future__ import annotations

from django.db import models

from incidents.response.domain.severity import Severity

SEVERITY_MAX = Severity.SEV2.value


class PostmortemSettings(models.Model):
    """Of which incidents a team wants a postmortem (0: of none), and where it is told of late ones. No row: Sev1–Sev2.

    `channel`: null tells the team's administrators.
    """

    team = models.OneToOneField("access.Team", on_delete=models.CASCADE, related_name="postmortem_settings")
    severity_max = models.PositiveSmallIntegerField(default=SEVERITY_MAX)
    channel = models.ForeignKey("channels.Channel", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    updated_at = models.DateTimeField()
    updated_by_name = models.CharField(max_length=160, blank=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("team",)
        verbose_name_plural = "postmortem settings"

    def __str__(self) -> str:
        return f"postmortems of {self.team}"
