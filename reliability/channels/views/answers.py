"""What the views of channels and of contact methods have in common."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from reliability.channels.domain.outcome import Outcome, Result
from reliability.channels.domain.standing import Standing, standing_of
from reliability.channels.kinds.form import KindForm
from reliability.channels.kinds.kind import Kind
from reliability.channels.models import Channel, ContactMethod
from reliability.web.errors import ProblemError
from reliability.web.refusals import show_refusal

_VERDICTS = {
    Result.DELIVERED: ("It was delivered.", "good"),
    Result.REFUSED: ("It was refused.", "bad"),
    Result.RETRY: ("It was not taken now; a page would be tried again.", "warn"),
    Result.UNKNOWN: ("Nobody knows whether it arrived; a page would be tried again.", "warn"),
}


def answer_of(outcome: Outcome, *, at: datetime) -> dict[str, Any]:
    """What the part channels/_answer.html shows."""
    verdict, tone = _VERDICTS[outcome.result]
    return {"outcome": outcome, "verdict": verdict, "tone": tone, "at": at}


def standing(target: Channel | ContactMethod) -> Standing:
    return standing_of(
        is_enabled=target.is_enabled,
        is_verified=isinstance(target, Channel) or target.verified_at is not None,
        last_success_at=target.last_success_at,
        last_failure_at=target.last_failure_at,
    )


def facts_of(kind: Kind, target: Channel | ContactMethod) -> list[tuple[str, Any]]:
    """Settings in the order and with the labels of their form; empty ones are left out."""
    fields = kind.form.base_fields
    shown = [(str(fields[name].label or name), target.config.get(name)) for name in kind.form.shown_fields()]
    return [(label, value) for label, value in shown if value not in (None, "")]


def place_mistakes(form: forms.Form, kind_form: KindForm, refusal: ProblemError) -> None:
    """Each mistake at its field, in whichever of the two forms has it. What a form found by itself it says once."""
    mine = [detail for detail in refusal.details if detail.get("field") in kind_form.fields]
    found = set(kind_form.errors)
    for detail in mine:
        if detail["field"] not in found:
            kind_form.add_error(str(detail["field"]), str(detail["message"]))
    rest = [detail for detail in refusal.details if detail not in mine]
    if rest or not mine:
        show_refusal(form, type(refusal)(refusal.message, details=rest))
