from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Evidence(models.Model):
    """What somebody says of one item of a service. It is never changed: newer evidence stands instead, or it is taken
    back. `item` is the item's name, `happened_on` the day it tells of; `expires_at` follows from the checklist at the
    time, null is never. `author` is null for a token: `token_author` is who made that.
    """

    service = models.ForeignKey("catalog.Service", on_delete=models.CASCADE, related_name="readiness_evidence")
    item = models.SlugField(max_length=63)
    text = models.TextField()
    url = models.CharField(max_length=500, blank=True)
    happened_on = models.DateField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    author = models.ForeignKey("access.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    author_name = models.CharField(max_length=160)
    token_author = models.ForeignKey("access.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    reviewer = models.ForeignKey("access.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    reviewer_name = models.CharField(max_length=160, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by_name = models.CharField(max_length=160, blank=True)
    withdrawn_reason = models.TextField(blank=True)

    class Meta:
        ordering = ("service", "item", "-created_at", "-pk")
        verbose_name_plural = "evidence"
        constraints = (
            models.CheckConstraint(
                condition=Q(reviewer__isnull=True) | Q(author__isnull=True) | ~Q(reviewer=F("author")),
                name="readiness_evidence_second_pair_of_eyes",
            ),
        )
        indexes = (models.Index(fields=("service", "item", "-created_at"), name="readiness_evidence_by_item"),)

    def __str__(self) -> str:
        return f"{self.item} of {self.service_id} by {self.author_name}"
