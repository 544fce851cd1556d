"""API tokens under Settings."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from reliability.access.domain.caller import Role
from reliability.access.forms.token import TokenForm
from reliability.access.requests import AccessRequest
from reliability.access.selectors import tokens as selectors
from reliability.access.selectors.teams import writable_teams
from reliability.access.services import tokens
from reliability.access.services.tokens import NewToken
from reliability.web.errors import Invalid
from reliability.web.pagination import page_of
from reliability.web.refusals import show_refusal


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def token_list(request: AccessRequest) -> HttpResponse:
    """The list and the form of a new one; the secret of what was made is in the answer, once."""
    teams = writable_teams(caller=request.caller, role=Role.ADMINISTRATOR).order_by("name", "pk")
    spans = request.caller.is_administrator
    form = TokenForm(request.POST or None, teams=teams, may_span_installation=spans)
    made: NewToken | None = None
    now = timezone.now()
    if form.is_valid():
        fields: dict[str, Any] = dict(form.cleaned_data)
        fields.pop("expires_in")
        try:
            made = tokens.create(caller=request.caller, **fields, expires_at=form.expires_at(now=now), now=now)
        except Invalid as refusal:
            show_refusal(form, refusal)
        else:
            form = TokenForm(teams=teams, may_span_installation=spans)
    context = {
        "form": form,
        "made": made,
        "page": page_of(request, selectors.list_tokens(caller=request.caller)),
        "may_create": spans or bool(request.caller.team_ids(Role.ADMINISTRATOR)),
        "public_url": settings.PUBLIC_URL,
        "now": now,
    }
    return render(request, "access/tokens.html", context, status=422 if form.errors else 200)


@require_POST
def token_revoke(request: AccessRequest, token_id: int) -> HttpResponse:
    token = selectors.token(caller=request.caller, token_id=token_id)
    tokens.revoke(caller=request.caller, token=token, now=timezone.now(), reason=request.POST.get("reason", "")[:500])
    messages.success(request, f"Revoked {token}: requests with it are refused from now on.")
    return redirect("token-list")
