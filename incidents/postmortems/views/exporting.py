"""A postmortem as a file, and as a page to print."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from incidents.postmortems.domain.exporting import file_name, to_json, to_markdown
from incidents.postmortems.domain.facilitation import TITLES
from incidents.postmortems.selectors.exported import exported
from incidents.postmortems.selectors.postmortems import postmortem as get_postmortem
from reliability.access.requests import AccessRequest
from reliability.web.errors import NotFound

_FORMATS = {
    "md": (to_markdown, "text/markdown; charset=utf-8"),
    "json": (to_json, "application/json; charset=utf-8"),
}


@require_safe
def postmortem_export(request: AccessRequest, number: int, ending: str) -> HttpResponse:
    """ending: md or json."""
    postmortem = get_postmortem(caller=request.caller, number=number)
    document = exported(caller=request.caller, postmortem=postmortem)
    if ending not in _FORMATS:
        raise NotFound("there is no such download: choose md or json")
    write, kind = _FORMATS[ending]
    response = HttpResponse(write(document), content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{file_name(document, ending)}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def postmortem_print(request: AccessRequest, number: int) -> HttpResponse:
    """All of it in one column; the browser's own dialogue makes a PDF of it."""
    postmortem = get_postmortem(caller=request.caller, number=number)
    document = exported(caller=request.caller, postmortem=postmortem)
    context = {"postmortem": postmortem, "document": document, "titles": TITLES, "now": timezone.now()}
    return render(request, "postmortems/print.html", context)
