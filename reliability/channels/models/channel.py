from __future__ import annotations

from django.db import models

from reliability.access.models import TeamScopedQuerySet


class Channel(models.Model):
    """A place of a team to tell things: a PagerDuty service, a chat room, a webhook.

    `config` is shown, `secrets` (the kind's secret fields as encrypted JSON) never is. `revision` rises with every
    edit by a person: an editor names the one that was read.
    """

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="channels")
    name = models.SlugField(max_length=63, unique=True)
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=32)
    config = models.JSONField(default=dict, blank=True)
    secrets = models.BinaryField(null=True, blank=True)
    is_enabled = models.BooleanField(default=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_failure_at = models.DateTimeField(null=True, blank=True)
    last_failure = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    revision = models.PositiveIntegerField(default=1)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.title
