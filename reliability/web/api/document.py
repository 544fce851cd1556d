"""The OpenAPI document as it is sent: made once per process, compressed once, not sent again to who has it."""

from __future__ import annotations

import gzip
from functools import cached_property
from hashlib import sha256
from typing import Any, cast

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import quote_etag
from ninja import NinjaAPI


class Document:
    def __init__(self, api: NinjaAPI) -> None:
        self._api = api

    @cached_property
    def content(self) -> dict[str, Any]:
        """As plain JSON values."""
        return cast("dict[str, Any]", orjson.loads(self._plain))

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Gzipped for who takes that; 304 for who has it."""
        is_gzipped = "gzip" in request.headers.get("Accept-Encoding", "")
        response = HttpResponse(self._gzipped if is_gzipped else self._plain, content_type="application/json")
        if is_gzipped:
            response["Content-Encoding"] = "gzip"
        etag = quote_etag(f"{self._digest}-gzip" if is_gzipped else self._digest)
        response["ETag"] = etag
        response["Cache-Control"] = "no-cache"  # keep it, and ask whether it is still the same
        patch_vary_headers(response, ("Accept-Encoding",))
        return cast("HttpResponse", get_conditional_response(request, etag=etag, response=response))

    @cached_property
    def _plain(self) -> bytes:
        return orjson.dumps(self._api.get_openapi_schema(), option=orjson.OPT_NON_STR_KEYS)

    @cached_property
    def _gzipped(self) -> bytes:
        return gzip.compress(self._plain, compresslevel=6, mtime=0)

    @cached_property
    def _digest(self) -> str:
        return sha256(self._plain).hexdigest()[:32]
