from __future__ import annotations

from django.db import models


class Installation(models.Model):
    """One row, written by the first visit: of two at once the database lets one through."""

    only_one = models.BooleanField(default=True, unique=True)
    set_up_at = models.DateTimeField()

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(only_one=True), name="installation_is_only_one"),)

    def __str__(self) -> str:
        return f"set up {self.set_up_at:%Y-%m-%d %H:%M}"
