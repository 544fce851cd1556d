"""The page that explains the API: Swagger UI from our own static files, nothing inline."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.openapi.docs import Swagger

_SETTINGS = {
    "validatorUrl": None,  # else Swagger UI sends our address to a validator of its makers
    "filter": True,
    # Four hundred operations and their shapes drawn at once would keep a browser busy for many seconds.
    "docExpansion": "none",
    "defaultModelsExpandDepth": -1,
}


class LocalSwagger(Swagger):
    """Whoever is signed in may try endpoints out: the page carries their CSRF token."""

    def __init__(self) -> None:
        super().__init__(settings=_SETTINGS)

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        settings = {**self.settings, "url": self.get_openapi_url(api, kwargs)}
        context = {"swagger_settings": json.dumps(settings), "api": api, "add_csrf": True}
        return render(request, self.template, context)
