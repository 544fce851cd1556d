from __future__ import annotations

from django.db import models


class ActionNotice(models.Model):
    """One message to one place: a person by their first way, or a channel of the team. `key` makes it one; once the
    action is of another occasion than the key begins with, it is void.

    `for_state_at`: since when the action was in the state it tells of. `for_due_on`: its date then.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        FAILED = "failed"  # refused, or tried as long as it was worth
        VOID = "void"  # it was done, moved or given to another before this was told

    action = models.ForeignKey("actions.Action", on_delete=models.CASCADE, related_name="notices")
    key = models.CharField(max_length=200, unique=True)
    idempotency_key = models.CharField(max_length=64, unique=True)
    stage = models.CharField(max_length=16)
    for_state_at = models.DateTimeField()
    for_due_on = models.DateField(null=True, blank=True)
    user = models.ForeignKey("access.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    channel = models.ForeignKey("channels.Channel", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    place = models.CharField(max_length=200)  # in words, outliving person and channel
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    state_reason = models.TextField(blank=True)
    created_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    first_attempt_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("action", "created_at", "pk")

    def __str__(self) -> str:
        return f"{self.stage} of action {self.action_id} to {self.place}: {self.state}"
