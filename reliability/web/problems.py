"""Errors as pages: what happened, what to do, and the reference id."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.deprecation import MiddlewareMixin

from reliability.web.errors import ProblemError, TooLarge
from reliability.web.reference import reference_of

log = structlog.get_logger(__name__)

API_PREFIX = "/api/"
RETRY_AFTER_SECONDS = 5
_HEADINGS = {
    409: "Somebody else was faster",
    422: "Something has to be changed",
    503: "Not possible at this moment",
}
_PAGES = {400: "400.html", 403: "403.html", 404: "404.html", 413: "413.html"}


class ProblemMiddleware(MiddlewareMixin):
    """Turns a ProblemError raised in a page view into its page and status; the API shapes its own."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if request.path_info.startswith(API_PREFIX):
            return None
        if isinstance(exception, ProblemError):
            return problem_page(request, exception)
        if isinstance(exception, RequestDataTooBig):
            return problem_page(request, TooLarge("the form is too large: send less at once"))
        return None


def problem_page(request: HttpRequest, problem: ProblemError) -> HttpResponse:
    """The page of a refusal; a part asked for by htmx gets one sentence in its place."""
    is_part = getattr(request, "htmx", False) and not request.htmx.boosted  # type: ignore[attr-defined]  # django-htmx sets it
    template = "web/_problem.html" if is_part else _PAGES.get(problem.status, "web/problem.html")
    context = {
        "problem": problem,
        "status": problem.status,
        "heading": _HEADINGS.get(problem.status, HTTPStatus(problem.status).phrase),
        "reference": reference_of(request),
    }
    response = render(request, template, context, status=problem.status)
    if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400: Django answers an oversized body 400, which is a 413."""
    if isinstance(exception, RequestDataTooBig):
        return problem_page(request, TooLarge("the form is too large: send less at once"))
    return _page(request, "400.html", 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler403."""
    return _page(request, "403.html", 403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404."""
    return _page(request, "404.html", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: stands alone, since the database or a context processor may be what broke."""
    return HttpResponse(render_to_string("500.html", {"reference": reference_of(request)}), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW: the form was not sent from a page of ours, or cookies are off."""
    log.warning("csrf_failed", reason=reason, path=request.path)
    return _page(request, "web/csrf.html", 403)


def _page(request: HttpRequest, template: str, status: int) -> HttpResponse:
    context: dict[str, Any] = {"status": status, "reference": reference_of(request)}
    return render(request, template, context, status=status)
