"""Pages of delivery integrations: list, one with what came in, form, keys, reading again, deletion."""

from __future__ import annotations

import zlib
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reliability.access.domain.caller import Role
from reliability.access.domain.visible import visible
from reliability.access.forms.why import WhyForm
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.access.services.rotating_keys import NewKey
from reliability.access.views.rotating_keys import KeyPages
from reliability.delivery.domain.kinds import KINDS
from reliability.delivery.domain.recipes import recipes
from reliability.delivery.forms.filters import IntegrationFilterForm
from reliability.delivery.forms.integration import IntegrationForm
from reliability.delivery.models import DeliveryIntegration, DeliveryKey, RawDelivery
from reliability.delivery.selectors import integrations as selectors
from reliability.delivery.services import integrations, replaying
from reliability.delivery.services.integrations import Settings
from reliability.delivery.services.keys import keys
from reliability.delivery.tabs import tabs_for
from reliability.delivery.views import choices
from reliability.web.errors import Conflict, Invalid
from reliability.web.pagination import page_of
from reliability.web.refusals import show_refusal

_KEY_WORD = "YOUR-KEY"
_BODY_SHOWN_MAX = 64 * 1024


@require_safe
def integration_list(request: AccessRequest) -> HttpResponse:
    now = timezone.now()
    form = IntegrationFilterForm(request.GET, teams=choices.readable(request))
    page = page_of(request, selectors.list_integrations(caller=request.caller, **form.wanted()))
    rows = [
        {
            "integration": one,
            "kind": KINDS[one.kind],
            "health": selectors.health_of(one, now=now),
            "service": visible(caller=request.caller, related=one.service),
        }
        for one in page
    ]
    context = {
        "form": form,
        "page": page,
        "rows": rows,
        "is_narrowed": any(request.GET.get(name) for name in form.fields),
        "may_create": choices.may_create(request),
        "tabs": tabs_for(request),
    }
    return render(request, "delivery/integrations.html", context)


@require_safe
def integration_detail(request: AccessRequest, name: str) -> HttpResponse:
    return _detail_page(request, selectors.integration(caller=request.caller, name=name))


