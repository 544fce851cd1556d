"""Static files as whole answers."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile


class StaticFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]  # whitenoise has no types
    """whitenoise streams from a synchronous iterator, which Django under ASGI reads into a list first, with a warning.

    Reading the file at once takes the same memory (our largest, plotly.js, has 1.5 MB as it is sent) and one step.
    """

    @staticmethod
    def serve(static_file: StaticFile, request: HttpRequest) -> HttpResponse:
        found = static_file.get_response(request.method, request.META)
        content = b""
        if found.file is not None:
            with found.file as file:
                content = file.read()
        response = HttpResponse(content, status=int(HTTPStatus(found.status)))
        del response["Content-Type"]  # whitenoise says it itself, and none for "not modified"
        for name, value in found.headers:
            response[name] = value
        return response
