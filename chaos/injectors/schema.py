"""Values checked against what an action or a target says of its arguments: one check for every injector."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from chaos.injectors.protocol import Action, Argument, InjectorError

TEXT_LENGTH_MAX = 500
_WORDS = {
    "text": "a text",
    "integer": "a whole number",
    "number": "a number",
    "seconds": "a number of seconds",
    "boolean": "true or false",
    "choice": "one of",
}


def check_arguments(action: Action, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Every argument of *action* by name, with defaults; those without a value are left out.

    Numbers may come as text, since substituted values do. Raises InjectorError naming the argument and its bound.
    """
    values, problems = _checked(action.arguments, arguments, of=action.name)
    if problems:
        raise InjectorError(problems[0], is_permanent=True)
    return values


def check_fields(fields: Sequence[Argument], config: Mapping[str, Any]) -> dict[str, Any]:
    """A target's config as its injector reads it, with defaults. Secret fields are not looked for.

    Raises InjectorError naming the field.
    """
    values, problems = _checked([one for one in fields if not one.is_secret], config, of="the target")
    if problems:
        raise InjectorError(problems[0], is_permanent=True)
    return values


def problems_of_fields(fields: Sequence[Argument], config: Mapping[str, Any]) -> list[str]:
    """All that is wrong with a target's config, for its form."""
    return _checked([one for one in fields if not one.is_secret], config, of="the target")[1]


def _checked(known: Sequence[Argument], given: Mapping[str, Any], *, of: str) -> tuple[dict[str, Any], list[str]]:
    values: dict[str, Any] = {}
    names = {argument.name for argument in known}
    problems = [
        f"{of} has no {name!r}: it has {', '.join(sorted(names)) or 'none'}" for name in given if name not in names
    ]
    for argument in known:
        value = given.get(argument.name)
        if value is None or value == "":
            value = argument.default
        if value is None or value == "":
            if argument.is_required:
                problems.append(f"{of} needs {argument.name}: {argument.help}")
            continue
        try:
            values[argument.name] = checked_value(argument, value)
        except InjectorError as error:
            problems.append(str(error))
    return values, problems


def checked_value(argument: Argument, value: object) -> Any:
    """The value as its kind has it. Raises InjectorError naming the argument and its bound."""
    found = _CONVERSIONS[argument.kind](value)
    if found is None or (argument.kind == "choice" and found not in argument.choices):
        choices = f" {', '.join(argument.choices)}" if argument.kind == "choice" else ""
        raise _refused(argument, f"must be {_WORDS[argument.kind]}{choices}", value)
    if isinstance(found, str):
        longest = TEXT_LENGTH_MAX if argument.most is None else int(argument.most)
        if len(found) > longest or "\0" in found:
            raise _refused(argument, f"must be a text of at most {longest} characters", value)
    elif argument.least is not None and found < argument.least:
        raise _refused(argument, f"must be at least {argument.least:g}", value)
    elif argument.most is not None and found > argument.most:
        raise _refused(argument, f"must be at most {argument.most:g}", value)
    return found


def _refused(argument: Argument, what: str, value: object) -> InjectorError:
    return InjectorError(f"{argument.name} {what}, got {str(value)[:80]!r}", is_permanent=True)


def _text(value: object) -> str | None:
    """Numbers are written out: a document may hold a port without quotes."""
    if isinstance(value, bool):
        return None
    return str(value) if isinstance(value, str | int | float) else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def _integer(value: object) -> int | None:
    found = _number(value)
    return int(found) if found is not None and found.is_integer() else None


def _boolean(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else None


_CONVERSIONS = {
    "text": _text,
    "choice": _text,
    "number": _number,
    "seconds": _number,
    "integer": _integer,
    "boolean": _boolean,
}
