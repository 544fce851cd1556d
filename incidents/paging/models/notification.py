from __future__ import annotations

from django.db import models

from incidents.paging.domain.urgency import Urgency


class Notification(models.Model):
    """One message to one place of one person or team. `key` says which, so that making it twice makes one.

    For a page the key is (subject, epoch, step, pass, person, place); `idempotency_key` goes to the receiver with
    every attempt. `content` is empty when the escalation's is told. `place_key` ("contact:5", "channel:3", "mail:7")
    is where, for counting; `event` is the channels' word for what happened. `may_answer` ends when its person leaves
    the team (incidents.paging.departures).
    """

    class Purpose(models.TextChoices):
        PAGE = "page"
        UPDATE = "update"  # acknowledged, resolved …: to those who were told before
        BUNDLE = "bundle"  # many pages in one, in a storm
        SHIFT = "shift"  # a shift begins or ends
        TEST = "test"
        OPERATORS = "operators"  # the platform about itself

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        VOID = "void"  # not needed any more: acknowledged, resolved, reopened
        BUNDLED = "bundled"
        REFUSED = "refused"  # the receiver will never take it
        GIVEN_UP = "given_up"  # tried as long as it was worth

    key = models.CharField(max_length=200, unique=True)
    idempotency_key = models.CharField(max_length=100, unique=True)
    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    escalation = models.ForeignKey(
        "paging.Escalation", on_delete=models.CASCADE, null=True, blank=True, related_name="notifications"
    )
    epoch = models.PositiveIntegerField(default=0)
    step = models.PositiveSmallIntegerField(default=0)
    pass_number = models.PositiveSmallIntegerField(default=0)
    purpose = models.CharField(max_length=16, choices=Purpose.choices)
    event = models.CharField(max_length=16, default="trigger")
    urgency = models.CharField(max_length=8, choices=[(u.value, u.value) for u in Urgency])
    user = models.ForeignKey("access.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    contact_method = models.ForeignKey(
        "channels.ContactMethod", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    channel = models.ForeignKey("channels.Channel", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    place = models.CharField(max_length=200)  # in words, outliving contact method and channel
    place_key = models.CharField(max_length=40)
    why = models.CharField(max_length=300)  # in words: "on call in Payments primary, step 1"
    content = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    state_reason = models.TextField(blank=True)
    bundle = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="parts")
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    first_attempt_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    external_id = models.CharField(max_length=200, blank=True)
    may_answer = models.BooleanField(default=True)

    class Meta:
        ordering = ("created_at", "pk")
        indexes = (
            models.Index(fields=("escalation", "state"), name="notification_by_escalation"),
            models.Index(fields=("user", "-created_at"), name="notification_by_user"),
            models.Index(fields=("channel", "-created_at"), name="notification_by_channel"),
            models.Index(fields=("place_key", "-first_attempt_at"), name="notification_by_place"),
            models.Index(fields=("place_key", "state", "-created_at"), name="notification_by_place_state"),
            models.Index(fields=("bundle", "state"), name="notification_by_bundle"),
            models.Index(fields=("created_at",), name="notification_by_age"),
            models.Index(fields=("state", "due_at"), name="notification_by_state"),
        )

    def __str__(self) -> str:
        return f"{self.purpose} to {self.place}: {self.state}"


class NotificationAttempt(models.Model):
    """One try: what was answered, word for word as far as it fits."""

    notification = models.ForeignKey(Notification, on_delete=models.CASCADE, related_name="tries")
    number = models.PositiveIntegerField()
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=16, blank=True)  # delivered, refused, retry, unknown; blank: never ended
    reason = models.TextField(blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    answer = models.TextField(blank=True)

    class Meta:
        ordering = ("notification", "number", "pk")
        constraints = (
            models.UniqueConstraint(fields=("notification", "number"), name="notification_attempt_once_per_number"),
        )

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.notification_id}: {self.outcome or 'under way'}"
