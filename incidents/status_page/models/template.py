from __future__ import annotations

from django.db import models


class Template(models.Model):
    """A text a team wrote while it was calm. `{component}`, `{title}`, `{time}` and such are filled in when used."""

    class Kind(models.TextChoices):
        INCIDENT = "incident"
        MAINTENANCE = "maintenance"

    page = models.ForeignKey("status_page.StatusPage", on_delete=models.CASCADE, related_name="templates")
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.INCIDENT)
    name = models.CharField(max_length=120)
    title = models.CharField(max_length=160, blank=True)
    status = models.CharField(max_length=16)
    body = models.TextField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    updated_by_name = models.CharField(max_length=160, blank=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("page", "kind", "name", "pk")
        constraints = (models.UniqueConstraint(fields=("page", "name"), name="template_once_per_page"),)

    def __str__(self) -> str:
        return self.name
