from __future__ import annotations

from django.db import models
from django.db.models import Q

from chaos.gamedays.domain.states import Answer, Told
from reliability.channels.models import Notice


class Invitee(models.Model):
    """Somebody who is asked to come: a user, told in their own way, or an address outside, told by mail.

    `asked_sequence` is the time (sequence of the game day) that `answer` is about; null: never asked.
    Taken off the list, the row stays with `removed_at`.
    """

    game_day = models.ForeignKey("gamedays.GameDay", on_delete=models.CASCADE, related_name="invitees")
    user = models.ForeignKey("access.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    address = models.EmailField()
    name = models.CharField(max_length=160)
    is_outside = models.BooleanField(default=False)  # no user when invited
    was_member = models.BooleanField(default=False)  # of the team when invited: who leaves it is asked no more
    answer = models.CharField(max_length=16, choices=[(a.value, a.value) for a in Answer], default=Answer.NONE.value)
    answered_at = models.DateTimeField(null=True, blank=True)
    comment = models.CharField(max_length=500, blank=True)
    asked_sequence = models.PositiveIntegerField(null=True, blank=True)
    invited_at = models.DateTimeField()
    invited_by_name = models.CharField(max_length=160, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("game_day", "name", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("game_day", "address"),
                condition=Q(removed_at__isnull=True),
                name="invitee_once_per_game_day",
            ),
        )

    def __str__(self) -> str:
        return self.name


class InviteeNotice(Notice):
    """One message to one invitee. `key` makes it one; `idempotency_key` goes to the receiver with every try."""

    invitee = models.ForeignKey(Invitee, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=16, choices=[(t.value, t.value) for t in Told])
    sequence = models.PositiveIntegerField()
    way = models.CharField(max_length=200, blank=True)  # by which it was told, in words
    due_at = models.DateTimeField()

    class Meta:
        ordering = ("invitee", "created_at", "pk")

    def __str__(self) -> str:
        return f"{self.kind} to {self.invitee}: {self.state}"
