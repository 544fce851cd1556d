from __future__ import annotations

from django.db import models

from reliability.channels.models import PlacedNotice


class Notice(PlacedNotice):
    """One message about a run to one place: a channel of the team, or a person by their first way.

    `key` makes it one, `idempotency_key` goes to the receiver with every try. Stakeholders acknowledge by the link in
    it or on the page of the run.
    """

    class Kind(models.TextChoices):
        COMING = "coming"  # a run is to begin
        APPROVAL = "approval"  # somebody is to approve it
        ENDED = "ended"  # to those who were told that it comes

    run = models.ForeignKey("runs.Run", on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    due_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by_name = models.CharField(max_length=160, blank=True)

    class Meta:
        ordering = ("run", "created_at", "pk")
        indexes = (models.Index(fields=("run", "kind"), name="run_notice_by_kind"),)

    def __str__(self) -> str:
        return f"{self.kind} notice of run {self.run_id} to {self.place}: {self.state}"
