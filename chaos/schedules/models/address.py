from __future__ import annotations

from django.db import models


class CalendarAddress(models.Model):
    """A secret iCal address of a person: what is planned in one team, or (team null) in all that they may read.

    Only the SHA-256 of the secret is kept. It holds what its person may read at the time it is read.
    """

    user = models.ForeignKey("access.User", on_delete=models.CASCADE, related_name="chaos_calendar_addresses")
    team = models.ForeignKey("access.Team", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    hint = models.CharField(max_length=16, blank=True)  # tells several apart
    secret_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    last_read_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name_plural = "calendar addresses"

    def __str__(self) -> str:
        return f"calendar of {self.user}" if self.team_id is None else f"calendar of {self.team}"
