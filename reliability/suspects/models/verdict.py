from __future__ import annotations

from django.conf import settings
from django.db import models

from reliability.suspects.domain.kinds import VerdictState


class Verdict(models.Model):
    """What somebody said of a suspect. None is ever changed: who thinks otherwise writes another."""

    suspect = models.ForeignKey("suspects.Suspect", on_delete=models.CASCADE, related_name="verdicts")
    state = models.CharField(max_length=10, choices=[(one.value, one.value) for one in VerdictState])
    reason = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    by_name = models.CharField(max_length=160)
    at = models.DateTimeField()

    class Meta:
        ordering = ("suspect", "-at", "-pk")

    def __str__(self) -> str:
        return f"{self.state} by {self.by_name}"
