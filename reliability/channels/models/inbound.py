from __future__ import annotations

from django.db import models


class SeenDelivery(models.Model):
    """A signed request that came in once: the same again has no effect. Forgotten when it would be too old anyway."""

    channel = models.ForeignKey("channels.Channel", on_delete=models.CASCADE, related_name="seen_deliveries")
    key = models.CharField(max_length=128)
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ("channel", "-seen_at", "-pk")
        verbose_name_plural = "seen deliveries"
        constraints = (models.UniqueConstraint(fields=("channel", "key"), name="delivery_seen_once"),)
        indexes = (models.Index(fields=("channel", "seen_at"), name="delivery_by_age"),)

    def __str__(self) -> str:
        return f"{self.key} at {self.seen_at:%Y-%m-%d %H:%M:%S}"


class ChatIdentity(models.Model):
    """Who a member of a chat workspace is here, as far as the team's channels are concerned.

    Per team: whoever holds the signing secret of one team's chat can say who presses buttons there, and must not
    speak for people in the objects of another.
    """

    team = models.ForeignKey("access.Team", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey("access.User", on_delete=models.CASCADE, related_name="chat_identities")
    workspace = models.CharField(max_length=64)
    member = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("team", "workspace", "member", "pk")
        verbose_name_plural = "chat identities"
        constraints = (
            models.UniqueConstraint(fields=("team", "workspace", "member"), name="chat_identity_once_per_team"),
        )

    def __str__(self) -> str:
        return f"{self.workspace}/{self.member} is {self.user}"
