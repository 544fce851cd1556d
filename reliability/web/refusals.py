"""A service's refusal, shown in the form that caused it."""

from __future__ import annotations

from django import forms

from reliability.web.errors import ProblemError


def show_refusal(form: forms.BaseForm, problem: ProblemError) -> None:
    """Put each detail of *problem* at its field, and what belongs to no field above the form."""
    placed = False
    for detail in problem.details:
        name = str(detail.get("field", ""))
        if name in form.fields:
            form.add_error(name, str(detail["message"]))
            placed = True
        elif detail.get("message"):
            form.add_error(None, str(detail["message"]))
            placed = True
    if not placed:
        form.add_error(None, problem.message)
