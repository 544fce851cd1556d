from __future__ import annotations

from django.db import models

from incidents.postmortems.domain.states import ReviewAnswer


class Review(models.Model):
    """Somebody who was asked to read a draft, and what they answered."""

    postmortem = models.ForeignKey("postmortems.Postmortem", on_delete=models.CASCADE, related_name="reviews")
    round = models.PositiveIntegerField(default=1)
    reviewer = models.ForeignKey("access.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    reviewer_name = models.CharField(max_length=160)
    asked_by_name = models.CharField(max_length=160)
    asked_at = models.DateTimeField()
    answer = models.CharField(
        max_length=16, choices=[(a.value, a.words) for a in ReviewAnswer], default=ReviewAnswer.WAITING.value
    )
    comment = models.TextField(blank=True)  # Markdown
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_revision = models.PositiveIntegerField(null=True, blank=True)  # of the postmortem that was read

    class Meta:
        ordering = ("postmortem", "round", "asked_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("postmortem", "round", "reviewer"), name="review_once_per_round"),
        )

    def __str__(self) -> str:
        return f"review of {self.postmortem_id} by {self.reviewer_name}"


class Approval(models.Model):
    """Somebody said that it may be published, of the revision they read."""

    postmortem = models.ForeignKey("postmortems.Postmortem", on_delete=models.CASCADE, related_name="approvals")
    user = models.ForeignKey("access.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    user_name = models.CharField(max_length=160)
    revision = models.PositiveIntegerField()
    comment = models.TextField(blank=True)
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("postmortem", "at", "pk")

    def __str__(self) -> str:
        return f"approval of {self.postmortem_id} by {self.user_name}"


class ReadReceipt(models.Model):
    """Who read a published postmortem, when first, and when they said so."""

    postmortem = models.ForeignKey("postmortems.Postmortem", on_delete=models.CASCADE, related_name="receipts")
    user = models.ForeignKey("access.User", on_delete=models.CASCADE, related_name="+")
    revision = models.PositiveIntegerField()
    opened_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("postmortem", "opened_at", "pk")
        constraints = (models.UniqueConstraint(fields=("postmortem", "user"), name="read_receipt_once_per_person"),)

    def __str__(self) -> str:
        return f"{self.user} read {self.postmortem_id}"
