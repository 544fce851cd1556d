"""What django-axes asks us: whose attempt, from where, and what a locked-out person is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

USERNAME_LENGTH_MAX = 255  # of the column that counts the attempts


def username_of(request: HttpRequest, credentials: Mapping[str, Any] | None) -> str:
    """The address as typed, folded: writing it in another case buys no more guesses."""
    typed = (credentials or {}).get("username") or request.POST.get("username", "")
    return str(typed).replace("\0", "").strip().lower()[:USERNAME_LENGTH_MAX]


def address_of(request: HttpRequest) -> str | None:
    """The peer's address; behind a proxy the one that the proxy itself appended, which a client cannot forge."""
    if settings.BEHIND_PROXY:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        if forwarded:
            return str(forwarded)
    address: str | None = request.META.get("REMOTE_ADDR") or None
    return address


def locked_until(*, username: str, address: str | None) -> datetime | None:
    """When this address may try this name again, or None when it may now."""
    attempts = AccessAttempt.objects.filter(username=username, ip_address=address)
    newest = attempts.order_by("-attempt_time").values_list("attempt_time", flat=True).first()
    cool_off = get_cool_off()
    return newest + cool_off if newest and cool_off else None


def forget_failures(*, email: str) -> None:
    """Let the owner in again after a reset of the password."""
    AxesProxyHandler.reset_attempts(username=email.lower())


def response(
    request: HttpRequest, original: HttpResponse | None, credentials: Mapping[str, Any] | None
) -> HttpResponse:
    """429 and a page that says how long to wait."""
    now = timezone.now()
    until = locked_until(username=username_of(request, credentials), address=address_of(request))
    wait = max(until - now, timedelta(seconds=1)) if until else timedelta(seconds=1)
    page = render(request, "access/locked_out.html", {"wait": wait, "until": until}, status=429)
    page["Retry-After"] = str(int(wait.total_seconds()))
    return page
