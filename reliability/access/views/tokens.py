"""API tokens under Settings."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reliability.access.domain.caller import Role
from reliability.access.forms.token import TokenForm
from reliability.access.forms.why import WhyForm
from reliability.access.models import ApiToken
from reliability.access.requests import AccessRequest
from reliability.access.selectors import tokens as selectors
from reliability.access.selectors.teams import writable_teams
from reliability.access.services import tokens
from reliability.access.services.tokens import NewToken
from reliability.web.errors import Invalid
from reliability.web.pagination import page_of
from reliability.web.refusals import show_refusal
from reliability.web.words import absolute_text, relative_text


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


@require_http_methods(["GET", "HEAD", "POST"])
def token_revoke(request: AccessRequest, token_id: int) -> HttpResponse:
    """Says who still uses the token and asks for the reason, then ends it: there is no way back."""
    token = selectors.token(caller=request.caller, token_id=token_id)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        tokens.revoke(caller=request.caller, token=token, now=timezone.now(), reason=form.cleaned_data["reason"])
        messages.success(request, f"Revoked {token}: requests with it are refused from now on.")
        return redirect("token-list")
    context = {
        "title": f"Revoke the token {token.name}?",
        "form": form,
        "losses": [f"the access of every program that carries {token.prefix}…, at once and for good"],
        "keeps": f"{_last_use(token)} What was written with it stays.",
        "action": "Revoke the token",
        "cancel_url": reverse("token-list"),
    }
    return render(request, "web/confirm.html", context, status=422 if form.errors else 200)


def _last_use(token: ApiToken) -> str:
    if token.last_used_at is None:
        return "It was never used."
    ago = relative_text(token.last_used_at, now=timezone.now())
    return f"It was last used {ago} ({absolute_text(timezone.localtime(token.last_used_at))})."
