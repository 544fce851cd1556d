from __future__ import annotations

from django.db import models

from reliability.channels.models import PlacedNotice


class ActionNotice(PlacedNotice):
    """One message to one place: a person by their first way, or a channel of the team. `key` makes it one; once the
    action is of another occasion than the key begins with, it is void.

    `for_state_at`: since when the action was in the state it tells of. `for_due_on`: its date then.
    """

    action = models.ForeignKey("actions.Action", on_delete=models.CASCADE, related_name="notices")
    stage = models.CharField(max_length=16)
    for_state_at = models.DateTimeField()
    for_due_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("action", "created_at", "pk")

    def __str__(self) -> str:
        return f"{self.stage} of action {self.action_id} to {self.place}: {self.state}"
