"""Creating and changing an integration; a mapping can be tried before it is saved."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from incidents.intake.forms.integration import IntegrationForm
from incidents.intake.forms.mapping import BodyForm
from incidents.intake.models import Integration
from incidents.intake.selectors import integrations as selectors
from incidents.intake.services import integrations
from incidents.intake.services.integrations import Settings
from incidents.intake.sources.generic.mapping import Preview, read
from incidents.intake.sources.generic.presets import PRESETS, Preset
from incidents.intake.sources.kind import ConfigForm, IntegrationKind
from incidents.intake.sources.registry import KINDS, kind_of
from incidents.intake.views import choices
from incidents.intake.views.integrations import detail_page, editable
from reliability.access.requests import AccessRequest
from reliability.web.errors import Conflict, Invalid
from reliability.web.refusals import show_refusal

_FIRST_KIND = next(iter(KINDS))
_GENERIC = "generic"
_PREFIX = "config"  # both forms have a title and labels


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def integration_create(request: AccessRequest) -> HttpResponse:
    """The key of what was made is in the answer, once."""
    choices.require_some_team(request)
    kind = KINDS.get(request.GET.get("kind", _FIRST_KIND)) or KINDS[_FIRST_KIND]
    preset = PRESETS.get(request.GET.get("preset", "")) if kind.name == _GENERIC else None
    data = request.POST or None
    form = _form(request, data, None)
    config_form = kind.form(data, prefix=_PREFIX, initial=kind.form.initial_of(preset.config) if preset else None)
    if request.method == "POST" and "try" not in request.POST and form.is_valid() & config_form.is_valid():
        try:
            made = integrations.create(
                caller=request.caller,
                team=form.cleaned_data["team"],
                name=form.cleaned_data["name"],
                kind=kind.name,
                settings=_settings(form, config_form),
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
            )
        except (Invalid, Conflict) as refusal:
            _show(form, config_form, refusal)
        else:
            messages.success(request, f"Created {made.integration}.")
            return detail_page(request, made.integration, made=made.key, status=201)
    return _page(request, form, config_form, kind, integration=None, preset=preset)


@require_http_methods(["GET", "HEAD", "POST"])
def integration_edit(request: AccessRequest, name: str) -> HttpResponse:
    integration = editable(request, name)
    kind = kind_of(integration.kind)
    data = request.POST or None
    form = _form(request, data, integration)
    config_form = kind.form(
        data,
        prefix=_PREFIX,
        initial=kind.form.initial_of(integration.config),
        stored=selectors.secret_names(integration),
    )
    if request.method == "POST" and "try" not in request.POST and form.is_valid() & config_form.is_valid():
        try:
            integrations.update(
                caller=request.caller,
                integration=integration,
                settings=_settings(form, config_form),
                revision=form.cleaned_data["revision"] or 0,
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
            )
        except (Invalid, Conflict) as refusal:
            _show(form, config_form, refusal)
        else:
            messages.success(request, f"Saved {integration}.")
            return redirect("integration-detail", name)
    return _page(request, form, config_form, kind, integration=integration, preset=None)


def _form(request: AccessRequest, data: Any, integration: Integration | None) -> IntegrationForm:
    return IntegrationForm(
        data, teams=choices.owners(request), services=choices.services(request), integration=integration
    )


def _settings(form: IntegrationForm, config_form: ConfigForm) -> Settings:
    return Settings(
        title=form.cleaned_data["title"],
        service=form.cleaned_data["service"],
        policy=form.cleaned_data["policy"],
        grouping=form.grouping(),
        config=config_form.config(),
        secrets=config_form.secrets(),
        is_enabled=form.cleaned_data["is_enabled"],
    )


def _page(
    request: AccessRequest,
    form: IntegrationForm,
    config_form: ConfigForm,
    kind: IntegrationKind,
    *,
    integration: Integration | None,
    preset: Preset | None,
) -> HttpResponse:
    body_form = BodyForm(request.POST or None, initial={"sample": _sample(preset)})
    preview = _preview(request, config_form, body_form) if kind.name == _GENERIC else None
    context = {
        "form": form,
        "config_form": config_form,
        "kind": kind,
        "kinds": KINDS.values(),
        "integration": integration,
        "preset": preset,
        "presets": PRESETS.values() if kind.name == _GENERIC and integration is None else (),
        "body_form": body_form if kind.name == _GENERIC else None,
        "preview": preview,
        "is_try": "try" in request.POST,
    }
    if "try" in request.POST:
        form.errors.clear()  # a mapping can be tried before anything else is filled in
    has_errors = bool(form.is_bound and "try" not in request.POST and (form.errors or config_form.errors))
    return render(request, "intake/integration_form.html", context, status=422 if has_errors else 200)


def _preview(request: AccessRequest, config_form: ConfigForm, body_form: BodyForm) -> Preview | None:
    """What the mapping as typed makes of the body as pasted; nothing is stored."""
    if request.method != "POST" or not (config_form.is_valid() & body_form.is_valid()):
        return None
    sample = body_form.cleaned_data["sample"]
    if sample is None:
        return None
    return read(sample, config=config_form.config(), alerts_max=min(settings.INTAKE_ALERTS_MAX, 20))


def _sample(preset: Preset | None) -> str:
    return "" if preset is None else preset.sample_text()


def _show(form: IntegrationForm, config_form: ConfigForm, refusal: Invalid | Conflict) -> None:
    """Each mistake at its field, in whichever of the two forms has it."""
    mine = [detail for detail in refusal.details if _name(detail) in config_form.fields]
    for detail in mine:
        config_form.add_error(_name(detail), detail["message"])
    rest = [detail for detail in refusal.details if detail not in mine]
    if rest or not mine:
        show_refusal(form, type(refusal)(refusal.message, details=rest))


def _name(detail: dict[str, Any]) -> str:
    """The field of the kind's form that a path such as config.key means; blank for others."""
    room, _, name = str(detail.get("field", "")).partition(".")
    return name if room in ("config", "secrets") else ""
