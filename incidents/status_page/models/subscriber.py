from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q


def new_key() -> str:
    return secrets.token_urlsafe(24)


class Subscriber(models.Model):
    """Somebody outside who asked to hear of updates. No `components`: of all of them.

    `address` is a mail address, or how a webhook is shown (its host and path). `sealed` is the URL and what signs, as
    encrypted JSON. `contact` hears that a webhook fails. `key` stands, signed, in the links that confirm, change and
    end it: a new key makes the former links void. Who leaves is deleted: nothing of them is kept.
    """

    class Kind(models.TextChoices):
        MAIL = "mail", "Mail"
        WEBHOOK = "webhook", "Webhook"
        SLACK = "slack", "Slack"

    class State(models.TextChoices):
        PENDING = "pending", "Not confirmed"
        ACTIVE = "active", "Active"
        DISABLED = "disabled", "Switched off"  # after too many failures

    page = models.ForeignKey("status_page.StatusPage", on_delete=models.CASCADE, related_name="subscribers")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    state = models.CharField(max_length=16, choices=State.choices, default=State.PENDING)
    state_reason = models.CharField(max_length=500, blank=True)
    address = models.CharField(max_length=320)
    address_hash = models.CharField(max_length=64)  # SHA-256 of the folded address, or of the whole URL
    contact = models.CharField(max_length=254, blank=True)
    sealed = models.BinaryField(null=True, blank=True)
    key = models.CharField(max_length=40, unique=True, default=new_key)
    components = models.ManyToManyField("status_page.Component", blank=True, related_name="subscribers")
    asked_at = models.DateTimeField(null=True, blank=True)  # last time a confirmation was asked for
    asked_times = models.PositiveIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)  # updates in a row that did not arrive
    last_sent_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    created_by_name = models.CharField(max_length=160, blank=True)  # blank: by themselves
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ("page", "created_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("page", "kind", "address_hash"), name="subscriber_once_per_page"),
        )
        indexes = (models.Index(fields=("page", "state", "id"), name="subscriber_by_state"),)

    def __str__(self) -> str:
        return self.address


class Delivery(models.Model):
    """One message to one subscriber. `idempotency_key` goes to the receiver with every try."""

    class Purpose(models.TextChoices):
        UPDATE = "update"
        CONFIRM = "confirm"  # asks whether the address is theirs
        CHALLENGE = "challenge"  # asks a webhook or a Slack address to prove that it listens
        SWITCHED_OFF = "switched_off"  # to the contact of a webhook that failed too often

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        FAILED = "failed"  # refused, or tried as long as it was worth
        VOID = "void"  # no longer true when it was due

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="deliveries")
    purpose = models.CharField(max_length=16, choices=Purpose.choices, default=Purpose.UPDATE)
    update_said = models.ForeignKey(
        "status_page.Update", on_delete=models.CASCADE, null=True, blank=True, related_name="deliveries"
    )
    idempotency_key = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    state_reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    first_attempt_at = models.DateTimeField(null=True, blank=True)
    tried_at = models.DateTimeField(null=True, blank=True)  # the last try began
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name_plural = "deliveries"
        constraints = (
            models.UniqueConstraint(fields=("subscriber", "update_said"), name="delivery_once_per_subscriber"),
            models.CheckConstraint(
                condition=Q(purpose="update", update_said__isnull=False)
                | (~Q(purpose="update") & Q(update_said__isnull=True)),
                name="delivery_of_update_or_about_subscription",
            ),
        )
        indexes = (
            models.Index(fields=("tried_at",), name="status_delivery_by_try"),
            models.Index(fields=("created_at", "id"), name="status_delivery_by_age"),
        )

    def __str__(self) -> str:
        return f"{self.purpose} to {self.subscriber}: {self.state}"


class AskedFrom(models.Model):
    """How often somebody asked to subscribe within an hour: per address, per network, in all. Hashes only."""

    who = models.CharField(max_length=64)  # SHA-256 of "address:…" or "network:…"
    hour = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("hour", "pk")
        constraints = (models.UniqueConstraint(fields=("who", "hour"), name="asked_once_per_hour"),)
        indexes = (models.Index(fields=("hour",), name="asked_by_hour"),)

    def __str__(self) -> str:
        return f"{self.count} at {self.hour:%Y-%m-%d %H}"
