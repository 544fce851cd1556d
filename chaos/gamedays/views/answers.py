"""How pages of game days answer a change: htmx hears that the room changed, a plain form gets its page again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse

from chaos.gamedays.models import GameDay
from reliability.access.requests import AccessRequest
from reliability.web.errors import Conflict, Invalid, ProblemError

LINES_MAX = 6


def page_of_day(game_day: GameDay, anchor: str = "") -> HttpResponseRedirect:
    """Back to the plan, at *anchor*."""
    return redirect(reverse("game-day", args=[game_day.pk]) + (f"#{anchor}" if anchor else ""))


def attempt(request: AccessRequest, act: Callable[[], Any], *, words: str) -> bool:
    """Do it and say so in *words*; or say what stands in its way, with its reasons."""
    try:
        act()
    except (Invalid, Conflict) as problem:
        messages.error(request, refusal_text(problem))
        return False
    if words:
        messages.success(request, words)
    return True


def refusal_text(problem: ProblemError) -> str:
    """One sentence, and each detail after it."""
    said = [str(one["message"]) for one in problem.details if one.get("message")]
    lines = [one for one in said if one != problem.message][:LINES_MAX]
    text = problem.message[:1].upper() + problem.message[1:]
    return text if not lines else f"{text}: {'; '.join(lines)}"
