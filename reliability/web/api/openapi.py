"""The OpenAPI document: the errors that every endpoint may answer are written down in one place."""

from __future__ import annotations

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from reliability.web.api.envelope import ErrorEnvelope

_ENVELOPE = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorEnvelope"}}}
_ALWAYS = {
    "401": "No caller: sign in or send a token",
    "403": "The caller may see this, but not do it",
    "404": "Nothing here that the caller may see",
    "422": "A parameter or field is not valid; `details` names each",
    "500": "Our fault; the log has it under `request_id`",
    "503": "Not now; nothing was stored. `Retry-After` says when",
}
_WITH_BODY = {
    "400": "The body is not what its Content-Type says",
    "409": "In conflict with what is stored now",
    "412": "`If-Match` names another version than the stored one",
    "413": "The body is larger than allowed",
    "415": "The Content-Type or Content-Encoding is not understood",
}


class DocumentedApi(NinjaAPI):
    """A NinjaAPI whose document carries the shared errors, and reads `400` also for parameters."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        document = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        definition = ErrorEnvelope.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
        schemas = document["components"]["schemas"]
        schemas.update(definition.pop("$defs"))
        schemas["ErrorEnvelope"] = definition
        for operations in document["paths"].values():
            for operation in operations.values():
                _add_errors(operation)
        return document


def _add_errors(operation: dict[str, Any]) -> None:
    errors = {"400": "A parameter holds a character that cannot be stored", **_ALWAYS}
    if "requestBody" in operation:
        errors |= _WITH_BODY
    responses = {str(status): response for status, response in operation["responses"].items()}
    for status, description in errors.items():
        responses.setdefault(status, {"description": description, "content": _ENVELOPE})
    operation["responses"] = dict(sorted(responses.items()))
