from __future__ import annotations

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from reliability.access.domain.browser import browser_words


class Session(AbstractBaseSession):
    """A signed-in browser. Unlike Django's own table it says whose, so that a person can end them."""

    user = models.ForeignKey("access.User", on_delete=models.CASCADE, null=True, related_name="sessions")
    user_agent = models.CharField(max_length=200, blank=True)
    signed_in_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-signed_in_at", "session_key")

    def __str__(self) -> str:
        return f"session of {self.user}"

    @property
    def browser(self) -> str:
        return browser_words(self.user_agent)
