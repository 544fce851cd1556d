from __future__ import annotations

from django.db import models
from django.db.models import Q

from chaos.gamedays.domain.states import RoleKind


class RoleHolder(models.Model):
    """Who has a role, from `since_at` to `until_at` (null: still). One of each, but any number of observers."""

    game_day = models.ForeignKey("gamedays.GameDay", on_delete=models.CASCADE, related_name="role_holders")
    kind = models.CharField(max_length=16, choices=[(k.value, k.value) for k in RoleKind])
    user = models.ForeignKey("access.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=160)
    since_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True, blank=True)
    given_by_name = models.CharField(max_length=160, blank=True)

    class Meta:
        ordering = ("game_day", "since_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("game_day", "kind"),
                condition=Q(until_at__isnull=True) & ~Q(kind=RoleKind.OBSERVER.value),
                name="game_day_role_one_holder",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name}: {self.kind}"
