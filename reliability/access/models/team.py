from __future__ import annotations

from django.db import models

from reliability.access.domain.caller import Role

ROLE_CHOICES = [(role.value, role.name.lower()) for role in Role]


class Team(models.Model):
    """Owner of everything else. A private team's objects answer 404 to others."""

    slug = models.SlugField(max_length=63, unique=True)
    name = models.CharField(max_length=120)
    is_private = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's role in a team."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey("access.User", on_delete=models.CASCADE, related_name="memberships")
    role = models.PositiveSmallIntegerField(choices=ROLE_CHOICES)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("team", "user", "pk")
        constraints = (
            models.UniqueConstraint(fields=("team", "user"), name="membership_once_per_team_and_user"),
            models.CheckConstraint(
                condition=models.Q(role__in=[role.value for role in Role]), name="membership_role_is_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} in {self.team}: {Role(self.role).name.lower()}"
