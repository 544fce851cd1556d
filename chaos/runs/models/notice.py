from __future__ import annotations

from django.db import models


class Notice(models.Model):
    """One message about a run to one place: a channel of the team, or a person by their first way.

    `key` makes it one, `idempotency_key` goes to the receiver with every try. Stakeholders acknowledge by the link in
    it or on the page of the run.
    """

    class Kind(models.TextChoices):
        COMING = "coming"  # a run is to begin
        APPROVAL = "approval"  # somebody is to approve it
        ENDED = "ended"  # to those who were told that it comes

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        FAILED = "failed"  # refused, or tried as long as it was worth
        VOID = "void"  # the run ended before it was told

    run = models.ForeignKey("runs.Run", on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    key = models.CharField(max_length=120, unique=True)
    idempotency_key = models.CharField(max_length=64, unique=True)
    channel = models.ForeignKey("channels.Channel", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    user = models.ForeignKey("access.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    place = models.CharField(max_length=200)  # in words, outliving channel and person
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    state_reason = models.TextField(blank=True)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    first_attempt_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by_name = models.CharField(max_length=160, blank=True)

    class Meta:
        ordering = ("run", "created_at", "pk")
        indexes = (models.Index(fields=("run", "kind"), name="run_notice_by_kind"),)

    def __str__(self) -> str:
        return f"{self.kind} notice of run {self.run_id} to {self.place}: {self.state}"
