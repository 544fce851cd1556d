from __future__ import annotations

from django.db import models


class SecretAddress(models.Model):
    """An address that whoever knows it reads without signing in, as its person would: a calendar's, for programs.

    Only the SHA-256 of the secret is kept. Rooms add what stands behind it.
    """

    user = models.ForeignKey("access.User", on_delete=models.CASCADE, related_name="+")
    hint = models.CharField(max_length=16, blank=True)  # tells several apart
    secret_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    last_read_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ("-created_at", "-pk")
