from __future__ import annotations

from django.db import models


class Notice(models.Model):
    """A message that is sent as due work, once. Rooms add what it is about, and to whom it goes.

    `key` makes it one, `idempotency_key` goes to the receiver with every try. `attempts` counts a try before it is
    made: waiting with attempts, it may have arrived. `first_attempt_at`: of the first try; before it, since when it
    waits for the end of quiet hours.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        FAILED = "failed"  # refused, or tried as long as it was worth
        VOID = "void"  # not true any more before it was told

    key = models.CharField(max_length=200, unique=True)
    idempotency_key = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    state_reason = models.TextField(blank=True)
    created_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    first_attempt_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class PlacedNotice(Notice):
    """To one place: a channel of a team, or a person by their first way."""

    channel = models.ForeignKey("channels.Channel", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    user = models.ForeignKey("access.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    place = models.CharField(max_length=200)  # in words, outliving channel and person

    class Meta:
        abstract = True
