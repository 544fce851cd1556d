"""Who is asking, before any view runs; and nobody unknown gets further than the sign-in page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth import middleware as auth
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from reliability.access.models import User
from reliability.access.selectors.callers import ANONYMOUS, caller_of_user
from reliability.access.selectors.people import is_set_up


class CallerMiddleware:
    """Sets `request.caller`. Stands after the authentication middleware; API tokens replace it in ApiAuth."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user
        caller = caller_of_user(user=user) if isinstance(user, User) else ANONYMOUS
        request.caller = caller  # type: ignore[attr-defined]  # AccessRequest declares it
        return self.get_response(request)


class LoginRequiredMiddleware(auth.LoginRequiredMiddleware):
    """Sign-in everywhere but in views marked `login_not_required`; the API is, and authenticates itself.

    Before anybody exists the way leads to the first visit instead. A part that htmx asks for leads the whole page
    there, and back to the page: the sign-in form has no place within it.
    """

    def handle_no_permission(  # type: ignore[override]  # htmx is redirected by a header of a 200
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponseBase:
        htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]  # django-htmx sets it
        way_in = "sign-in" if is_set_up() else "setup"
        if htmx and not htmx.boosted:
            back = urlencode({REDIRECT_FIELD_NAME: htmx.current_url_abs_path or "/"})
            return HttpResponseClientRedirect(f"{resolve_url(way_in)}?{back}")
        if way_in == "setup":
            return redirect(way_in)
        return super().handle_no_permission(request, view_func)
