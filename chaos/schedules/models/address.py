from __future__ import annotations

from django.db import models

from reliability.access.models import SecretAddress


class CalendarAddress(SecretAddress):
    """A secret iCal address of a person: what is planned in one team, or (team null) in all that they may read.

    It holds what its person may read at the time it is read.
    """

    team = models.ForeignKey("access.Team", on_delete=models.CASCADE, null=True, blank=True, related_name="+")

    class Meta(SecretAddress.Meta):
        verbose_name_plural = "calendar addresses"

    def __str__(self) -> str:
        return f"calendar of {self.user}" if self.team_id is None else f"calendar of {self.team}"
