"""The shapes of an OpenAPI document in words: what a body or an answer holds, one row per field, and an example."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.text import Truncator

Schema = Mapping[str, Any]

DEPTH_MAX = 5
ROWS_MAX = 300
_CHOICES_SHOWN = 40
_LIMITS = {
    "minLength": "at least {} long",
    "maxLength": "at most {} long",
    "minimum": "from {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "to {}",
    "exclusiveMaximum": "less than {}",
    "minItems": "at least {} of them",
    "maxItems": "at most {} of them",
    "pattern": "as in {}",
    "default": "{} when left out",
}
_FORMATS = {"date-time": "instant", "date": "date", "uuid": "UUID", "binary": "bytes", "password": "secret"}
_EXAMPLES = {"date-time": "2026-03-01T12:00:00Z", "date": "2026-03-01", "integer": 1, "number": 1, "boolean": True}


@dataclass(frozen=True, slots=True)
class FieldRow:
    """name: blank of a list's or a choice's own row; depth: 0 is the outermost, at most DEPTH_MAX."""

    name: str
    depth: int
    kind: str
    is_required: bool
    text: str
    limits: tuple[str, ...]


class Shapes:
    """The named schemas of one document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._named: Mapping[str, Schema] = document["components"]["schemas"]

    def rows(self, schema: Schema) -> list[FieldRow]:
        """The fields of an object, or of the objects of a list, with those below them; at most ROWS_MAX."""
        found: list[FieldRow] = []
        for row in self._below(schema, 0, ()):
            found.append(row)
            if len(found) == ROWS_MAX:
                break
        return found

    def kind(self, schema: Schema) -> str:
        """In words: "list of text", "instant or null", "one of open, done"."""
        schema, _ = self._resolved(schema)
        if "enum" in schema:
            shown = ", ".join(map(_literal, schema["enum"][:_CHOICES_SHOWN]))
            return f"one of {shown}{', …' if len(schema['enum']) > _CHOICES_SHOWN else ''}"
        if "const" in schema:
            return _literal(schema["const"])
        if choices := schema.get("anyOf") or schema.get("oneOf"):
            return " or ".join(dict.fromkeys(self.kind(choice) for choice in choices))
        kind = schema.get("type", "object" if "properties" in schema else "anything")
        if kind == "array":
            return f"list of {self.kind(schema.get('items', {}))}"
        if kind == "object" and isinstance(schema.get("additionalProperties"), dict) and "properties" not in schema:
            return f"object of {self.kind(schema['additionalProperties'])} by name"
        return _FORMATS.get(schema.get("format", ""), "text" if kind == "string" else str(kind))

    def limits(self, schema: Schema) -> tuple[str, ...]:
        """What a value is held to, and what it is when left out."""
        merged: dict[str, Any] = {}
        for one in (*self._choices(schema), self._resolved(schema)[0]):
            merged.update({key: value for key, value in one.items() if key in _LIMITS})
        if merged.get("default") in (None, "", [], {}):
            merged.pop("default", None)  # nothing when left out: no news
        return tuple(words.format(_literal(merged[key])) for key, words in _LIMITS.items() if key in merged)

    def example(self, schema: Schema, depth: int = 0) -> Any:
        """A small value of this shape: what must be there, else its first field."""
        schema, _ = self._resolved(schema)
        if schema.get("examples"):
            return schema["examples"][0]
        for key in ("example", "const", "default"):
            if schema.get(key) is not None:
                return schema[key]
        if schema.get("enum"):
            return schema["enum"][0]
        if choices := self._choices(schema):
            return self.example(choices[0], depth)
        if "properties" in schema:
            names = schema.get("required") or list(schema["properties"])[:1]
            wanted = names if depth < DEPTH_MAX else []
            return {name: self.example(schema["properties"][name], depth + 1) for name in wanted}
        kind = schema.get("type", "object")
        if kind == "array":
            return [self.example(schema.get("items", {}), depth + 1)] if depth < DEPTH_MAX else []
        if kind == "object":
            return {}
        return _EXAMPLES.get(schema.get("format", ""), _EXAMPLES.get(kind, "text"))

    def _below(self, schema: Schema, depth: int, above: tuple[str, ...]) -> Iterator[FieldRow]:
        schema, name = self._resolved(schema)
        if depth > DEPTH_MAX or (name and name in above):
            return
        inside = (*above, name) if name else above
        required = schema.get("required", ())
        for field, shape in schema.get("properties", {}).items():
            resolved, _ = self._resolved(shape)
            text = shape.get("description") or resolved.get("description", "")
            yield FieldRow(field, depth, self.kind(shape), field in required, text, self.limits(shape))
            yield from self._below(shape, depth + 1, inside)
        if "items" in schema:
            yield from self._below(schema["items"], depth, inside)
        if isinstance(schema.get("additionalProperties"), dict):
            yield from self._below(schema["additionalProperties"], depth, inside)
        choices = [choice for choice in self._choices(schema) if self._has_fields(choice)]
        for choice in choices:
            resolved, _ = self._resolved(choice)
            if len(choices) > 1:
                title = resolved.get("title", "object")
                yield FieldRow("", depth, f"either: {title}", False, resolved.get("description", ""), ())
            yield from self._below(choice, depth, inside)

    def _resolved(self, schema: Schema) -> tuple[Schema, str]:
        """Without references, and the name of the last one. What stands beside a reference goes before it."""
        name = ""
        while "$ref" in schema or len(schema.get("allOf", ())) == 1:
            rest = {key: value for key, value in schema.items() if key not in ("$ref", "allOf")}
            if "$ref" in schema:
                name = schema["$ref"].rpartition("/")[2]
                schema = {**self._named[name], **rest}
            else:
                schema = {**schema["allOf"][0], **rest}
        return schema, name

    def _choices(self, schema: Schema) -> list[Schema]:
        """What it may be instead, null left out."""
        schema, _ = self._resolved(schema)
        choices: list[Schema] = schema.get("anyOf") or schema.get("oneOf") or []
        return [choice for choice in choices if choice.get("type") != "null"]

    def _has_fields(self, schema: Schema) -> bool:
        schema, _ = self._resolved(schema)
        return bool(schema.keys() & {"properties", "items", "additionalProperties", "anyOf", "oneOf"})


def _literal(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return Truncator(str(value)).chars(120) if value != "" else "blank"
