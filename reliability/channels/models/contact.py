from __future__ import annotations

from django.db import models


class ContactMethod(models.Model):
    """One way to reach a person. Only the person sees and edits it; `verified_at` once a code came back.

    While a code is out, `code_hash` is its SHA-256, good until `code_expires_at` and for a few guesses. `position` is
    the order in which the person put them.
    """

    user = models.ForeignKey("access.User", on_delete=models.CASCADE, related_name="contact_methods")
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=32)
    config = models.JSONField(default=dict, blank=True)
    secrets = models.BinaryField(null=True, blank=True)
    position = models.PositiveIntegerField(default=0)
    is_enabled = models.BooleanField(default=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    code_hash = models.CharField(max_length=64, blank=True)
    code_sent_at = models.DateTimeField(null=True, blank=True)
    code_expires_at = models.DateTimeField(null=True, blank=True)
    code_guesses = models.PositiveSmallIntegerField(default=0)
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_failure_at = models.DateTimeField(null=True, blank=True)
    last_failure = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("user", "position", "created_at", "pk")

    def __str__(self) -> str:
        return f"{self.title} of {self.user}"
