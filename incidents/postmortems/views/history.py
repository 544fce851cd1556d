"""Every change of a postmortem, the difference of each, and putting it back."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from incidents.postmortems.domain.differences import lines_between
from incidents.postmortems.models import Postmortem, Version
from incidents.postmortems.selectors.history import PARTS, history_of, runs_of
from incidents.postmortems.selectors.postmortems import postmortem as get_postmortem
from incidents.postmortems.services import restoring
from incidents.postmortems.views.writable import tried
from incidents.response.tabs import tabs_for
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.web.errors import NotFound
from reliability.web.pagination import page_of

PER_PAGE = 100


@require_safe
def postmortem_history(request: AccessRequest, number: int) -> HttpResponse:
    """The newest first; `?part=summary` shows one section's. What one person saved in a row is one line."""
    postmortem = _of_team(request, number)
    part = request.GET.get("part", "")
    titles = dict(postmortem.sections.values_list("slug", "title")) | PARTS
    part = part if part in titles else ""
    page = page_of(request, history_of(postmortem=postmortem, part=part), per_page=PER_PAGE)
    context = {
        "place_tabs": tabs_for(request),
        "postmortem": postmortem,
        "page": page,
        "runs": runs_of(list(page.object_list)),
        "part": part,
        "parts": list(titles.items()),
    }
    return render(request, "postmortems/history.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def postmortem_version(request: AccessRequest, number: int, version_id: int) -> HttpResponse:
    """What one change changed; `?since=12`: everything of the part from that change on. POST puts it back."""
    postmortem = _of_team(request, number)
    version = _version(postmortem, version_id)
    may_write = request.caller.may(postmortem.team_id, Role.RESPONDER)
    if request.method == "POST":
        require(caller=request.caller, team_id=postmortem.team_id, role=Role.RESPONDER)
        is_done = tried(
            request,
            lambda: restoring.restore(
                caller=request.caller, postmortem=postmortem, version=version, now=timezone.now()
            ),
            done=f"{version.title} is as it was; the history keeps what it replaced.",
        )
        if is_done:
            return redirect("postmortem-detail", postmortem.pk)
    since = request.GET.get("since", "")
    first = _version(postmortem, int(since)) if since.isascii() and since.isdigit() and len(since) < 19 else version
    first = first if (first.what, first.key) == (version.what, version.key) else version
    context = {
        "place_tabs": tabs_for(request),
        "postmortem": postmortem,
        "version": version,
        "first": first,
        "lines": lines_between(before=first.before, after=version.after),
        "may_restore": may_write and version.what in restoring.RESTORABLE,
        "is_removal": version.note == "removed",
    }
    return render(request, "postmortems/version.html", context)


def _of_team(request: AccessRequest, number: int) -> Postmortem:
    """History is of those who may read the team's drafts: former words are not published. Raises NotFound."""
    postmortem = get_postmortem(caller=request.caller, number=number)
    if not request.caller.may_read(postmortem.team_id):
        raise NotFound("the history of a postmortem is read by its team")
    return postmortem


def _version(postmortem: Postmortem, version_id: int) -> Version:
    found = postmortem.versions.filter(pk=min(version_id, 2**63 - 1)).first()
    if found is None:
        raise NotFound(f"the history has no change {version_id}")
    return found
