from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Override(models.Model):
    """Somebody else for a while: the newest of several wins. `replaces` narrows it to the shifts of one person."""

    schedule = models.ForeignKey("oncall.Schedule", on_delete=models.CASCADE, related_name="overrides")
    user = models.ForeignKey("access.User", on_delete=models.PROTECT, related_name="+")
    replaces = models.ForeignKey("access.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    reason = models.TextField(blank=True)
    author_name = models.CharField(max_length=160)
    created_at = models.DateTimeField()
    # From then on it holds no longer; what it did before stays.
    revoked_at = models.DateTimeField(null=True, blank=True)
    # Written in the document of the schedule: applying the document again keeps exactly these in step.
    is_declared = models.BooleanField(default=False)
    swap = models.ForeignKey("oncall.Swap", on_delete=models.SET_NULL, null=True, blank=True, related_name="overrides")

    class Meta:
        ordering = ("schedule", "start_at", "pk")
        constraints = (models.CheckConstraint(condition=Q(end_at__gt=F("start_at")), name="override_ends_after_start"),)
        indexes = (models.Index(fields=("schedule", "end_at"), name="override_by_end"),)

    def __str__(self) -> str:
        return f"{self.user} on {self.schedule} {self.start_at:%Y-%m-%d %H:%M} to {self.end_at:%Y-%m-%d %H:%M}"


class Swap(models.Model):
    """An offer of one's shift to somebody (or to anybody of the schedule); accepted, it becomes an override.

    With `counter_start_at` and `counter_end_at` the other gives that time in return.
    """

    class State(models.TextChoices):
        OFFERED = "offered"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"
        EXPIRED = "expired"

    schedule = models.ForeignKey("oncall.Schedule", on_delete=models.CASCADE, related_name="swaps")
    offered_by = models.ForeignKey("access.User", on_delete=models.PROTECT, related_name="+")
    offered_to = models.ForeignKey("access.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    accepted_by = models.ForeignKey("access.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    counter_start_at = models.DateTimeField(null=True, blank=True)
    counter_end_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.OFFERED)
    note = models.TextField(blank=True)
    created_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = (models.CheckConstraint(condition=Q(end_at__gt=F("start_at")), name="swap_ends_after_start"),)

    def __str__(self) -> str:
        return f"{self.offered_by} offers {self.start_at:%Y-%m-%d %H:%M} to {self.end_at:%Y-%m-%d %H:%M}"
