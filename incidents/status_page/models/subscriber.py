from __future__ import annotations

from django.db import models
from django.db.models import Q


class Subscriber(models.Model):
    """Somebody outside who asked to hear of updates. No `components`: of all of them.

    `address` is a mail address, or how a webhook is shown (its host); the URL itself is sealed.
    """

    class Kind(models.TextChoices):
        MAIL = "mail"
        WEBHOOK = "webhook"
        SLACK = "slack"

    page = models.ForeignKey("status_page.StatusPage", on_delete=models.CASCADE, related_name="subscribers")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    address = models.CharField(max_length=320)
    address_hash = models.CharField(max_length=64)  # SHA-256 of the address, or of the whole URL
    sealed_url = models.TextField(blank=True)
    components = models.ManyToManyField("status_page.Component", blank=True, related_name="subscribers")
    confirm_hash = models.CharField(max_length=64, blank=True)  # of the link in the mail that asks
    confirm_sent_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    manage_hash = models.CharField(max_length=64, unique=True)  # of the link that changes or ends it
    left_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)  # in a row
    state_reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ("page", "created_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("page", "kind", "address_hash"),
                condition=Q(left_at__isnull=True),
                name="subscriber_once_per_page",
            ),
        )

    def __str__(self) -> str:
        return self.address


class Delivery(models.Model):
    """One update to one subscriber. `idempotency_key` goes to the receiver with every try."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        FAILED = "failed"  # refused, or tried as long as it was worth
        VOID = "void"  # no longer true when it was due

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="deliveries")
    update_said = models.ForeignKey("status_page.Update", on_delete=models.CASCADE, related_name="deliveries")
    idempotency_key = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    state_reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    first_attempt_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name_plural = "deliveries"
        constraints = (
            models.UniqueConstraint(fields=("subscriber", "update_said"), name="delivery_once_per_subscriber"),
        )

    def __str__(self) -> str:
        return f"{self.update_said} to {self.subscriber}: {self.state}"
