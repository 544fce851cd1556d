from __future__ import annotations

from django.db import models

from reliability.access.models import KeyedIntegration, RotatingKey, TeamScopedQuerySet


class Integration(KeyedIntegration):
    """Where alerts of one outside system come in.

    kind: a folder of incidents/intake/sources. config: what that kind asks for, such as the mapping of generic JSON
    or the mailbox. secrets: encrypted JSON. grouping: see incidents.intake.domain.grouping; `window_started_at` is
    when its present window of "everything within N minutes" began.
    """

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="integrations")
    service = models.ForeignKey(
        "catalog.Service", on_delete=models.SET_NULL, null=True, blank=True, related_name="integrations"
    )
    policy = models.ForeignKey(
        "paging.EscalationPolicy", on_delete=models.PROTECT, null=True, blank=True, related_name="integrations"
    )
    config = models.JSONField(default=dict, blank=True)
    secrets = models.BinaryField(null=True, blank=True)
    grouping = models.JSONField(default=dict, blank=True)
    window_started_at = models.DateTimeField(null=True, blank=True)

    objects = TeamScopedQuerySet.as_manager()


class IntegrationKey(RotatingKey):
    """Only the SHA-256 of its text is kept."""

    integration = models.ForeignKey(Integration, on_delete=models.CASCADE, related_name="keys")
    secret_hash = models.CharField(max_length=64, unique=True)
