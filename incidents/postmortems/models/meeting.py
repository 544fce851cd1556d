from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models

from reliability.channels.models import PlacedNotice


class Meeting(models.Model):
    """Where people speak about it. `uid` and `sequence` are those of iCalendar; `zone` is where its clock hangs."""

    postmortem = models.OneToOneField("postmortems.Postmortem", on_delete=models.CASCADE, related_name="meeting")
    starts_at = models.DateTimeField()
    length_minutes = models.PositiveIntegerField(default=60)
    zone = models.CharField(max_length=64, default="UTC")
    place = models.CharField(max_length=500, blank=True)
    agenda = models.TextField(blank=True)  # Markdown
    people = models.ManyToManyField("access.User", blank=True, related_name="+")
    uid = models.CharField(max_length=120, unique=True)
    sequence = models.PositiveIntegerField(default=0)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    updated_by_name = models.CharField(max_length=160, blank=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("starts_at", "pk")

    def __str__(self) -> str:
        return f"meeting about {self.postmortem_id}"

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.length_minutes)


class Notice(PlacedNotice):
    """One message about a postmortem to one person or channel: asked for review, due soon, invited. `key` makes it
    one; `idempotency_key` goes to the receiver with every try."""

    postmortem = models.ForeignKey(
        "postmortems.Postmortem", on_delete=models.CASCADE, null=True, blank=True, related_name="notices"
    )
    incident = models.ForeignKey(
        "response.Incident", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )  # of what is due: the postmortem may not have been begun
    review = models.ForeignKey("postmortems.Review", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=16)
    sequence = models.PositiveIntegerField(default=0)  # of the meeting, for invitations
    for_due_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField()

    class Meta:
        ordering = ("postmortem", "created_at", "pk")

    def __str__(self) -> str:
        return f"{self.kind} to {self.place}: {self.state}"
