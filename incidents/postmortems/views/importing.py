"""Importing postmortems that were written elsewhere: choose, see what was recognised, create."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from incidents.postmortems.domain.importing import Imported, ImportTooLargeError, read, read_bytes
from incidents.postmortems.forms.acts import FILES_MAX, ImportForm
from incidents.postmortems.services import importing
from incidents.response.tabs import tabs_for
from reliability.access.domain.caller import Role
from reliability.access.models import Team
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict, Forbidden, Invalid

_SALT = "incidents.postmortems.import"
_PACKED_MAX = 2_000_000  # a form of ours may have 2.5 MB


@dataclass(frozen=True, slots=True)
class Preview:
    """packed: name and text, signed, carried by the page: nothing is stored before somebody says so."""

    name: str
    imported: Imported
    packed: str


@require_http_methods(["GET", "HEAD", "POST"])
def postmortem_import(request: AccessRequest) -> HttpResponse:
    teams = readable_teams(caller=request.caller).order_by("name", "pk")
    writable = [team.pk for team in teams if request.caller.may(team.pk, Role.RESPONDER)]
    if not writable:
        raise Forbidden("you may not write in any team: ask an administrator for the role responder")
    if request.POST.get("act") == "create":
        return _create(request, teams.filter(pk__in=writable).filter(slug=request.POST.get("team", "")).first())
    form = ImportForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        teams=teams.filter(pk__in=writable),
    )
    previews: list[Preview] = []
    if form.is_valid():
        previews = _previews(form)
    context = {
        "place_tabs": tabs_for(request),
        "form": form,
        "previews": previews if not form.errors else [],
        "team": form.cleaned_data.get("team") if form.is_bound and not form.errors else None,
    }
    return render(request, "postmortems/import.html", context, status=422 if form.errors else 200)


def _previews(form: ImportForm) -> list[Preview]:
    found = []
    try:
        for one in form.cleaned_data["documents"]:
            found.append(_preview(one.name or "", read_bytes(content=one.read(), name=one.name or "")))
        if form.cleaned_data["text"].strip():
            found.append(_preview("", read(text=form.cleaned_data["text"])))
    except ImportTooLargeError as problem:
        form.add_error("documents", str(problem))
    if sum(len(one.packed) for one in found) > _PACKED_MAX:
        form.add_error("documents", "together they are too large for one preview: send fewer at once")
    return found


def _preview(name: str, imported: Imported) -> Preview:
    return Preview(name[:200], imported, signing.dumps([name[:200], imported.raw], salt=_SALT, compress=True))


def _create(request: AccessRequest, team: Team | None) -> HttpResponse:
    if team is None:
        raise Invalid(details=[{"field": "team", "message": "choose a team you may write in"}])
    require(caller=request.caller, team_id=team.pk, role=Role.RESPONDER)
    made = []
    for index, packed in enumerate(request.POST.getlist("packed")[: FILES_MAX + 1]):
        if f"keep-{index}" not in request.POST:
            continue
        try:
            name, text = signing.loads(packed, salt=_SALT, max_age=86_400)
        except signing.BadSignature:
            messages.error(request, "The preview is older than a day: choose the files again.")
            return redirect("postmortem-import")
        try:
            made.append(
                importing.create(
                    caller=request.caller,
                    team_id=team.pk,
                    imported=read(text=text, name=name),
                    name=name,
                    with_actions=f"actions-{index}" in request.POST,
                    now=timezone.now(),
                )
            )
        except (Invalid, Conflict) as problem:
            messages.error(request, f"{name or 'The text'}: {problem.message}")
    if len(made) == 1:
        messages.success(request, "Imported. What was not recognised stands in sections of its own.")
        return redirect("postmortem-detail", made[0].pk)
    messages.success(request, f"{len(made)} postmortems imported.")
    return redirect("postmortem-list")
