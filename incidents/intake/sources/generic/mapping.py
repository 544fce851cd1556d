"""From any JSON to alerts, by expressions; each field of each alert can be looked at before the mapping is saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from incidents.intake.domain.events import DESCRIPTION_LENGTH_MAX, Action, OutsideAlert
from incidents.intake.domain.severities import severity_of
from incidents.intake.domain.texts import instant_of, key_of, labels_of, line, links_of, text_of
from incidents.intake.sources.generic.expressions import ExpressionError, search

# The expressions of a mapping, in the order people think of them.
EXPRESSIONS = ("alerts", "ignore", "key", "title", "description", "severity", "action", "started_at", "labels")
# Without these there is no alert.
_NEEDED = ("key", "title")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of one alert: what was found, and what is wrong with it (blank: nothing)."""

    name: str
    expression: str
    value: Any = None
    mistake: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """One alert as the mapping reads it. is_ignored: the mapping says to leave it out."""

    fields: tuple[Field, ...]
    alert: OutsideAlert | None
    is_ignored: bool = False

    @property
    def mistakes(self) -> list[str]:
        return [f"{one.name}: {one.mistake}" for one in self.fields if one.mistake]


@dataclass(frozen=True, slots=True)
class Preview:
    """All alerts of a body; mistake: why there are none to read."""

    readings: tuple[Reading, ...] = ()
    mistake: str = ""
    total: int = field(default=0)


def read(body: Any, *, config: Mapping[str, Any], alerts_max: int) -> Preview:
    """Every alert of *body*, with every mistake at its field."""
    try:
        items = _items(body, config)
    except ExpressionError as error:
        return Preview(mistake=f"alerts: {error}")
    if not isinstance(items, list):
        return Preview(mistake=f"alerts: the expression must find a list, found {_kind(items)}")
    readings = tuple(_reading(item, body, config) for item in items[:alerts_max])
    return Preview(readings=readings, total=len(items))


def _items(body: Any, config: Mapping[str, Any]) -> Any:
    expression = config.get("alerts")
    return search(expression, body, body=body) if expression else [body]


def _reading(item: Any, body: Any, config: Mapping[str, Any]) -> Reading:
    found = {one.name: one for one in _fields(item, body, config)}
    if found["ignore"].value and not found["ignore"].mistake:
        return Reading(fields=tuple(found.values()), alert=None, is_ignored=True)
    if any(one.mistake for one in found.values()):
        return Reading(fields=tuple(found.values()), alert=None)
    return Reading(fields=tuple(found.values()), alert=_alert(item, found, config))


def _fields(item: Any, body: Any, config: Mapping[str, Any]) -> Iterator[Field]:
    for name in EXPRESSIONS[1:]:
        expression = config.get(name, "")
        try:
            value = search(expression, item, body=body) if expression else None
        except ExpressionError as error:
            yield Field(name, expression, mistake=str(error))
            continue
        yield Field(name, expression, value, _mistake(name, expression, value))
    for title, expression in (config.get("links") or {}).items():
        try:
            yield Field(f"link {title}", expression, search(expression, item, body=body))
        except ExpressionError as error:
            yield Field(f"link {title}", expression, mistake=str(error))


def _mistake(name: str, expression: str, value: Any) -> str:
    if name in _NEEDED and not text_of(value).strip():
        return "found nothing: an alert needs it" if expression else "write an expression"
    if value is None:
        return ""
    if name == "labels" and not isinstance(value, dict):
        return f"must find an object, found {_kind(value)}"
    if name == "started_at" and instant_of(value) is None:
        return f"{line(value, length=60)!r} is no instant: RFC 3339 or seconds since the epoch"
    return ""  # an unknown word for the severity is no mistake: the alert gets the one for alerts that name none


def _alert(item: Any, found: Mapping[str, Field], config: Mapping[str, Any]) -> OutsideAlert:
    links = [(name.removeprefix("link "), one.value) for name, one in found.items() if name.startswith("link ")]
    labels = found["labels"].value
    return OutsideAlert(
        action=action_of(found["action"].value, config),
        key=key_of(text_of(found["key"].value).strip()),
        title=line(found["title"].value),
        severity=severity_of(text_of(found["severity"].value), own=config.get("severities")),
        description=text_of(found["description"].value)[:DESCRIPTION_LENGTH_MAX],
        labels=labels_of(labels) if isinstance(labels, dict) else {},
        links=links_of(links),
        payload=item if isinstance(item, dict) else {"value": item},
        started_at=instant_of(found["started_at"].value),
    )


def action_of(value: Any, config: Mapping[str, Any]) -> Action:
    """Resolve and acknowledge by their words; everything else triggers: a missed page is worse than one too many."""
    word = text_of(value).strip().lower()
    if word in _words(config.get("resolve_words")):
        return Action.RESOLVE
    if word in _words(config.get("acknowledge_words")):
        return Action.ACKNOWLEDGE
    return Action.TRIGGER


def _words(given: Any) -> set[str]:
    entries: Sequence[Any] = given if isinstance(given, list | tuple) else ()
    return {text_of(word).strip().lower() for word in entries}


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "nothing"}
    return names.get(type(value), "a number")
