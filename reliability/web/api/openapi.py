"""The OpenAPI document: the errors that every endpoint may answer are written down in one place."""

from __future__ import annotations

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from reliability.web.api.envelope import ErrorEnvelope

_ENVELOPE = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorEnvelope"}}}
_PARAMETER = {"400": "The request is not what it says it is, or holds a character that cannot be stored"}
_ALWAYS = {
    "401": "No caller: sign in or send a token",
    "403": "The caller may see this, but not do it",
    "404": "Nothing here that the caller may see",
    "422": "A parameter or field is not valid; `details` names each",
    "500": "Our fault; the log has it under `request_id`",
    "503": "Not now; nothing was stored. `Retry-After` says when",
}
_WITH_BODY = {
    "409": "In conflict with what is stored now",
    "412": "`If-Match` names another version than the stored one",
    "413": "The body is larger than allowed",
    "415": "The Content-Type or Content-Encoding is not understood",
}


class DocumentedApi(NinjaAPI):
    """A NinjaAPI whose document carries the shared errors."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """The whole document, built once per process: it takes a second and never changes."""
        known: dict[str | None, OpenAPISchema] = self.__dict__.setdefault("documents", {})
        if path_prefix not in known:
            known[path_prefix] = self._build(path_prefix, path_params)
        return known[path_prefix]

    def _build(self, path_prefix: str | None, path_params: dict[str, Any] | None) -> OpenAPISchema:
        document = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        definition = ErrorEnvelope.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
        schemas = document["components"]["schemas"]
        schemas.update(definition.pop("$defs"))
        schemas["ErrorEnvelope"] = definition
        document["components"]["responses"] = {
            f"Error{status}": {"description": description, "content": _ENVELOPE}
            for status, description in (_PARAMETER | _ALWAYS | _WITH_BODY).items()
        }
        for operations in document["paths"].values():
            for operation in operations.values():
                _add_errors(operation)
        return document


def _add_errors(operation: dict[str, Any]) -> None:
    errors = _PARAMETER | _ALWAYS | (_WITH_BODY if "requestBody" in operation else {"409": ""})
    responses = {str(status): response for status, response in operation["responses"].items()}
    for status in errors:
        responses.setdefault(status, {"$ref": f"#/components/responses/Error{status}"})
    operation["responses"] = dict(sorted(responses.items()))
