"""Public pages are served before sessions, sign-in and the log of requests: they need none of them and set no cookie.

What is kept is answered before Django (`copies`); here is what is not: below `/status/<slug>/`, or at a domain of a
page that nobody has asked for yet.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils import timezone

from incidents.status_page.copies.app import DOMAIN_HEADER
from incidents.status_page.copies.places import own_hosts
from incidents.status_page.domain.addresses import KEY_HEADER, PREFIX, Asked, asked_of, below_root, path_of
from incidents.status_page.public.serving import answer
from incidents.status_page.selectors.pages import slug_of_domain

log = structlog.get_logger(__name__)

# Only this room's addresses are searched: forms of subscribers are ordinary views.
_URLS = "incidents.status_page.urls"
_SHARED = ("/static/", "/favicon.ico")
_DOMAIN = re.compile(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,10}\Z")


class StatusPageMiddleware:
    """Answers for public pages; everything else goes its usual way."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._own_hosts = frozenset(own_hosts())

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        domain = request.headers.get(DOMAIN_HEADER, "").lower()
        if request.path_info.startswith(PREFIX):
            return self._answer(request, asked_of(request.path_info), domain)
        host = request.META.get("HTTP_HOST", "").partition(":")[0].lower()
        if host in self._own_hosts or not _DOMAIN.match(host) or request.path_info.startswith(_SHARED):
            return self.get_response(request)
        try:
            slug = slug_of_domain(domain=host)
        except (OperationalError, InterfaceError):
            slug = ""
        if not slug:
            return self.get_response(request)
        found = below_root(request.path_info.removeprefix("/"))
        asked = None if found is None else Asked(slug, *found)
        return self._answer(request, asked, host)

    def _answer(self, request: HttpRequest, asked: Asked | None, domain: str) -> HttpResponseBase:
        if asked is not None and _is_view(path_of(slug=asked.slug, rest=asked.rest)):
            return self.get_response(request)
        key = (asked.key if asked else "") or request.headers.get(KEY_HEADER, "")
        try:
            return answer(request, asked=asked, key=key, domain=domain, now=timezone.now())
        except (OperationalError, InterfaceError) as error:
            log.warning("status_page_unavailable", error=str(error))
            response = HttpResponse("this page cannot be shown for the moment: come again\n", status=503)
            response["Retry-After"] = "10"
            response["Content-Type"] = "text/plain; charset=utf-8"
            return response


def _is_view(path: str) -> bool:
    try:
        resolve(path, urlconf=_URLS)
    except Resolver404:
        return False
    return True
