from __future__ import annotations

from django.db import models

from reliability.access.domain.caller import Role
from reliability.gate.domain.kinds import Heed

_HEED = [(one.value, one.value) for one in Heed]


class TeamGate(models.Model):
    """What the gate of a team's services heeds besides policies and freezes, who may override it, who is told.

    Nobody wrote one: its defaults. Without a channel the team's administrators and editors are told.
    """

    team = models.OneToOneField("access.Team", on_delete=models.CASCADE, related_name="gate")
    incidents = models.CharField(max_length=8, choices=_HEED, default=Heed.BLOCK.value)
    incidents_of_needs = models.CharField(max_length=8, choices=_HEED, default=Heed.BLOCK.value)
    experiments = models.CharField(max_length=8, choices=_HEED, default=Heed.BLOCK.value)
    no_data = models.CharField(max_length=8, choices=_HEED[:2], default=Heed.WARN.value)
    override_role = models.PositiveSmallIntegerField(
        choices=[(one.value, one.name.lower()) for one in Role if one >= Role.RESPONDER], default=Role.RESPONDER.value
    )
    channel = models.ForeignKey("channels.Channel", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    updated_at = models.DateTimeField()
    updated_by_name = models.CharField(max_length=160, blank=True)

    class Meta:
        ordering = ("team",)

    def __str__(self) -> str:
        return f"gate of {self.team}"
