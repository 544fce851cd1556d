"""CloudEvents over HTTP: structured, binary and batched, one event each. Pure.

Source: CloudEvents 1.0.2, HTTP protocol binding, https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md.
An event is the same event as another of the same `source` and `id`. The attributes are few and the official library
brings its own HTTP types, so that these lines are less than its wrapping would be.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import unquote

import orjson

from reliability.delivery.domain.reading import INVALID
from reliability.delivery.domain.told import UnreadableError

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
_VERSIONS = ("1.0",)
_REQUIRED = ("id", "source", "type")


@dataclass(frozen=True, slots=True)
class Event:
    """attributes: with their plain names; data: the JSON value, or None."""

    attributes: Mapping[str, str]
    data: Any

    @property
    def key(self) -> str:
        """One text for (source, id), of bounded length."""
        return key_of(self.attributes["source"], self.attributes["id"])

    def to_json(self) -> bytes:
        """The structured form, in which every event is kept. Raises UnreadableError."""
        try:
            return orjson.dumps({**self.attributes, "data": self.data})
        except orjson.JSONEncodeError as error:
            raise UnreadableError(
                INVALID, f"the event {self.attributes['id']!r}: its data is nested too deeply"
            ) from error


@dataclass(frozen=True, slots=True)
class Malformed:
    """What came, alone or in a batch, where an event should: kept with why. Others of its batch are none the worse.

    value: as JSON; of the binary form its attributes with the data.
    """

    value: Any
    error: UnreadableError

    @property
    def type(self) -> str:
        """Without NUL, which no text may hold."""
        return self._attributes.get("type", "").replace("\0", "")

    def to_json(self) -> bytes:
        """As it came; of what is nested too deeply to be written, its attributes."""
        try:
            return orjson.dumps(self.value)
        except orjson.JSONEncodeError:
            return orjson.dumps(self._attributes)

    @property
    def _attributes(self) -> dict[str, str]:
        found = self.value.items() if isinstance(self.value, dict) else ()
        return {name: str(one) for name, one in found if _is_simple(one)}


def key_of(source: str, event_id: str) -> str:
    text = f"{source}#{event_id}"
    return text if len(text) <= 200 else hashlib.sha256(text.encode()).hexdigest()


def events_of(*, content_type: str, headers: Mapping[str, str], value: Any) -> list[Event | Malformed]:
    """The events of a request, in their order. headers: with names in lower case; value: the JSON of the body."""
    if content_type == BATCH:
        if not isinstance(value, list):
            return [Malformed(value, UnreadableError(INVALID, "a batch of CloudEvents is a JSON list"))]
        return [
            _checked(one, partial(structured, one, place=f"event {index} of the batch"))
            for index, one in enumerate(value)
        ]
    if content_type == STRUCTURED:
        return [_checked(value, partial(structured, value, place="the event"))]
    if "ce-specversion" in headers:
        attributes = attributes_of(headers)
        return [_checked({**attributes, "data": value}, partial(_event, attributes, value, place="the event"))]
    words = f"Content-Type {content_type!r} without ce-specversion is no CloudEvent: send {STRUCTURED}"
    return [Malformed(value, UnreadableError("unsupported", words))]


def attributes_of(headers: Mapping[str, str]) -> dict[str, str]:
    """Those of the binary form."""
    return {name.removeprefix("ce-"): unquote(text) for name, text in headers.items() if name.startswith("ce-")}


def _checked(value: Any, read: Callable[[], Event]) -> Event | Malformed:
    try:
        event = read()
        event.to_json()
    except UnreadableError as error:
        return Malformed(value, error)
    return event


def structured(value: Any, *, place: str) -> Event:
    """An event as one JSON object. Raises UnreadableError."""
    if not isinstance(value, dict):
        raise UnreadableError(INVALID, f"{place} must be a JSON object")
    attributes = {
        name: str(one) for name, one in value.items() if name not in ("data", "data_base64") and _is_simple(one)
    }
    data = value.get("data")
    if "data_base64" in value:
        data = _decoded(value["data_base64"], place)
    return _event(attributes, data, place=place)


def _event(attributes: dict[str, str], data: Any, *, place: str) -> Event:
    version = attributes.get("specversion", "")
    if version not in _VERSIONS:
        raise UnreadableError("unknown_version", f"{place}: specversion {version!r} is not read here, 1.0 is")
    missing = [name for name in _REQUIRED if not attributes.get(name)]
    if missing:
        raise UnreadableError(INVALID, f"{place}: {', '.join(missing)} is missing")
    if any("\0" in text for pair in attributes.items() for text in pair):
        raise UnreadableError("malformed", f"{place}: an attribute contains a NUL character, which no text may hold")
    if isinstance(data, str):
        try:
            data = orjson.loads(data)  # some send the JSON of the data as a text
        except orjson.JSONDecodeError as error:
            raise UnreadableError(INVALID, f"{place}: its data is no JSON") from error
    return Event(attributes=attributes, data=data)


def _decoded(text: Any, place: str) -> Any:
    try:
        return orjson.loads(base64.b64decode(str(text), validate=True))
    except (binascii.Error, orjson.JSONDecodeError) as error:
        raise UnreadableError(INVALID, f"{place}: data_base64 is no JSON in base64") from error


def _is_simple(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)
