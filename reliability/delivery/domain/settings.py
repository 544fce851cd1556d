"""What the config of an integration may say, by kind. Pure.

services: {"owner/repository", application or subject: name of a service}; production: names of the environments that
count; workflows: {name of a GitHub workflow: environment}; releases: the environment that a release goes to;
pipelines: read GitLab's pipelines instead of its deployments; environment: of Argo CD, instead of the namespace.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from reliability.delivery.domain.kinds import Kind

ENTRIES_MAX = 500
_TEXT_MAX = 255


class SettingsError(ValueError):
    """mistakes: {name of the setting: what to change}."""

    def __init__(self, mistakes: Mapping[str, str]) -> None:
        self.mistakes = dict(mistakes)
        super().__init__("; ".join(self.mistakes.values()))


def checked_settings(*, kind: Kind, given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings as they are stored; empty ones are left out. Raises SettingsError with every mistake."""
    mistakes: dict[str, str] = {}
    found: dict[str, Any] = {}
    for name, value in given.items():
        if value in (None, "", [], {}, False):
            continue
        if name not in kind.settings:
            mistakes[str(name)[:60]] = f"{kind.name} has no setting {str(name)[:60]!r}: leave it out"
            continue
        try:
            found[name] = _CHECKS[name](value)
        except ValueError as error:
            mistakes[name] = str(error)
    if mistakes:
        raise SettingsError(mistakes)
    return found


def pairs_of(text: str, *, example: str) -> dict[str, str]:
    """Lines of `from = to`. Raises ValueError naming the line."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        left, sign, right = line.rpartition("=")
        if not sign or not left.strip() or not right.strip():
            raise ValueError(f"line {number} is not of the form: {example}")
        found[left.strip()] = right.strip()
    return found


def _pairs(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ValueError('must be an object such as {"shop/checkout": "checkout"}')  # noqa: TRY004  one error for all
    if len(value) > ENTRIES_MAX:
        raise ValueError(f"at most {ENTRIES_MAX} entries")
    return {_text(left): _text(right) for left, right in value.items()}


def _names(value: Any) -> list[str]:
    if not isinstance(value, list):
        raise ValueError("must be a list of names")  # noqa: TRY004  one error for all
    if len(value) > ENTRIES_MAX:
        raise ValueError(f"at most {ENTRIES_MAX} names")
    return [_text(one) for one in value]


def _text(value: Any) -> str:
    if not isinstance(value, str) or not 1 <= len(value.strip()) <= _TEXT_MAX:
        raise ValueError(f"names are texts of 1 to {_TEXT_MAX} characters")
    return value.strip()


def _yes(value: Any) -> bool:
    if value is not True:
        raise ValueError("must be true or false")
    return True


_CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "services": _pairs,
    "production": _names,
    "workflows": _pairs,
    "releases": _text,
    "pipelines": _yes,
    "environment": _text,
}
