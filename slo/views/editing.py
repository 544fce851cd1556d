"""Creating and editing objectives."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict, Invalid
from slo.forms.setup import SetupForms
from slo.models import Slo
from slo.selectors.slos import get_slo
from slo.services import setups, slos
from slo.services.editing import require_editor_somewhere
from slo.views.choices import choices_of
from slo.views.initial import initial_of_new, initial_of_slo
from slo.views.preview import preview_of
from slo.views.wording import differences


@require_http_methods(["GET", "POST"])
def slo_new(request: AccessRequest) -> HttpResponse:
    """The form of a new objective. `action=preview` shows its figures, `action=save` creates it."""
    require_editor_somewhere(caller=request.caller)
    choices = choices_of(caller=request.caller)
    if request.method == "GET":
        forms = SetupForms.of(choices=choices, initial=initial_of_new(request), is_new=True)
        return _page(request, forms)
    forms = SetupForms.of(choices=choices, data=request.POST, is_new=True)
    if request.POST.get("action") == "preview":
        return _page(request, forms, preview=preview_of(forms, caller=request.caller, now=timezone.now()))
    if forms.is_valid():
        try:
            slo = setups.create(
                caller=request.caller, draft=forms.draft(), sli_draft=forms.sli_draft(), now=timezone.now()
            )
        except (Invalid, Conflict) as problem:
            forms.take(problem)
        else:
            messages.success(request, f"{slo.title} is measured from now on.")
            return redirect("slo-detail", slo.name)
    return _page(request, forms, status=422)


@require_http_methods(["GET", "POST"])
def slo_edit(request: AccessRequest, name: str) -> HttpResponse:
    """The form of a change. A conflict with another editor shows both values and asks again."""
    slo = get_slo(caller=request.caller, name=name)
    require(caller=request.caller, team_id=slo.team_id, role=Role.EDITOR)
    choices = choices_of(caller=request.caller, slo=slo)
    initial = initial_of_slo(slo, caller=request.caller)
    if request.method == "GET":
        return _page(request, SetupForms.of(choices=choices, initial=initial, is_new=False), slo=slo)
    forms = SetupForms.of(choices=choices, data=request.POST, initial=initial, is_new=False)
    if request.POST.get("action") == "preview":
        preview = preview_of(forms, caller=request.caller, now=timezone.now())
        return _page(request, forms, slo=slo, preview=preview)
    conflict = None
    if forms.is_valid():
        try:
            return _save(request, slo, forms)
        except Conflict as problem:
            conflict = _conflict(request, slo, forms, problem)
        except Invalid as problem:
            forms.take(problem)
    return _page(request, forms, slo=slo, conflict=conflict, status=409 if conflict else 422)


def _save(request: AccessRequest, slo: Slo, forms: SetupForms) -> HttpResponse:
    assert forms.change is not None  # noqa: S101  an edit always has its change form
    change = forms.change.cleaned_data
    setups.update(
        caller=request.caller,
        slo=slo,
        draft=forms.draft(base=slos.draft_of(slo=slo)),
        sli_draft=forms.sli_draft(),
        now=timezone.now(),
        reason=change["reason"],
        effective_from=change["effective_from"] if change["effective"] == "past" else None,
        expected_revision=change["based_on"],
    )
    messages.success(request, "The change is saved.")
    return redirect("slo-detail", slo.name)


def _conflict(request: AccessRequest, slo: Slo, forms: SetupForms, problem: Conflict) -> dict[str, Any] | None:
    """What stands between the two editors; None (and an error at the field) when the conflict is about a name."""
    slo.refresh_from_db()
    if forms.change is None or forms.change.cleaned_data["based_on"] == slo.revision:
        forms.take(problem)
        return None
    # Saving again is a decision made with both values in sight.
    forms.change.data = dict(forms.change.data.items()) | {"based_on": str(slo.revision)}
    stored = slos.draft_of(slo=slo)
    typed = forms.draft(base=stored)
    return {
        "message": problem.message,
        "differences": differences(stored=stored, typed=typed, caller=request.caller),
    }


def _page(
    request: AccessRequest, forms: SetupForms, *, slo: Slo | None = None, status: int = 200, **context: Any
) -> HttpResponse:
    heading = f"Edit {slo.title}" if slo else "New objective"
    return render(request, "slo/form.html", {"forms": forms, "slo": slo, "heading": heading} | context, status=status)
