"""The timeline of the document: which entries stand in it, what they mean, and entries of one's own."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from incidents.postmortems.forms.document import ItemForm
from incidents.postmortems.services import timeline
from incidents.postmortems.views.document import document_page
from incidents.postmortems.views.writable import back, opened, tried
from incidents.response.tabs import tabs_for
from reliability.access.requests import AccessRequest
from reliability.web.errors import Conflict, Invalid, NotFound
from reliability.web.refusals import show_refusal

EDIT = "timeline"


@require_POST
def timeline_select(request: AccessRequest, number: int) -> HttpResponse:
    """`shown` and `selected` of the form: numbers of entries."""
    postmortem = opened(request, number)
    changed = timeline.select(
        caller=request.caller,
        postmortem=postmortem,
        shown=_numbers(request.POST.getlist("shown")),
        selected=_numbers(request.POST.getlist("selected")),
        now=timezone.now(),
    )
    words = f"{changed} entr{'y' if changed == 1 else 'ies'} changed." if changed else "Nothing to change."
    messages.success(request, words)
    return back(postmortem, anchor=EDIT)


@require_POST
def timeline_new(request: AccessRequest, number: int) -> HttpResponse:
    postmortem = opened(request, number)
    form = ItemForm(request.POST)
    if form.is_valid():
        typed = form.cleaned_data
        try:
            timeline.write(
                caller=request.caller,
                postmortem=postmortem,
                at=typed["at"].replace(tzinfo=UTC),
                text=typed["text"],
                now=timezone.now(),
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            return back(postmortem, edit=EDIT, anchor=EDIT)
    return document_page(request, postmortem, edit=EDIT, item_form=form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
def timeline_item(request: AccessRequest, number: int, item_id: int) -> HttpResponse:
    """One entry: its words, its instant, what it means. `act`: save or remove."""
    postmortem = opened(request, number)
    item = postmortem.timeline.filter(pk=min(item_id, 2**63 - 1), removed_at=None).first()
    if item is None:
        raise NotFound(f"the timeline has no entry {item_id}")
    initial = {
        "at": item.at.astimezone(UTC).replace(tzinfo=None),
        "text": item.text,
        "annotation": item.annotation,
        "is_selected": item.is_selected,
        "revision": item.revision,
    }
    named: dict[str, Any] = {
        "caller": request.caller,
        "postmortem": postmortem,
        "item_id": item.pk,
        "now": timezone.now(),
    }
    if request.method == "POST" and request.POST.get("act") == "remove":
        tried(request, lambda: timeline.remove(**named), done="Removed; the history has it.")
        return back(postmortem, edit=EDIT, anchor=EDIT)
    form = ItemForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        typed = form.cleaned_data
        try:
            timeline.edit(
                **named,
                at=typed["at"].replace(tzinfo=UTC),
                text=typed["text"],
                annotation=typed["annotation"],
                is_selected=typed["is_selected"],
                expected_revision=typed["revision"],
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
            if isinstance(problem, Conflict):
                item.refresh_from_db()
                form.data = dict(form.data.items()) | {"revision": str(item.revision)}
        else:
            return back(postmortem, edit=EDIT, anchor=f"item-{item.pk}")
    context = {"place_tabs": tabs_for(request), "postmortem": postmortem, "item": item, "form": form}
    return render(request, "postmortems/item.html", context, status=422 if form.errors else 200)


def _numbers(texts: list[str]) -> set[int]:
    return {int(text) for text in texts[:5_000] if text.isascii() and text.isdigit() and len(text) < 19}
