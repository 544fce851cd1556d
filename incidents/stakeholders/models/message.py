from __future__ import annotations

from django.db import models

from incidents.stakeholders.domain.kinds import Audience, EventKind, Mode
from incidents.stakeholders.domain.standing import DeliveryState
from reliability.access.models import TeamScopedQuerySet


class StakeholderMessage(models.Model):
    """One message to stakeholders, in the words of one audience or several. Its primary key is its number.

    `cause` makes one that nobody composed be written once. `next_update_at`: when the next one is promised.
    `remind_after_hours`: who has not read it is reminded so long after; 0: nobody by itself.
    """

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="stakeholder_messages")
    incident = models.ForeignKey(
        "response.Incident", on_delete=models.PROTECT, null=True, blank=True, related_name="stakeholder_messages"
    )
    kind = models.CharField(max_length=16, choices=[(k.value, k.words) for k in EventKind])
    title = models.CharField(max_length=200)  # what it is about
    about_url = models.CharField(max_length=500, blank=True)  # a path of ours, or blank
    severity = models.PositiveSmallIntegerField(null=True, blank=True)
    mode = models.CharField(max_length=8, choices=[(m.value, m.value) for m in Mode], default=Mode.NOW.value)
    next_update_at = models.DateTimeField(null=True, blank=True)
    remind_after_hours = models.PositiveSmallIntegerField(default=0)
    cause = models.CharField(max_length=160, null=True, blank=True, unique=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("access.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_by_name = models.CharField(max_length=160)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(fields=("team", "-created_at"), name="stakeholder_message_by_team"),
            models.Index(fields=("incident", "-created_at"), name="stakeholder_message_by_inc"),
        )

    def __str__(self) -> str:
        return f"message {self.pk}: {self.title}"


class MessageText(models.Model):
    """What one audience was told, word for word."""

    message = models.ForeignKey(StakeholderMessage, on_delete=models.CASCADE, related_name="texts")
    audience = models.CharField(max_length=16, choices=[(a.value, a.words) for a in Audience])
    subject = models.CharField(max_length=160)
    text = models.TextField()

    class Meta:
        ordering = ("message", "audience", "pk")
        constraints = (models.UniqueConstraint(fields=("message", "audience"), name="message_text_once_per_audience"),)

    def __str__(self) -> str:
        return self.subject


class Recipient(models.Model):
    """Somebody a message is for. `read_at`: when they said, or showed by opening it, that they know."""

    text = models.ForeignKey(MessageText, on_delete=models.CASCADE, related_name="recipients")
    message = models.ForeignKey(StakeholderMessage, on_delete=models.CASCADE, related_name="recipients")
    stakeholder = models.ForeignKey(
        "stakeholders.Stakeholder", on_delete=models.SET_NULL, null=True, blank=True, related_name="received"
    )
    name = models.CharField(max_length=160)  # outliving the stakeholder
    read_at = models.DateTimeField(null=True, blank=True)
    read_by = models.CharField(max_length=16, blank=True)  # "link" or "page"
    reminders = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("message", "name", "pk")
        constraints = (models.UniqueConstraint(fields=("message", "stakeholder"), name="recipient_once_per_message"),)

    def __str__(self) -> str:
        return f"{self.name} of message {self.message_id}"


class Delivery(models.Model):
    """The message, or a reminder of it, on its way to one recipient by one way. `key` makes it one.

    round: 0 the message, 1 and on reminders. `idempotency_key` goes to the receiver with every try.
    """

    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="deliveries")
    round = models.PositiveSmallIntegerField(default=0)
    way = models.CharField(max_length=16)
    place = models.CharField(max_length=200)  # in words
    key = models.CharField(max_length=120, unique=True)
    idempotency_key = models.CharField(max_length=64, unique=True)
    state = models.CharField(
        max_length=16, choices=[(s.value, s.value) for s in DeliveryState], default=DeliveryState.QUEUED.value
    )
    state_reason = models.TextField(blank=True)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    first_attempt_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("recipient", "round", "pk")
        verbose_name_plural = "deliveries"

    def __str__(self) -> str:
        return f"{self.recipient}: {self.state}"


class Promise(models.Model):
    """A reminder that the next message is overdue, to whoever writes to stakeholders. At most a few for one message."""

    message = models.ForeignKey(StakeholderMessage, on_delete=models.CASCADE, related_name="promises")
    number = models.PositiveSmallIntegerField()
    user = models.ForeignKey("access.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    idempotency_key = models.CharField(max_length=64, unique=True)
    state = models.CharField(
        max_length=16, choices=[(s.value, s.value) for s in DeliveryState], default=DeliveryState.QUEUED.value
    )
    state_reason = models.TextField(blank=True)
    created_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    first_attempt_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("message", "number", "pk")
        constraints = (models.UniqueConstraint(fields=("message", "number"), name="promise_once_per_number"),)

    def __str__(self) -> str:
        return f"reminder {self.number} of message {self.message_id}"
