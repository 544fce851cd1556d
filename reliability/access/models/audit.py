from __future__ import annotations

from typing import Any, NoReturn

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models


class AuditError(Exception):
    """An attempt to change what happened."""

    reason = "audit_is_append_only"


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    def update(self, **fields: Any) -> NoReturn:
        raise AuditError("entries of the audit trail are never changed")

    def delete(self) -> NoReturn:
        raise AuditError("entries of the audit trail are never deleted")

    def forget(self) -> int:
        """Delete what is older than the installation keeps; for housekeeping alone. Returns how many."""
        return super().delete()[0]


class AuditEntry(models.Model):
    """One write: who, when, what, why. Append-only for as long as it is kept.

    Names are copied so that entries outlive their objects.
    """

    at = models.DateTimeField(db_index=True)
    actor_name = models.CharField(max_length=160)
    user = models.ForeignKey("access.User", on_delete=models.SET_NULL, null=True, related_name="+")
    token = models.ForeignKey("access.ApiToken", on_delete=models.SET_NULL, null=True, related_name="+")
    team = models.ForeignKey("access.Team", on_delete=models.SET_NULL, null=True, related_name="+")
    action = models.CharField(max_length=64)
    object_kind = models.CharField(max_length=64)
    object_name = models.CharField(max_length=200)
    changes = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    reason = models.TextField(blank=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-pk")
        indexes = (
            models.Index(fields=("team", "-at"), name="audit_by_team"),
            models.Index(fields=("object_kind", "object_name", "-at"), name="audit_by_object"),
        )
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.action} {self.object_kind} {self.object_name}"

    def save(self, *args: Any, **options: Any) -> None:
        if not self._state.adding:
            raise AuditError("entries of the audit trail are never changed")
        super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> NoReturn:
        raise AuditError("entries of the audit trail are never deleted")
