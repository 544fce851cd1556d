"""Where numbers come from: the list of sources, and the page of each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.telemetry.forms.filter import SourceFilterForm
from reliability.telemetry.models import Source
from reliability.telemetry.selectors import sources as selectors
from reliability.telemetry.services import sources
from reliability.telemetry.sources.kind import SourceKind, TestResult
from reliability.telemetry.sources.registry import kind_of
from reliability.telemetry.usage import usages_of
from reliability.web.pagination import page_of


@require_safe
def source_list(request: AccessRequest) -> HttpResponse:
    teams = readable_teams(caller=request.caller).order_by("name", "pk")
    form = SourceFilterForm(request.GET, teams=teams)
    page = page_of(request, selectors.list_sources(caller=request.caller, **form.wanted()))
    now = timezone.now()
    context = {
        "form": form,
        "page": page,
        "rows": [
            {"source": source, "kind": kind_of(source.kind), "health": selectors.source_health(source=source, now=now)}
            for source in page
        ],
        "is_narrowed": any(request.GET.get(name) for name in form.fields),
        "may_create": may_create(request),
    }
    return render(request, "telemetry/sources.html", context)


@require_safe
def source_detail(request: AccessRequest, name: str) -> HttpResponse:
    return _source_page(request, selectors.source(caller=request.caller, name=name), None)


@require_safe
def source_health(request: AccessRequest, name: str) -> HttpResponse:
    """The part of the page that refreshes itself."""
    source = selectors.source(caller=request.caller, name=name)
    return render(request, "telemetry/_health.html", _health(source, timezone.now()))


@require_POST
def source_test(request: AccessRequest, name: str) -> HttpResponse:
    """A part for htmx, the whole page without JavaScript."""
    source = selectors.source(caller=request.caller, name=name)
    now = timezone.now()
    result = sources.test_connection(caller=request.caller, source=source, now=now)
    source.refresh_from_db()
    if getattr(request, "htmx", False):
        return render(
            request, "telemetry/_test_answer.html", {"result": result, "tested_at": now} | _health(source, now)
        )
    return _source_page(request, source, result)


def _source_page(request: AccessRequest, source: Source, result: TestResult | None) -> HttpResponse:
    now = timezone.now()
    kind = kind_of(source.kind)
    usages = usages_of(request, source)
    push_sli = "" if kind.is_read else next((user.name for usage in usages for user in usage.users), "")
    context = _health(source, now) | {
        "kind": kind,
        "result": result,
        "tested_at": now,
        "facts": _facts(kind, source),
        "stored": sorted(stored_names(source)),
        "usages": usages,
        "may_edit": request.caller.may(source.team_id, Role.EDITOR),
        "may_test": kind.is_read and request.caller.may(source.team_id, Role.RESPONDER),
        "push_sli": push_sli,
        "push_example": _push_example(sli=push_sli, now=now) if push_sli else "",
    }
    return render(request, "telemetry/source.html", context)


def _health(source: Source, now: datetime) -> dict[str, Any]:
    return {"source": source, "kind": kind_of(source.kind), "health": selectors.source_health(source=source, now=now)}


def _facts(kind: SourceKind, source: Source) -> list[tuple[str, Any]]:
    """Settings in the order and with the labels of their form; empty ones are left out."""
    shown = []
    for name, field in kind.form.base_fields.items():
        value = source.settings.get(name)
        if value in (None, "") or name in kind.form.secret_fields:
            continue
        choices = dict(getattr(field, "choices", ()))
        text = f"{value:g}" if isinstance(value, float) else value
        shown.append((str(field.label or name), choices.get(value, text)))
    return shown


def _push_example(*, sli: str, now: datetime) -> str:
    return (
        f"curl -X POST {settings.PUBLIC_URL}/api/v1/counts \\\n"
        '  -H "Authorization: Bearer $TOKEN" \\\n'
        '  -H "Content-Type: application/json" \\\n'
        '  -H "Idempotency-Key: $(uuidgen)" \\\n'
        f'  -d \'[{{"sli": "{sli}", '
        f'"start": "{now:%Y-%m-%dT%H:%M:00Z}", "good": 998, "valid": 1000}}]\''
    )


def stored_names(source: Source) -> frozenset[str]:
    """Of credentials: what they are called, never what they are."""
    return frozenset(selectors.secret_names(source))


def may_create(request: AccessRequest) -> bool:
    return request.caller.is_administrator or bool(request.caller.team_ids(Role.EDITOR))
