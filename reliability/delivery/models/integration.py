from __future__ import annotations

from django.db import models

from reliability.access.models import KeyedIntegration, RotatingKey, TeamScopedQuerySet


class DeliveryIntegration(KeyedIntegration):
    """Where deployments and changes of one outside system come in.

    kind: a file of reliability/delivery/domain/kinds. service: whose deployments they are when `config` names none.
    config: {"services": {"owner/repository": "service"}, "production": [environment names], …}, see its form.
    """

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="delivery_integrations")
    service = models.ForeignKey(
        "catalog.Service", on_delete=models.SET_NULL, null=True, blank=True, related_name="delivery_integrations"
    )
    config = models.JSONField(default=dict, blank=True)

    objects = TeamScopedQuerySet.as_manager()


class DeliveryKey(RotatingKey):
    """Its text is kept encrypted: signatures need it."""

    integration = models.ForeignKey(DeliveryIntegration, on_delete=models.CASCADE, related_name="keys")
    secret = models.BinaryField()


class RawDelivery(models.Model):
    """A payload as it came, before anybody read it: read again after a parser was mended. The oldest are forgotten.

    key: the sender's delivery id; the same again is not stored twice. event: "deployment_status". headers: those that
    the parser reads. body: compressed with zlib. reason: a code of why it was rejected or ignored, message: in words.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        IGNORED = "ignored"
        REJECTED = "rejected"

    integration = models.ForeignKey(DeliveryIntegration, on_delete=models.CASCADE, related_name="deliveries")
    key = models.CharField(max_length=255)
    event = models.CharField(max_length=120, blank=True)
    headers = models.JSONField(default=dict, blank=True)
    body = models.BinaryField()
    size = models.PositiveIntegerField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=64, blank=True)
    message = models.TextField(blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    times = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("-received_at", "-pk")
        verbose_name_plural = "raw deliveries"
        constraints = (models.UniqueConstraint(fields=("integration", "key"), name="raw_delivery_once_per_key"),)
        indexes = (
            models.Index(fields=("integration", "state", "-received_at"), name="raw_delivery_by_state"),
            models.Index(fields=("integration", "-received_at"), name="raw_delivery_by_time"),
            models.Index(fields=("received_at",), name="raw_delivery_by_age"),
        )

    def __str__(self) -> str:
        return f"{self.event} {self.key}".strip()