@require_safe
def integration_payload(request: AccessRequest, name: str, payload_id: int) -> HttpResponse:
    integration = selectors.integration(caller=request.caller, name=name)
    payload = selectors.payload(integration=integration, payload_id=payload_id)
    body = zlib.decompress(payload.body)
    text = body[:_BODY_SHOWN_MAX].decode(errors="backslashreplace").replace("\x00", "\\x00")
    rest = max(len(body) - _BODY_SHOWN_MAX, 0)
    context = {"integration": integration, "payload": payload, "body": text, "rest": rest}
    return render(request, "delivery/payload.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def integration_create(request: AccessRequest) -> HttpResponse:
    """The key of what was made is in the answer, once."""
    choices.require_some_team(request)
    kind = KINDS.get(request.GET.get("kind", "github")) or KINDS["github"]
    form = IntegrationForm(
        request.POST or None, kind=kind, teams=choices.owners(request), services=choices.services(request), owned=None
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = integrations.create(
                caller=request.caller,
                team=form.cleaned_data["team"],
                name=form.cleaned_data["name"],
                kind=kind.name,
                settings=_settings(form),
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
            )
        except (Invalid, Conflict) as refusal:
            _show(form, refusal)
        else:
            messages.success(request, f"Created {made.integration}.")
            return _detail_page(request, made.integration, made=made.key, status=201)
    context = {"form": form, "kind": kind, "kinds": KINDS.values(), "integration": None}
    return render(request, "delivery/integration_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def integration_edit(request: AccessRequest, name: str) -> HttpResponse:
    integration = _editable(request, name)
    kind = KINDS[integration.kind]
    form = IntegrationForm(
        request.POST or None,
        kind=kind,
        teams=choices.owners(request),
        services=choices.services(request),
        owned=integration,
    )
    if request.method == "POST" and form.is_valid():
        try:
            integrations.update(
                caller=request.caller,
                integration=integration,
                settings=_settings(form),
                revision=form.cleaned_data["revision"] or 0,
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
            )
        except (Invalid, Conflict) as refusal:
            _show(form, refusal)
        else:
            messages.success(request, f"Saved {integration}. What was rejected can be read again.")
            return redirect("delivery-integration", name)
    context = {"form": form, "kind": kind, "integration": integration}
    return render(request, "delivery/integration_form.html", context, status=422 if form.errors else 200)


@require_POST
def integration_replay(request: AccessRequest, name: str) -> HttpResponse:
    integration = _editable(request, name)
    is_everything = request.POST.get("what") == "everything"
    count = replaying.replay(
        caller=request.caller, integration=integration, is_everything=is_everything, now=timezone.now()
    )
    noun = "payload is" if count == 1 else "payloads are"
    words = f"{count:,} {noun} read again, which takes a moment." if count else "There is nothing to read again."
    messages.success(request, words)
    return redirect("delivery-integration", name)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def integration_rotate(request: AccessRequest, name: str) -> HttpResponse:
    integration = _editable(request, name)
    return _key_pages(integration).rotate(request, shown=lambda made: _detail_page(request, integration, made=made))


@require_http_methods(["GET", "HEAD", "POST"])
def integration_revoke_key(request: AccessRequest, name: str, key_id: int) -> HttpResponse:
    return _key_pages(_editable(request, name)).revoke(request, key_id=key_id)


@require_http_methods(["GET", "HEAD", "POST"])
def integration_delete(request: AccessRequest, name: str) -> HttpResponse:
    integration = _editable(request, name)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        integrations.delete(
            caller=request.caller, integration=integration, reason=form.cleaned_data["reason"], now=timezone.now()
        )
        messages.success(request, f"Deleted {integration}.")
        return redirect("delivery-integration-list")
    context = {
        "title": f"Delete {integration}?",
        "losses": ["its keys: what is still sent with them is refused", "its settings and the payloads it kept"],
        "keeps": "Deployments, commits and changes that came from it stay, and so does the audit trail.",
        "action": "Delete the integration",
        "cancel_url": reverse("delivery-integration", args=(name,)),
        "form": form,
    }
    return render(request, "web/confirm.html", context, status=422 if form.errors else 200)


def _detail_page(
    request: AccessRequest,
    integration: DeliveryIntegration,
    *,
    made: NewKey[DeliveryKey] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of one; *made* is shown this once, within what is to be copied."""
    now = timezone.now()
    address = f"{settings.PUBLIC_URL}{reverse('delivery-in', args=(integration.name,))}"
    state = request.GET.get("state", "")
    state = state if state in RawDelivery.State.values else ""
    context = {
        "integration": integration,
        "kind": KINDS[integration.kind],
        "health": selectors.health_of(integration, now=now),
        "made": made,
        "recipes": recipes(kind=integration.kind, address=address, key=made.text if made else _KEY_WORD),
        "keys": keys.in_force(integration=integration, now=now),
        "service": visible(caller=request.caller, related=integration.service),
        "facts": _facts(integration),
        "rejects_count": getattr(integration, "rejects_count", 0),
        "page": page_of(request, selectors.payloads_of(integration=integration, state=state)),
        "state": state,
        "may_edit": request.caller.may(integration.team_id, Role.EDITOR),
        "tabs": tabs_for(request),
    }
    return render(request, "delivery/integration.html", context, status=status)


def _key_pages(integration: DeliveryIntegration) -> KeyPages[DeliveryKey]:
    return KeyPages(
        keys=keys,
        integration=integration,
        address=reverse("delivery-integration", args=(integration.name,)),
        trail=[("Delivery integrations", reverse("delivery-integration-list"))],
        lost="every deployment that is still told",
        refused="what is sent with it is refused",
    )


def _facts(integration: DeliveryIntegration) -> list[tuple[str, Any]]:
    """The settings of its kind with the labels of the form; pairs and lists in words."""
    found = []
    for name, value in integration.config.items():
        label = IntegrationForm.base_fields[name].label if name in IntegrationForm.base_fields else name
        if isinstance(value, dict):
            value = ", ".join(f"{left} = {right}" for left, right in value.items())
        found.append((str(label), ", ".join(value) if isinstance(value, list) else "yes" if value is True else value))
    return found


def _editable(request: AccessRequest, name: str) -> DeliveryIntegration:
    integration = selectors.integration(caller=request.caller, name=name)
    require(caller=request.caller, team_id=integration.team_id, role=Role.EDITOR)
    return integration


def _settings(form: IntegrationForm) -> Settings:
    return Settings(
        title=form.cleaned_data["title"],
        service=form.cleaned_data["service"],
        config=form.config(),
        is_enabled=form.cleaned_data["is_enabled"],
    )


def _show(form: IntegrationForm, refusal: Invalid | Conflict) -> None:
    """Each mistake at its field: config.services is the field services."""
    details = [detail | {"field": str(detail.get("field", "")).removeprefix("config.")} for detail in refusal.details]
    show_refusal(form, type(refusal)(refusal.message, details=details))
