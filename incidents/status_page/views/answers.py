"""How pages of this room answer a change: said in words, or refused with what stands in its way."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from reliability.web.errors import Conflict, Invalid, ProblemError
from reliability.web.refusals import show_refusal


def attempt(request: HttpRequest, act: Callable[[], object], *, words: str = "") -> bool:
    """Do it and say so; or say what stands in its way."""
    try:
        act()
    except (Invalid, Conflict) as problem:
        messages.error(request, _sentence(problem))
        return False
    if words:
        messages.success(request, words)
    return True


def saved(form: forms.Form, act: Callable[[], object]) -> bool:
    """Do it with a valid form; a refusal stands at its field."""
    try:
        act()
    except (Invalid, Conflict) as problem:
        show_refusal(form, problem)
        return False
    return True


def _sentence(problem: ProblemError) -> str:
    return problem.message[:1].upper() + problem.message[1:]
