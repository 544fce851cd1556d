from __future__ import annotations

from django.db import models

from reliability.channels.models import PlacedNotice


class GateNotice(PlacedNotice):
    """That a policy came into force or is over, or that somebody overrode the gate, told to one place."""

    class Kind(models.TextChoices):
        ENTERED = "entered"
        LEFT = "left"
        OVERRIDDEN = "overridden"

    kind = models.CharField(max_length=16, choices=Kind.choices)
    period = models.ForeignKey(
        "gate.PolicyPeriod", on_delete=models.CASCADE, null=True, blank=True, related_name="notices"
    )
    override = models.ForeignKey(
        "gate.GateOverride", on_delete=models.CASCADE, null=True, blank=True, related_name="notices"
    )

    class Meta:
        ordering = ("created_at", "pk")

    def __str__(self) -> str:
        return f"{self.kind} to {self.place}: {self.state}"
