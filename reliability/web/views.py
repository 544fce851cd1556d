"""Pages of the shell itself: search, theme, style guide."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from reliability.web.search import QUERY_LENGTH_MAX, hits_for
from reliability.web.shell import THEME_COOKIE, THEMES
from reliability.web.styleguide import styleguide_context
from reliability.web.zones import zone_names

THEME_COOKIE_SECONDS = 365 * 24 * 3600


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The page of `/search/?q=`, or its list alone for the palette."""
    query = request.GET.get("q", "").strip()[:QUERY_LENGTH_MAX]
    template = "web/_hits.html" if getattr(request, "htmx", False) else "web/search.html"
    return render(request, template, {"query": query, "hits": hits_for(request, query)})


@cache_control(public=True, max_age=24 * 3600)
@require_safe
def zones(request: HttpRequest) -> HttpResponse:
    """The options of the zone field, fetched when somebody opens it: too many for every page."""
    return HttpResponse(format_html_join("", '<option value="{}">', ((name,) for name in zone_names())))


@login_not_required
@cache_control(public=True, max_age=24 * 3600)
@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers ask for this address wherever a page names no icon, such as JSON."""
    return redirect(static("web/favicon.svg"))


@login_not_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keeps the choice of light, dark or system in a cookie, which base.html reads: no flash, no JavaScript."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    response = redirect(back)
    chosen = request.POST.get("theme")
    if chosen in THEMES:
        response.set_cookie(
            THEME_COOKIE, chosen, max_age=THEME_COOKIE_SECONDS, samesite="Lax", secure=request.is_secure()
        )
    return response


@login_not_required
@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component, in debug mode only."""
    if not settings.DEBUG:
        raise Http404
    return render(request, "web/styleguide.html", styleguide_context(request, now=timezone.now()))


@login_not_required
@require_safe
def styleguide_part(request: HttpRequest) -> HttpResponse:
    """A part that refreshes itself, for the style guide."""
    if not settings.DEBUG:
        raise Http404
    return render(request, "web/_styleguide_live.html", styleguide_context(request, now=timezone.now()))
