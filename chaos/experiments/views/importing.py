"""Experiments from files, pasted text and addresses."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from chaos.experiments.forms.importing import ImportForm
from chaos.experiments.services.importing import ImportReport, import_files, import_urls
from chaos.experiments.tabs import tabs_for
from chaos.experiments.views.choices import require_editor_somewhere, services_of_editor, teams_of_editor
from reliability.access.requests import AccessRequest
from reliability.web.errors import Conflict, Invalid
from reliability.web.refusals import show_refusal


@require_http_methods(["GET", "HEAD", "POST"])
def experiment_import(request: AccessRequest) -> HttpResponse:
    """Each is taken or refused by itself, with its reasons; what was refused can be mended and sent again."""
    require_editor_somewhere(request)
    is_sent = request.method == "POST"
    form = ImportForm(
        request.POST if is_sent else None,
        request.FILES if is_sent else None,
        teams=teams_of_editor(caller=request.caller),
        services=services_of_editor(caller=request.caller),
        initial={"team": request.GET.get("team"), "service": request.GET.get("service")},
    )
    reports: list[ImportReport] = []
    is_dry = request.POST.get("act") == "check"
    if form.is_valid():
        try:
            reports = _imported(request, form, is_dry=is_dry)
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
    refused = sum(one.change == "refused" for one in reports)
    context = {
        "tabs": tabs_for(request),
        "form": form,
        "reports": reports,
        "refused": refused,
        "taken": len(reports) - refused,
        "is_dry": is_dry,
    }
    return render(request, "experiments/import.html", context, status=422 if form.errors or refused else 200)


def _imported(request: AccessRequest, form: ImportForm, *, is_dry: bool) -> list[ImportReport]:
    data, now = form.cleaned_data, timezone.now()
    service = data["service"]
    common = {"caller": request.caller, "team_id": data["team"].pk, "now": now}
    service_id = service.pk if service else None
    reports = []
    if given := form.given():
        reports += import_files(
            **common, files=given, service_id=service_id, is_updating=data["is_updating"], is_dry=is_dry
        )
    if (addresses := form.addresses()) and not is_dry:
        reports += import_urls(**common, urls=addresses, service_id=service_id)
    return reports
