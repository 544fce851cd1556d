from __future__ import annotations

from django.db import models

from incidents.status_page.models.codes import new_code
from reliability.access.models import TeamScopedQuerySet


class StatusPage(models.Model):
    """What one team tells the public. Private pages (`is_public` false) open with a token of PageToken only.

    `changed_at` moves with everything that changes what the public sees: it is `page.updated_at` of the JSON, and what
    is cached before it is stale. `revision` rises with every edit of the page's own fields.
    """

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="status_pages")
    code = models.CharField(max_length=16, unique=True, default=new_code)
    slug = models.SlugField(max_length=63, unique=True)
    title = models.CharField(max_length=120)
    description = models.TextField(blank=True)  # Markdown
    support_url = models.URLField(max_length=500, blank=True)
    is_public = models.BooleanField(default=True)
    domain = models.CharField(max_length=253, null=True, blank=True, unique=True)
    zone = models.CharField(max_length=64, default="UTC")
    created_at = models.DateTimeField()
    created_by_name = models.CharField(max_length=160, blank=True)
    updated_at = models.DateTimeField()
    updated_by_name = models.CharField(max_length=160, blank=True)
    changed_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("title", "pk")

    def __str__(self) -> str:
        return self.title


class PageToken(models.Model):
    """A secret that opens a private page, as a part of its path or in a header. Only its SHA-256 is kept."""

    page = models.ForeignKey(StatusPage, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=120)  # who has it: "support team"
    hint = models.CharField(max_length=16)
    secret_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    created_by_name = models.CharField(max_length=160, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"
