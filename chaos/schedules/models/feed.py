from __future__ import annotations

from django.db import models

from reliability.access.models import TeamScopedQuerySet


class BlackoutFeed(models.Model):
    """A calendar of somebody else's whose events are blackouts: subscribed by its address, or a file that was uploaded.

    `sealed` is the address (calendars hide their secret in it), `host` what may be shown of it. `text` is the last good
    copy; a fetch that fails leaves it, its entries and `fetched_at` as they are and sets `error`.
    """

    class Kind(models.TextChoices):
        SUBSCRIBED = "subscribed"
        UPLOADED = "uploaded"

    team = models.ForeignKey(
        "access.Team", on_delete=models.PROTECT, null=True, blank=True, related_name="chaos_blackout_feeds"
    )
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    sealed = models.BinaryField(null=True, blank=True)
    host = models.CharField(max_length=253, blank=True)
    time_zone = models.CharField(max_length=63)  # of events that name none, when the calendar names none either
    only_words = models.CharField(max_length=120, blank=True)  # only events whose title holds them
    takes_free = models.BooleanField(default=False)  # also events that are marked as free
    services = models.ManyToManyField("catalog.Service", blank=True, related_name="chaos_blackout_feeds")
    is_enabled = models.BooleanField(default=True)
    text = models.TextField(blank=True)
    etag = models.CharField(max_length=200, blank=True)
    last_modified = models.CharField(max_length=80, blank=True)
    tried_at = models.DateTimeField(null=True, blank=True)
    fetched_at = models.DateTimeField(null=True, blank=True)  # when the copy was last seen to be the newest
    content_at = models.DateTimeField(null=True, blank=True)  # when what it says last changed
    content_number = models.PositiveIntegerField(default=0)  # how often it did
    error = models.CharField(max_length=500, blank=True)
    failures_count = models.PositiveIntegerField(default=0)  # since the last success
    entries_count = models.PositiveIntegerField(default=0)
    known_until_at = models.DateTimeField(null=True, blank=True)  # entries are written out up to here
    remarks = models.JSONField(default=list, blank=True)  # what of the calendar was left out, in words
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    updated_by_name = models.CharField(max_length=160, blank=True)
    revision = models.PositiveIntegerField(default=1)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("title", "pk")

    def __str__(self) -> str:
        return self.title


class FeedEntry(models.Model):
    """One time of an event of a feed, written out. `key` stays while the calendar's UID and recurrence do."""

    feed = models.ForeignKey(BlackoutFeed, on_delete=models.CASCADE, related_name="entries")
    key = models.CharField(max_length=32)
    title = models.CharField(max_length=200)
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    is_all_day = models.BooleanField(default=False)

    class Meta:
        ordering = ("start_at", "pk")
        verbose_name_plural = "feed entries"
        constraints = (models.UniqueConstraint(fields=("feed", "key"), name="feed_entry_once"),)
        indexes = (models.Index(fields=("feed", "end_at"), name="feed_entry_by_end"),)

    def __str__(self) -> str:
        return self.title
