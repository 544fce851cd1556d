"""Configuration and secrets of a document, and the ${…} that read them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from chaos.experiments.domain.notes import Notes
from chaos.experiments.domain.places import Path
from chaos.experiments.domain.secrets import name_mistake, names_in

_TYPES = ("str", "int", "float", "bytes")
_NAMED = re.compile(r"(?<!\$)\$\{([A-Za-z_]\w*)\}")
_ENV = '{"type": "env", "key": "…"}'


def check_configuration(notes: Notes, document: Mapping[str, Any]) -> None:
    written = document.get("configuration")
    if written is None:
        return
    for name, value in (notes.mapping(("configuration",), written, "configuration") or {}).items():
        path = ("configuration", name)
        if not isinstance(value, Mapping) or value.get("type") != "env":
            continue
        notes.text(path, value, "key", "a value from the environment")
        if "default" not in value:
            notes.add(path, "needs a default: runs do not see the environment of the platform")
        elif not isinstance(value["default"], str | int | float):
            notes.add((*path, "default"), "the default must be a text, a number, true or false")
        if value.get("env_var_type") not in (None, *_TYPES):
            notes.add((*path, "env_var_type"), f"must be one of {', '.join(_TYPES)}")


def check_secrets(notes: Notes, document: Mapping[str, Any]) -> None:
    written = document.get("secrets")
    if written is None:
        return
    for group, names in (notes.mapping(("secrets",), written, "secrets") or {}).items():
        path = ("secrets", group)
        if message := name_mistake(str(group)):
            notes.add(path, f"the group {message}")
        if not isinstance(names, Mapping):
            continue  # chaos.runner.allow tells
        if isinstance(names.get("type"), str):
            notes.add(path, f'stands without a group: write {{"group": {{"{group}": {_ENV}}}}}')
            continue
        for name, value in names.items():
            _check_secret(notes, (*path, name), str(name), value)


def _check_secret(notes: Notes, path: Path, name: str, value: object) -> None:
    if message := name_mistake(name):
        notes.add(path, f"the name {message}")
    if not isinstance(value, Mapping):
        notes.add(
            path,
            f"a value in the document is read by everybody who sees the experiment: write {_ENV} here and enter the "
            "value under Secrets of the experiment",
        )
    elif value.get("type") not in ("env", "vault"):
        notes.add(path, f"where it comes from is not understood: write {_ENV}")


def check_placeholders(notes: Notes, document: Mapping[str, Any]) -> None:
    """A ${…} without a value stays as it stands, and is sent as it stands."""
    configuration = document.get("configuration")
    known = set(configuration) if isinstance(configuration, Mapping) else set()
    known |= {name for _, name in names_in(document)}
    for section in ("steady-state-hypothesis", "method", "rollbacks"):
        for path, text in _texts(document.get(section), (section,)):
            if "provider" not in path and "tolerance" not in path:
                continue
            for name in _NAMED.findall(text):
                if name not in known:
                    notes.add(path, f"${{{name}}} has no value: write {name} under configuration or secrets")


def _texts(part: object, path: Path) -> Iterator[tuple[Path, str]]:
    waiting: list[tuple[Path, object]] = [(path, part)]
    while waiting:
        place, value = waiting.pop()
        if isinstance(value, str):
            yield place, value
        elif isinstance(value, Mapping):
            waiting.extend(((*place, key), child) for key, child in value.items())
        elif isinstance(value, list):
            waiting.extend(((*place, position), child) for position, child in enumerate(value))
