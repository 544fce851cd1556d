from __future__ import annotations

from django.db import models


class Version(models.Model):
    """One change of one part: what it was before and after, by whom and when. Never changed, never removed.

    what: "title", "section", "timeline", "factor", "why", "state", …; key: which of them ("summary", "12").
    `revision` is that of the part after the change: the base of a three-way merge is found by it.
    """

    postmortem = models.ForeignKey("postmortems.Postmortem", on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()  # revision of the postmortem after the change
    what = models.CharField(max_length=16)
    key = models.CharField(max_length=64, blank=True)
    title = models.CharField(max_length=160)  # of the part, as people call it
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=200, blank=True)  # "merged with the words of Ada", "restored from 12"
    author = models.ForeignKey("access.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    author_name = models.CharField(max_length=160)
    at = models.DateTimeField()

    class Meta:
        ordering = ("-number", "-pk")
        indexes = (models.Index(fields=("postmortem", "what", "key", "revision"), name="version_by_part"),)

    def __str__(self) -> str:
        return f"{self.title} of {self.postmortem_id}, change {self.number}"
