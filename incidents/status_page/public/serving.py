"""A rendered answer over HTTP: who may see it, conditional requests, headers. No session, no cookie."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from incidents.status_page.domain.addresses import Asked, path_of, root_of
from incidents.status_page.domain.rendered import Rendered
from incidents.status_page.models import StatusPage
from incidents.status_page.public.rendering import render, render_missing
from incidents.status_page.selectors.pages import may_open, page_by_slug

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_READING = ("GET", "HEAD")


def answer(request: HttpRequest, *, asked: Asked | None, key: str, domain: str, now: datetime) -> HttpResponse:
    """200, 304, or 404 for what does not exist and for private pages without a key: the two are told apart by none."""
    if request.method not in _READING:
        return headed(HttpResponse(status=405, headers={"Allow": "GET, HEAD"}), is_public=False)
    if asked is None:
        return _slashed(request) or not_found()
    page = page_by_slug(slug=asked.slug)
    if page is None or not may_open(page=page, key=key):
        return not_found()
    own = domain if domain and domain == page.domain else ""
    root = root_of(public_url=settings.PUBLIC_URL, slug=page.slug, domain=own, key="" if page.is_public else key)
    # A slash at the end is a habit of people.
    found = render(page, asked.kind.rstrip("/"), now, root=root)
    return respond(request, page=page, found=found or render_missing(page, now, root=root))


def respond(request: HttpRequest, *, page: StatusPage, found: Rendered) -> HttpResponse:
    response = HttpResponse(found.body, content_type=found.content_type, status=found.status)
    if found.status == 200:
        response["ETag"] = found.etag
        response["Last-Modified"] = http_date(int(found.changed_at.timestamp()))
        response = get_conditional_response(request, etag=found.etag, response=response) or response
        scope = "public" if page.is_public else "private"
        response["Cache-Control"] = f"{scope}, max-age={found.max_age_seconds}"
    else:
        response["Cache-Control"] = "no-store"
    return headed(response, is_public=page.is_public)


def not_found() -> HttpResponse:
    """The same whether there is no such page or it is not open to whoever asks."""
    text = "There is no status page at this address.\n"
    response = HttpResponse(text, status=404, content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "no-store"
    return headed(response, is_public=False)


def _slashed(request: HttpRequest) -> HttpResponse | None:
    """`/status/shop` leads to `/status/shop/`."""
    bare = asked_with_slash(request.path_info)
    return None if bare is None else headed(HttpResponsePermanentRedirect(bare), is_public=True)


def asked_with_slash(path: str) -> str | None:
    slug = path.removeprefix("/status/")
    is_slug = bool(slug) and len(slug) <= 63 and all(one.isalnum() or one in "-_" for one in slug) and slug.isascii()
    return path_of(slug=slug, rest="") if is_slug else None


def headed(response: HttpResponse, *, is_public: bool) -> HttpResponse:
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Frame-Options"] = "DENY"
    response["Referrer-Policy"] = "same-origin" if is_public else "no-referrer"
    response["Content-Security-Policy"] = _POLICY
    if is_public:
        response["Access-Control-Allow-Origin"] = "*"
    else:
        response["X-Robots-Tag"] = "noindex"
    if settings.SECURE_HSTS_SECONDS:
        response["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}"
    return response
