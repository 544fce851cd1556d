"""The title of a postmortem, who facilitates, its tags, and the dates of an imported one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from incidents.postmortems.domain.dates import TITLES
from incidents.postmortems.domain.states import State
from incidents.postmortems.forms.document import HeadForm, ImportedHeadForm
from incidents.postmortems.models import Postmortem
from incidents.postmortems.services import postmortems
from incidents.postmortems.views.writable import opened
from incidents.response.tabs import tabs_for
from reliability.access.requests import AccessRequest
from reliability.web.errors import Conflict, Invalid
from reliability.web.refusals import show_refusal


def heading_of(postmortem: Postmortem) -> str:
    """What may be changed there: the dates of an imported one, too."""
    return f"Title, {'dates, ' if postmortem.incident_id is None else ''}facilitator and tags"


@require_http_methods(["GET", "HEAD", "POST"])
def postmortem_edit(request: AccessRequest, number: int) -> HttpResponse:
    postmortem = opened(request, number)
    people = postmortems.facilitators(postmortem=postmortem)
    initial = {
        "title": postmortem.title,
        "facilitator": str(postmortem.facilitator_id or ""),
        "tags": ", ".join(tag.name for tag in postmortem.tags.all()),
        "revision": postmortem.revision,
    }
    data = request.POST if request.method == "POST" else None
    if postmortem.incident_id is None:
        initial |= {column: getattr(postmortem, column) for column in TITLES}
        is_published = postmortem.state == State.PUBLISHED
        form: HeadForm = ImportedHeadForm(data, people=people, initial=initial, is_published=is_published)
    else:
        form = HeadForm(data, people=people, initial=initial)
    if form.is_valid():
        chosen = form.facilitator_id
        try:
            postmortems.edit(
                caller=request.caller,
                postmortem=postmortem,
                title=form.cleaned_data["title"],
                facilitator_id=chosen,
                is_without_facilitator=chosen is None,
                tags=form.tag_names,
                dates=form.dates if isinstance(form, ImportedHeadForm) else None,
                expected_revision=form.cleaned_data["revision"],
                now=timezone.now(),
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
            # Saving again is a decision made with both in sight.
            if isinstance(problem, Conflict):
                postmortem.refresh_from_db(fields=("revision",))
                form.data = dict(form.data.items()) | {"revision": str(postmortem.revision)}
        else:
            messages.success(request, "Saved.")
            return redirect("postmortem-detail", postmortem.pk)
    context = {
        "place_tabs": tabs_for(request),
        "postmortem": postmortem,
        "form": form,
        "heading": heading_of(postmortem),
        "refused": [(user, why) for user, why in people if why],
    }
    return render(request, "postmortems/edit.html", context, status=422 if form.errors else 200)
