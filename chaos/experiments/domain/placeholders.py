"""{{placeholders}} of a template, filled in the values of its document, never in its text: nothing can break out.

{{service}} and {{target}} are always there, and for each placeholder `x` that is a number of seconds {{x_deadline}}.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

_NAMED = re.compile(r"\{\{(\w+)\}\}")
FOR_EACH = "for_each"  # of an activity: "targets", one of it for each
VALUE_LENGTH_MAX = 1_000
DEADLINE_MARGIN_SECONDS = 30


class PlaceholderError(ValueError):
    """`mistakes`: (field, message) of everything to change."""

    def __init__(self, mistakes: Sequence[tuple[str, str]]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("; ".join(f"{name}: {message}" for name, message in self.mistakes))


class _Placeholder(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def help(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def default(self) -> str: ...
    @property
    def is_required(self) -> bool: ...


class _Template(Protocol):
    @property
    def document(self) -> Mapping[str, Any]: ...
    @property
    def placeholders(self) -> Sequence[_Placeholder]: ...
    @property
    def targets_min(self) -> int: ...


def filled(*, template: _Template, targets: Sequence[str], values: Mapping[str, str]) -> dict[str, Any]:
    """The document with everything filled in. Activities that need what was not given are left out.

    Raises PlaceholderError.
    """
    mistakes = []
    if len(targets) < template.targets_min:
        most = "a target" if template.targets_min == 1 else f"{template.targets_min} targets"
        mistakes.append(("targets", f"name at least {most} for the faults"))
    known: dict[str, Any] = {"service": values.get("service", "")}
    for one in template.placeholders:
        text = str(values.get(one.name, "") or "").strip() or one.default
        if message := _mistake(one, text):
            mistakes.append((one.name, message))
        elif text:
            known[one.name] = _value(one, text)
            if one.kind == "seconds":  # an injector's own deadline lies behind the time that is watched
                known[f"{one.name}_deadline"] = known[one.name] + DEADLINE_MARGIN_SECONDS
    unknown = [name for name in values if name not in known and name not in {one.name for one in template.placeholders}]
    mistakes += [(name, "is no placeholder of this template") for name in unknown]
    if mistakes:
        raise PlaceholderError(mistakes)
    if targets:
        known["target"] = targets[0]
    document = {name: _part(part, known, targets) for name, part in template.document.items()}
    if not _has_probes(document):
        words = "give at least one of these, else nothing is looked at"
        raise PlaceholderError([(one.name, words) for one in template.placeholders if one.kind in ("url", "slo")])
    return document


def _part(part: Any, known: Mapping[str, Any], targets: Sequence[str]) -> Any:
    if isinstance(part, Mapping):
        return {name: _part(value, known, targets) for name, value in part.items()}
    if isinstance(part, list):
        return [
            _part(one, scope, targets)
            for entry in part
            for one, scope in _repeated(entry, known, targets)
            if _is_given(one, scope)
        ]
    return _text(part, known) if isinstance(part, str) else part


def _repeated(entry: Any, known: Mapping[str, Any], targets: Sequence[str]) -> list[tuple[Any, Mapping[str, Any]]]:
    if not isinstance(entry, Mapping) or entry.get(FOR_EACH) != "targets":
        return [(entry, known)]
    one = {name: value for name, value in entry.items() if name != FOR_EACH}
    return [(one, {**known, "target": target}) for target in targets]


def _is_given(part: Any, known: Mapping[str, Any]) -> bool:
    if isinstance(part, Mapping):
        return all(_is_given(value, known) for value in part.values())
    if isinstance(part, list):
        return all(_is_given(value, known) for value in part)
    return not isinstance(part, str) or all(name in known for name in _NAMED.findall(part))


def _text(text: str, known: Mapping[str, Any]) -> Any:
    whole = _NAMED.fullmatch(text)
    if whole:
        return known.get(whole.group(1), "")
    return _NAMED.sub(lambda found: str(known.get(found.group(1), "")), text)


def _mistake(placeholder: _Placeholder, text: str) -> str:
    if not text:
        return f"is required: {placeholder.help}" if placeholder.is_required else ""
    if len(text) > VALUE_LENGTH_MAX:
        return f"has {len(text):,} characters: at most {VALUE_LENGTH_MAX:,} are allowed"
    if placeholder.kind in ("number", "seconds") and not re.fullmatch(r"-?\d{1,12}(\.\d{1,6})?", text):
        return f"must be a number: {placeholder.help}"
    if placeholder.kind == "url" and not re.match(r"https?://[^\s/]+", text):
        return "must be an http or https address"
    return ""


def _value(placeholder: _Placeholder, text: str) -> Any:
    if placeholder.kind not in ("number", "seconds"):
        return text
    number = float(text)
    return int(number) if number.is_integer() else number


def _has_probes(document: Mapping[str, Any]) -> bool:
    hypothesis = document.get("steady-state-hypothesis")
    return not isinstance(hypothesis, Mapping) or bool(hypothesis.get("probes"))
