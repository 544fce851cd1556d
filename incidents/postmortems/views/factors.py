"""Contributing factors, written on the page of the postmortem."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from incidents.postmortems.forms.document import FactorForm
from incidents.postmortems.services import factors
from incidents.postmortems.views.document import document_page
from incidents.postmortems.views.writable import back, opened, tried
from reliability.access.requests import AccessRequest
from reliability.web.errors import Conflict, Invalid
from reliability.web.refusals import show_refusal

EDIT = "factors"


@require_POST
def factor_new(request: AccessRequest, number: int) -> HttpResponse:
    postmortem = opened(request, number)
    form = FactorForm(request.POST)
    if form.is_valid():
        try:
            made = factors.add(
                caller=request.caller,
                postmortem=postmortem,
                category=form.cleaned_data["category"],
                text=form.cleaned_data["text"],
                now=timezone.now(),
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            return back(postmortem, edit=EDIT, anchor=f"factor-{made.pk}")
    return document_page(request, postmortem, edit=EDIT, factor_form=form, status=422)


@require_POST
def factor_change(request: AccessRequest, number: int, factor_id: int) -> HttpResponse:
    """`act` of the form: save, up, down or remove."""
    postmortem = opened(request, number)
    act, now, caller = request.POST.get("act", "save"), timezone.now(), request.caller
    named: dict[str, Any] = {"caller": caller, "postmortem": postmortem, "factor_id": factor_id, "now": now}
    if act in ("up", "down"):
        tried(request, lambda: factors.move(**named, by=-1 if act == "up" else 1))
        return back(postmortem, edit=EDIT, anchor=f"factor-{factor_id}")
    if act == "remove":
        tried(request, lambda: factors.remove(**named), done="The factor was removed; the history has its words.")
        return back(postmortem, edit=EDIT, anchor=EDIT)
    form = FactorForm(request.POST, auto_id=f"id_factor{factor_id}_%s")
    if form.is_valid():
        typed = form.cleaned_data
        try:
            factors.edit(**named, category=typed["category"], text=typed["text"], expected_revision=typed["revision"])
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            return back(postmortem, edit=EDIT, anchor=f"factor-{factor_id}")
    return document_page(request, postmortem, edit=EDIT, changed=(factor_id, form), status=422)
