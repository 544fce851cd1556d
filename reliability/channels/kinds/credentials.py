"""What a person or program gives for a channel, sorted into what is shown and what is stored encrypted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reliability.channels.kinds.kind import Kind
from reliability.web.errors import Invalid


@dataclass(frozen=True, slots=True)
class Checked:
    """Validated settings, the complete secrets to store, and those among them that were made just now."""

    config: dict[str, Any]
    secrets: dict[str, str]
    made: dict[str, str]


def check(
    *,
    kind: Kind,
    config: Mapping[str, Any],
    secrets: Mapping[str, str | None],
    old_config: Mapping[str, Any] | None = None,
    old_secrets: Mapping[str, str] | None = None,
) -> Checked:
    """Validate what was given for a kind. An absent or empty secret keeps the old one, None forgets it.

    Old secrets are not sent to a new address: whoever may edit a channel could otherwise have them delivered.
    Raises Invalid with every mistake at its field.
    """
    form_class = kind.form
    _refuse_unknown(kind, config, secrets)
    kept = {name: value for name, value in (old_secrets or {}).items() if secrets.get(name, "") == ""}
    given = {name: value for name, value in secrets.items() if value}
    form = form_class(data={**config, **kept, **given}, stored=(old_secrets or {}).keys())
    for name in form_class.secret_fields:  # a stored secret that was forgotten is missing again
        form.fields[name].required = form_class.base_fields[name].required
    if not form.is_valid():
        raise Invalid(
            details=[
                {"field": name, "message": message} for name, messages in form.errors.items() for message in messages
            ]
        )
    cleaned = form.cleaned_data
    shown = {name: cleaned[name] for name in form_class.shown_fields()}
    stored = {name: str(cleaned[name]) for name in form_class.secret_fields if cleaned.get(name)}
    _refuse_travelling(kind, old_config=old_config, config=shown, kept=[name for name in stored if name in kept])
    return Checked(shown, form.merged(old=old_secrets or {}, new=stored), dict(form.made))


def _refuse_unknown(kind: Kind, config: Mapping[str, Any], secrets: Mapping[str, str | None]) -> None:
    form_class = kind.form
    unknown = [name for name in config if name not in form_class.base_fields or name in form_class.secret_fields]
    unknown += [name for name in secrets if name not in form_class.secret_fields]
    if unknown:
        raise Invalid(
            details=[{"field": name, "message": f"{name} is no setting of {kind.title}"} for name in sorted(unknown)]
        )


def _refuse_travelling(
    kind: Kind, *, old_config: Mapping[str, Any] | None, config: Mapping[str, Any], kept: list[str]
) -> None:
    if old_config is None or kind.form.destination(old_config) == kind.form.destination(config):
        return
    if kept:
        raise Invalid(
            details=[
                {"field": name, "message": "enter it again: the address leads somewhere else now"}
                for name in sorted(kept)
            ]
        )
