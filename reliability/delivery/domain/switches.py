"""Feature flags, configuration, other changes: `{id, title, kind?, service?, at?, url?, details?}`. Pure."""

from __future__ import annotations

import orjson

from reliability.delivery.domain.reading import INVALID, Object, instant_of, link_of, object_of, required_text, text_of
from reliability.delivery.domain.told import Payload, Told, ToldSwitch, UnreadableError

_FIELDS = frozenset(("id", "title", "kind", "service", "at", "url", "details"))
_DETAILS_MAX = 50
_DETAILS_BYTES_MAX = 16_384
SWITCHES_MAX = 1_000


def parse(payload: Payload) -> Told:
    """One object or a list of them. Raises UnreadableError naming the row."""
    rows = payload.body if isinstance(payload.body, list) else [payload.body]
    if len(rows) > SWITCHES_MAX:
        raise UnreadableError("too_many", f"{len(rows)} changes in one request: send at most {SWITCHES_MAX}")
    return Told(
        switches=tuple(_switch(object_of(row, f"row {index}"), index, payload) for index, row in enumerate(rows))
    )


def _switch(row: Object, index: int, payload: Payload) -> ToldSwitch:
    place = f"row {index}"
    unknown = sorted(set(row) - _FIELDS)
    if unknown:
        raise UnreadableError(INVALID, f"{place}: {', '.join(unknown)} is no field of a change, put it into details")
    details = _details(row, place)
    service = text_of(row, "service", length_max=63)
    return ToldSwitch(
        key=required_text(row, "id", place),
        title=required_text(row, "title", place),
        at=instant_of(row, "at", place) or payload.received_at,
        hints=(service,) if service else (),
        url=link_of(row, "url"),
        details={"kind": text_of(row, "kind", length_max=63) or "configuration", **details},
    )


def _details(row: Object, place: str) -> Object:
    details = object_of(row.get("details"), f"{place}.details")
    if len(details) > _DETAILS_MAX:
        raise UnreadableError(INVALID, f"{place}.details: at most {_DETAILS_MAX} entries")
    try:
        size = len(orjson.dumps(details))
    except orjson.JSONEncodeError as error:
        raise UnreadableError(INVALID, f"{place}.details: nested too deeply") from error
    if size > _DETAILS_BYTES_MAX:
        raise UnreadableError(INVALID, f"{place}.details: at most {_DETAILS_BYTES_MAX:,} bytes of JSON")
    return details
