from __future__ import annotations

from django.db import models

from incidents.postmortems.domain.factors import Category


class Factor(models.Model):
    """Something that contributed. There are several, and none is the root cause."""

    postmortem = models.ForeignKey("postmortems.Postmortem", on_delete=models.CASCADE, related_name="factors")
    position = models.PositiveIntegerField()
    category = models.CharField(
        max_length=16, choices=[(c.value, c.words) for c in Category], default=Category.OTHER.value
    )
    text = models.CharField(max_length=500)
    created_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("postmortem", "position", "pk")
        indexes = (models.Index(fields=("category",), name="factor_by_category"),)

    def __str__(self) -> str:
        return self.text


class Why(models.Model):
    """One answer to "why?", below what it answers. Several answers to one are a fork; those on top ask first."""

    postmortem = models.ForeignKey("postmortems.Postmortem", on_delete=models.CASCADE, related_name="whys")
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="children")
    position = models.PositiveIntegerField()
    text = models.CharField(max_length=500)
    created_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("postmortem", "position", "pk")

    def __str__(self) -> str:
        return self.text
