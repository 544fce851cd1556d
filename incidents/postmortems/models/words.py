from __future__ import annotations

from django.db import models

from reliability.access.models import TeamScopedQuerySet


class Tag(models.Model):
    """A word under which a team finds its postmortems again."""

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="postmortem_tags")
    name = models.CharField(max_length=40)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")
        constraints = (models.UniqueConstraint(fields=("team", "name"), name="postmortem_tag_once_per_team"),)

    def __str__(self) -> str:
        return self.name


class BlameWord(models.Model):
    """A phrase a team wants flagged, with what to write instead; or one that it never wants flagged."""

    team = models.ForeignKey("access.Team", on_delete=models.CASCADE, related_name="blame_words")
    phrase = models.CharField(max_length=120)
    suggestion = models.CharField(max_length=300, blank=True)
    is_allowed = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    created_by_name = models.CharField(max_length=160, blank=True)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("phrase", "pk")
        constraints = (models.UniqueConstraint(fields=("team", "phrase"), name="blame_word_once_per_team"),)

    def __str__(self) -> str:
        return self.phrase
