"""Pages of integrations: list, one with its health, keys, deletion."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from incidents.intake.domain.grouping import Grouping
from incidents.intake.forms.filter import IntegrationFilterForm
from incidents.intake.models import Integration, IntegrationKey
from incidents.intake.selectors import integrations as selectors
from incidents.intake.services import integrations
from incidents.intake.services.keys import keys
from incidents.intake.services.routing import Routing
from incidents.intake.sources.kind import Access
from incidents.intake.sources.registry import kind_of
from incidents.intake.views import choices
from incidents.response.models import Alert
from reliability.access.domain.caller import Role
from reliability.access.domain.visible import visible
from reliability.access.forms.why import WhyForm
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.access.services.rotating_keys import NewKey
from reliability.access.views.rotating_keys import KeyPages
from reliability.web.pagination import page_of

_KEY_WORD = "YOUR-INTEGRATION-KEY"


@require_safe
def integration_list(request: AccessRequest) -> HttpResponse:
    now = timezone.now()
    form = IntegrationFilterForm(request.GET, teams=choices.readable(request))
    page = page_of(request, selectors.list_integrations(caller=request.caller, **form.wanted(), now=now))
    context = {
        "form": form,
        "page": page,
        "rows": [
            {
                "integration": one,
                "kind": kind_of(one.kind),
                "health": selectors.health_of(one, now=now),
                "service": visible(caller=request.caller, related=one.service),
            }
            for one in page
        ],
        "is_narrowed": any(request.GET.get(name) for name in form.fields),
        "may_create": choices.may_create(request),
    }
    return render(request, "intake/integrations.html", context)


@require_safe
def integration_detail(request: AccessRequest, name: str) -> HttpResponse:
    integration = selectors.integration(caller=request.caller, name=name)
    return detail_page(request, integration)


@require_safe
def integration_health(request: AccessRequest, name: str) -> HttpResponse:
    """The part of the page that refreshes itself."""
    integration = selectors.integration(caller=request.caller, name=name)
    return render(request, "intake/_integration_live.html", _live(request, integration))


@require_safe
def integration_reject(request: AccessRequest, name: str, reject_id: int) -> HttpResponse:
    integration = selectors.integration(caller=request.caller, name=name)
    reject = selectors.reject(integration=integration, reject_id=reject_id)
    return render(request, "intake/reject.html", {"integration": integration, "reject": reject})


@require_POST
def integration_forget_rejects(request: AccessRequest, name: str) -> HttpResponse:
    integration = editable(request, name)
    count = integrations.forget_rejects(caller=request.caller, integration=integration, now=timezone.now())
    messages.success(request, f"Forgot {count} rejects.")
    return redirect("integration-detail", name)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def integration_rotate(request: AccessRequest, name: str) -> HttpResponse:
    integration = editable(request, name)
    return _key_pages(integration).rotate(request, shown=lambda made: detail_page(request, integration, made=made))


@require_http_methods(["GET", "HEAD", "POST"])
def integration_revoke_key(request: AccessRequest, name: str, key_id: int) -> HttpResponse:
    return _key_pages(editable(request, name)).revoke(request, key_id=key_id)


@require_http_methods(["GET", "HEAD", "POST"])
def integration_delete(request: AccessRequest, name: str) -> HttpResponse:
    integration = editable(request, name)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        integrations.delete(
            caller=request.caller, integration=integration, reason=form.cleaned_data["reason"], now=timezone.now()
        )
        messages.success(request, f"Deleted {integration}.")
        return redirect("integration-list")
    still_open = selectors.open_alerts_count(integration=integration)
    context = {
        "title": f"Delete {integration}?",
        "losses": [
            "its keys: what is still sent with them is refused",
            "its settings, its rejects and the silences that name it",
            *([f"the way by which {still_open} open alerts are resolved from outside"] if still_open else []),
        ],
        "keeps": "Alerts and incidents that came from it stay, and so does the audit trail.",
        "action": "Delete the integration",
        "cancel_url": reverse("integration-detail", args=(name,)),
        "form": form,
    }
    return render(request, "web/confirm.html", context, status=422 if form.errors else 200)


def detail_page(
    request: AccessRequest, integration: Integration, *, made: NewKey[IntegrationKey] | None = None, status: int = 200
) -> HttpResponse:
    """The page of one; *made* is shown this once, within what is to be copied."""
    kind = kind_of(integration.kind)
    now = timezone.now()
    access = Access(public_url=settings.PUBLIC_URL, key=made.text if made else _KEY_WORD)
    context = _live(request, integration) | {
        "kind": kind,
        "made": made,
        "recipes": kind.recipes(access=access, config=integration.config),
        "keys": keys.in_force(integration=integration, now=now),
        "grouping": Grouping.from_json(integration.grouping).in_words(),
        "service": visible(caller=request.caller, related=integration.service),
        "policy": integration.policy,
        "facts": _facts(integration),
        "stored": selectors.secret_names(integration),
        "may_edit": request.caller.may(integration.team_id, Role.EDITOR),
        "may_silence": request.caller.may(integration.team_id, Role.RESPONDER),
    }
    return render(request, "intake/integration.html", context, status=status)


def editable(request: AccessRequest, name: str) -> Integration:
    integration = selectors.integration(caller=request.caller, name=name)
    require(caller=request.caller, team_id=integration.team_id, role=Role.EDITOR)
    return integration


def _key_pages(integration: Integration) -> KeyPages[IntegrationKey]:
    return KeyPages(
        keys=keys,
        integration=integration,
        address=reverse("integration-detail", args=(integration.name,)),
        trail=[("Integrations", reverse("integration-list"))],
        lost="every alert that is still sent",
        refused="alerts sent with it are refused",
    )


def _unknown_services(integration: Integration, alerts: list[Alert]) -> list[str]:
    """What recent alerts call a service, although the team has none of that name."""
    routing = Routing(integration=integration, labels=[alert.labels for alert in alerts])
    return sorted({name for alert in alerts if (name := routing.unknown(alert.labels))})


def _live(request: AccessRequest, integration: Integration) -> dict[str, Any]:
    alerts = selectors.recent_alerts(integration=integration)
    return {
        "integration": integration,
        "kind": kind_of(integration.kind),
        "health": selectors.health_of(integration, now=timezone.now()),
        "alerts": alerts,
        "unknown_services": _unknown_services(integration, alerts),
        "open_alerts": selectors.open_alerts_count(integration=integration),
        "rejects": selectors.rejects_of(integration=integration)[:10],
        "may_edit": request.caller.may(integration.team_id, Role.EDITOR),
    }


def _facts(integration: Integration) -> list[tuple[str, Any]]:
    """The kind's settings with the labels of its form; empty ones are left out."""
    form = kind_of(integration.kind).form
    return [
        (str(field.label or name), dict(getattr(field, "choices", ())).get(str(value), value))
        for name, field in form.base_fields.items()
        if (value := integration.config.get(name)) not in (None, "", [], {})
    ]
