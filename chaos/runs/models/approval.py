from __future__ import annotations

from django.db import models


class Approval(models.Model):
    """One person's word on one run: go or no. It may be given anew, by the same person in the same row.

    It counts for a start before `expires_at`. `version` is what the person read.
    """

    run = models.ForeignKey("runs.Run", on_delete=models.CASCADE, related_name="approvals")
    user = models.ForeignKey("access.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    user_name = models.CharField(max_length=160)
    is_approved = models.BooleanField()
    reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ("run", "at", "pk")
        constraints = (models.UniqueConstraint(fields=("run", "user"), name="approval_once_per_run_and_person"),)

    def __str__(self) -> str:
        return f"{self.user_name} {'approved' if self.is_approved else 'declined'} run {self.run_id}"
