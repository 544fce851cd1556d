"""The tree of whys, written on the page of the postmortem: each act is a form, so it works without JavaScript."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from incidents.postmortems.domain import whys as tree
from incidents.postmortems.forms.document import WhyForm
from incidents.postmortems.models import Why
from incidents.postmortems.services import whys
from incidents.postmortems.views.document import document_page
from incidents.postmortems.views.writable import back, opened, tried
from reliability.access.requests import AccessRequest
from reliability.web.errors import Conflict, Invalid, NotFound
from reliability.web.refusals import show_refusal

EDIT = "whys"
_ON_TOP = "top"


@require_POST
def why_new(request: AccessRequest, number: int) -> HttpResponse:
    """`parent` of the form: the number of what it answers, nothing on top."""
    postmortem = opened(request, number)
    parent = _number(request.POST.get("parent", ""))
    form = WhyForm(request.POST, auto_id=f"id_why{parent or ''}_%s")
    if form.is_valid():
        try:
            made = whys.add(
                caller=request.caller,
                postmortem=postmortem,
                parent_id=parent,
                text=form.cleaned_data["text"],
                now=timezone.now(),
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            return back(postmortem, edit=EDIT, anchor=f"why-{made.pk}")
    return document_page(request, postmortem, edit=EDIT, answered=(parent, form), status=422)


@require_POST
def why_change(request: AccessRequest, number: int, why_id: int) -> HttpResponse:
    """`act` of the form: save, up, down, or move (below `target`, or "top")."""
    postmortem = opened(request, number)
    if not postmortem.whys.filter(pk=why_id).exists():
        raise NotFound(f"the postmortem has no answer {why_id}")
    act = request.POST.get("act", "save")
    named: dict[str, Any] = {
        "caller": request.caller,
        "postmortem": postmortem,
        "why_id": why_id,
        "now": timezone.now(),
    }
    if act in ("up", "down"):
        tried(request, lambda: whys.step(**named, by=-1 if act == "up" else 1))
        return back(postmortem, edit=EDIT, anchor=f"why-{why_id}")
    if act == "move":
        target = request.POST.get("target", "")
        parent = None if target == _ON_TOP else _number(target)
        if target == _ON_TOP or parent is not None:
            tried(request, lambda: whys.move(**named, parent_id=parent, place=None))
        return back(postmortem, edit=EDIT, anchor=f"why-{why_id}")
    form = WhyForm(request.POST, auto_id=f"id_edit{why_id}_%s")
    if form.is_valid():
        typed = form.cleaned_data
        try:
            whys.edit(**named, text=typed["text"], expected_revision=typed["revision"])
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            return back(postmortem, edit=EDIT, anchor=f"why-{why_id}")
    return document_page(request, postmortem, edit=EDIT, changed=(why_id, form), status=422)


@require_http_methods(["GET", "HEAD", "POST"])
def why_remove(request: AccessRequest, number: int, why_id: int) -> HttpResponse:
    """With all that is below it, which is named before."""
    postmortem = opened(request, number)
    why: Why | None = postmortem.whys.filter(pk=why_id).first()
    node = tree.find(whys.nodes_of(postmortem), id=why_id)
    if why is None or node is None:
        raise NotFound(f"the postmortem has no answer {why_id}")
    if request.method == "POST":
        tried(
            request,
            lambda: whys.remove(caller=request.caller, postmortem=postmortem, why_id=why_id, now=timezone.now()),
            done="Removed; the history has it, and puts it back.",
        )
        return back(postmortem, edit=EDIT, anchor=EDIT)
    below = [f"{'– ' * (one.depth - node.depth)}{one.row.text}" for one in tree.walk(node.children)]
    context = {
        "title": "Remove this answer and all below it?" if below else "Remove this answer?",
        "losses": [node.row.text, *below],
        "keeps": "The history keeps them: they can be put back.",
        "action": f"Remove {1 + len(below)} answers" if below else "Remove the answer",
        "cancel_url": f"{reverse('postmortem-detail', args=[postmortem.pk])}?edit={EDIT}#why-{why_id}",
    }
    return render(request, "web/confirm.html", context)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
