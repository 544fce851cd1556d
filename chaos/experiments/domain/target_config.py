"""What a target's injector needs to reach it: plain fields kept as they are, secret ones apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chaos.injectors.protocol import Argument, Injector, InjectorError
from chaos.injectors.schema import checked_value
from chaos.runner.masking import LENGTH_MIN


class TargetConfigError(ValueError):
    """`mistakes`: (field, message) of everything to change; the field is blank for the whole."""

    def __init__(self, mistakes: Sequence[tuple[str, str]]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("; ".join(f"{name}: {message}" for name, message in self.mistakes))


def checked_config(
    *,
    injector: Injector,
    config: Mapping[str, Any],
    secrets: Mapping[str, str | None],
    old_config: Mapping[str, Any] | None = None,
    old_secrets: Mapping[str, str] | None = None,
) -> tuple[dict[str, Any], dict[str, str]]:
    """(config, secrets) to store. A secret that is absent or blank keeps its old value, None forgets it.

    Raises TargetConfigError with every mistake; also when an old secret would follow to another address.
    """
    fields = {one.name: one for one in injector.target_fields}
    mistakes = [(name, _unknown(injector, fields)) for name in (*config, *secrets) if name not in fields]
    mistakes += [
        (name, "is secret: give it among the secrets") for name in config if name in fields and fields[name].is_secret
    ]
    mistakes += [
        (name, "is not secret: give it in the config")
        for name in secrets
        if name in fields and not fields[name].is_secret
    ]
    kept = _kept(fields, secrets, old_secrets or {})
    plain: dict[str, Any] = {}
    for one in fields.values():
        given = kept.get(one.name) if one.is_secret else config.get(one.name)
        message = _taken(one, given, plain)
        if message:
            mistakes.append((one.name, message))
    if old_config is not None and plain != dict(old_config):
        mistakes += [
            (name, "enter it again: where it is sent was changed, and it does not follow by itself")
            for name in kept
            if not secrets.get(name)
        ]
    if not mistakes:
        mistakes = [("", problem) for problem in injector.problems_of_target(plain)]
    if mistakes:
        raise TargetConfigError(mistakes)
    return plain, kept


def _taken(field: Argument, given: Any, plain: dict[str, Any]) -> str:
    """Put the value into *plain* unless it is secret. Blank, or what to change."""
    if given is None or given == "":
        return f"is required: {field.help}" if field.is_required else ""
    try:
        value = checked_value(field, given)
    except InjectorError as error:
        return str(error).removeprefix(f"{field.name} ") if not field.is_secret else f"is not understood: {field.help}"
    if not field.is_secret:
        plain[field.name] = value
    elif len(str(value)) < LENGTH_MIN:
        return f"has at least {LENGTH_MIN} characters, else it could not be masked"
    return ""


def _kept(fields: Mapping[str, Argument], secrets: Mapping[str, str | None], old: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in old.items() if name in fields and fields[name].is_secret}
    for name, value in secrets.items():
        if value is None:
            kept.pop(name, None)
        elif value:
            kept[name] = value
    return kept


def _unknown(injector: Injector, fields: Mapping[str, Argument]) -> str:
    return f"is no field of a target of {injector.kind}: it has {', '.join(fields) or 'none'}"
