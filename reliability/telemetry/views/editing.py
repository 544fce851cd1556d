"""Sources are made, changed, tried before they are saved, and deleted."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from reliability.access.domain.caller import Role
from reliability.access.forms.why import WhyForm
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import writable_teams
from reliability.access.services.authorize import require
from reliability.telemetry.forms.source import SourceForm
from reliability.telemetry.models import Source
from reliability.telemetry.selectors import sources as selectors
from reliability.telemetry.services import sources
from reliability.telemetry.sources.kind import SettingsForm, SourceKind, TestResult
from reliability.telemetry.sources.registry import KINDS, kind_of
from reliability.telemetry.views.pages import may_create, stored_names
from reliability.web.errors import Conflict, Forbidden, Invalid
from reliability.web.refusals import show_refusal

_FIRST_KIND = next(iter(KINDS))
_NEXT_STEP = {
    True: "Test the connection before you measure from it.",
    False: "Make an objective on it, then push counts for its indicator.",
}


@require_http_methods(["GET", "HEAD", "POST"])
def source_create(request: AccessRequest) -> HttpResponse:
    if not may_create(request):
        raise Forbidden("this needs the role editor in a team: ask an administrator of yours", reason="role_too_low")
    kind = KINDS.get(request.GET.get("kind", _FIRST_KIND)) or KINDS[_FIRST_KIND]
    data = request.POST or None
    form = SourceForm(data, teams=_owners(request))
    settings_form = kind.form(data)
    result = None
    if _is_test(request):
        result = _try(request, form, settings_form, kind, None)
    elif form.is_valid() & settings_form.is_valid():
        try:
            source = sources.create(
                caller=request.caller,
                kind=kind.name,
                team=form.cleaned_data["team"],
                name=form.cleaned_data["name"],
                title=form.cleaned_data["title"],
                reason=form.cleaned_data["reason"],
                settings=_settings(settings_form),
                secrets=_secrets(settings_form),
                now=timezone.now(),
            )
        except (Invalid, Conflict) as refusal:
            _show(form, settings_form, refusal)
        else:
            messages.success(request, f"Created {source}. {_NEXT_STEP[kind.is_read]}")
            return redirect("source-detail", source.name)
    return _form_page(request, form, settings_form, kind, source=None, result=result)


@require_http_methods(["GET", "HEAD", "POST"])
def source_edit(request: AccessRequest, name: str) -> HttpResponse:
    source = _editable(request, name)
    kind = kind_of(source.kind)
    data = request.POST or None
    form = SourceForm(data, teams=_owners(request), source=source)
    settings_form = kind.form(data, initial=source.settings, stored=stored_names(source))
    result = None
    if _is_test(request):
        result = _try(request, form, settings_form, kind, source)
    elif form.is_valid() & settings_form.is_valid():
        try:
            sources.update(
                caller=request.caller,
                source=source,
                title=form.cleaned_data["title"],
                team=form.cleaned_data["team"],
                settings=_settings(settings_form),
                secrets=_secrets(settings_form),
                based_on=form.cleaned_data["based_on"],
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
            )
        except (Invalid, Conflict) as refusal:
            _show(form, settings_form, refusal)
        else:
            messages.success(request, f"Saved {source}.")
            return redirect("source-detail", name)
    return _form_page(request, form, settings_form, kind, source=source, result=result)


@require_http_methods(["GET", "HEAD", "POST"])
def source_delete(request: AccessRequest, name: str) -> HttpResponse:
    source = _editable(request, name)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            sources.delete(caller=request.caller, source=source, reason=form.cleaned_data["reason"], now=timezone.now())
        except Conflict as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"Deleted {source}.")
            return redirect("source-list")
    context = {
        "title": f"Delete {source}?",
        "losses": [f"the source {source.name} with its address and credentials"],
        "keeps": "Refused while SLIs measure from it. The audit trail keeps what it was, without the credentials.",
        "action": "Delete the source",
        "cancel_url": reverse("source-detail", args=(name,)),
        "form": form,
    }
    return render(request, "web/confirm.html", context, status=409 if form.errors else 200)


def _form_page(
    request: AccessRequest,
    form: SourceForm,
    settings_form: SettingsForm,
    kind: SourceKind,
    *,
    source: Source | None,
    result: TestResult | None,
) -> HttpResponse:
    context = {
        "form": form,
        "settings_form": settings_form,
        "kind": kind,
        "kinds": KINDS.values(),
        "source": source,
        "result": result,
        "tested_at": timezone.now(),
    }
    status = 422 if form.errors or settings_form.errors else 200
    return render(request, "telemetry/source_form.html", context, status=status)


def _try(
    request: AccessRequest, form: SourceForm, settings_form: SettingsForm, kind: SourceKind, source: Source | None
) -> TestResult | None:
    """Test what was typed, without saving it; mistakes are shown at their fields instead."""
    if not (form.is_valid() & settings_form.is_valid()):
        return None
    try:
        return sources.try_settings(
            caller=request.caller,
            team=form.cleaned_data["team"],
            kind=kind.name,
            settings=_settings(settings_form),
            secrets=_secrets(settings_form),
            source=source,
            now=timezone.now(),
        )
    except Invalid as refusal:
        _show(form, settings_form, refusal)
        return None


def _is_test(request: AccessRequest) -> bool:
    return request.method == "POST" and "test" in request.POST


def _settings(form: SettingsForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in form.base_fields if name not in form.secret_fields}


def _secrets(form: SettingsForm) -> dict[str, str | None]:
    """What was typed; None for a box that says to forget."""
    return {
        name: None if form.cleaned_data.get(f"forget_{name}") else form.cleaned_data[name]
        for name in form.secret_fields
    }


def _show(form: SourceForm, settings_form: SettingsForm, refusal: Invalid | Conflict) -> None:
    """Each mistake at its field, in whichever of the two forms has it."""
    mine = [detail for detail in refusal.details if detail.get("field") in settings_form.fields]
    for detail in mine:
        settings_form.add_error(detail["field"], detail["message"])
    rest = [detail for detail in refusal.details if detail not in mine]
    if rest or not mine:
        show_refusal(form, type(refusal)(refusal.message, details=rest))


def _editable(request: AccessRequest, name: str) -> Source:
    source = selectors.source(caller=request.caller, name=name)
    require(caller=request.caller, team_id=source.team_id, role=Role.EDITOR)
    return source


def _owners(request: AccessRequest) -> Any:
    return writable_teams(caller=request.caller, role=Role.EDITOR).order_by("name", "pk")
