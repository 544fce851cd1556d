from __future__ import annotations

from django.db import models


class ContactMethod(models.Model):
    """One way to reach a person. Only the person sees and edits it; `verified_at` once a code came back."""

    user = models.ForeignKey("access.User", on_delete=models.CASCADE, related_name="contact_methods")
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=32)
    config = models.JSONField(default=dict, blank=True)
    secrets = models.BinaryField(default=bytes, blank=True)
    is_enabled = models.BooleanField(default=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_failure_at = models.DateTimeField(null=True, blank=True)
    last_failure = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("user", "created_at", "pk")

    def __str__(self) -> str:
        return f"{self.title} of {self.user}"
