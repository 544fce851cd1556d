"""The pages that explain the API, rendered here: all four hundred operations as a list, and a page for each."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from itertools import groupby
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe
from ninja import NinjaAPI

from reliability.web.api.document import Document
from reliability.web.api.operations import (
    Operation,
    answers_of,
    body_of,
    curl_of,
    operations_of,
    parameters_of,
)
from reliability.web.api.shapes import Shapes

QUERY_LENGTH_MAX = 100


class Reference:
    """What is told of one API. Its document is built when somebody asks first: that takes a second or two."""

    def __init__(self, api: NinjaAPI) -> None:
        self.api = api
        self.document = Document(api)

    @property
    def urls(self) -> list[URLPattern]:
        views: tuple[tuple[str, Callable[..., HttpResponse], str], ...] = (
            ("openapi.json", self.serve_document, "openapi-json"),
            ("docs", self.list_all, "openapi-view"),
            ("docs/<str:operation_id>", self.explain, "openapi-operation"),
        )
        return [path(route, login_not_required(require_safe(view)), name=name) for route, view, name in views]

    @cached_property
    def operations(self) -> dict[str, Operation]:
        return operations_of(self.document.content)

    @cached_property
    def shapes(self) -> Shapes:
        return Shapes(self.document.content)

    def serve_document(self, request: HttpRequest) -> HttpResponse:
        return self.document.answer(request)

    def list_all(self, request: HttpRequest) -> HttpResponse:
        """`?q=`: those whose method, address or summary hold all of the words."""
        text = request.GET.get("q", "").replace("\x00", "").strip()[:QUERY_LENGTH_MAX]
        found = [one for one in self.operations.values() if one.answers_to(text.lower().split())]
        by_tag = groupby(sorted(found, key=_tag), key=_tag)
        context: dict[str, Any] = {
            "api": self.api,
            "text": text,
            "groups": [(tag, list(those)) for tag, those in by_tag],
            "found": len(found),
            "total": len(self.operations),
        }
        return render(request, "web/api.html", context)

    def explain(self, request: HttpRequest, operation_id: str) -> HttpResponse:
        operation = self.operations.get(operation_id)
        if operation is None:
            raise Http404("the API has no such operation")
        body = body_of(operation, self.shapes)
        context: dict[str, Any] = {
            "api": self.api,
            "operation": operation,
            "parameters": parameters_of(operation, self.shapes),
            "body": body,
            "answers": answers_of(operation, self.document.content, self.shapes),
            "curl": curl_of(operation, origin=request.build_absolute_uri("/").rstrip("/"), body=body),
        }
        return render(request, "web/api_operation.html", context)


def _tag(operation: Operation) -> str:
    return operation.tag
