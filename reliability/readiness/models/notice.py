from __future__ import annotations

from django.db import models


class Notice(models.Model):
    """One reminder to one place: a channel of the team, or a person by their first way. `key` makes it one.

    `subject` is what expires ("evidence:5", "waiver:3", "review:7"), `stage` of readiness.domain.reminding.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        FAILED = "failed"  # refused, or tried as long as it was worth
        VOID = "void"  # it was renewed or taken back before this was told

    service = models.ForeignKey("catalog.Service", on_delete=models.CASCADE, related_name="readiness_notices")
    key = models.CharField(max_length=160, unique=True)
    idempotency_key = models.CharField(max_length=64, unique=True)
    subject = models.CharField(max_length=40)
    stage = models.CharField(max_length=16)
    channel = models.ForeignKey("channels.Channel", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    user = models.ForeignKey("access.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    place = models.CharField(max_length=200)  # in words, outliving channel and person
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    state_reason = models.TextField(blank=True)
    created_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    first_attempt_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("service", "created_at", "pk")

    def __str__(self) -> str:
        return f"reminder of {self.subject} to {self.place}: {self.state}"
