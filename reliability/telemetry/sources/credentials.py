"""What a person or program gives for a source, sorted into settings to show and secrets to hide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reliability.telemetry.sources.kind import SourceKind
from reliability.web.errors import Invalid


@dataclass(frozen=True, slots=True)
class Checked:
    """Validated settings, and the complete secrets to store."""

    settings: dict[str, Any]
    secrets: dict[str, str]


def check(
    *,
    kind: SourceKind,
    settings: Mapping[str, Any],
    secrets: Mapping[str, str | None],
    old_settings: Mapping[str, Any] | None = None,
    old_secrets: Mapping[str, str] | None = None,
) -> Checked:
    """Validate *settings* and *secrets* of a kind. An absent or empty secret keeps the old one, None forgets it.

    Old secrets are not sent to a new address: whoever may edit a source could otherwise have them delivered.
    Raises Invalid with every mistake at its field.
    """
    form_class = kind.form
    unknown = [name for name in settings if name not in form_class.base_fields or name in form_class.secret_fields]
    unknown += [name for name in secrets if name not in form_class.secret_fields]
    if unknown:
        raise Invalid(
            details=[{"field": name, "message": f"{name} is no setting of a {kind.title} source"} for name in unknown]
        )
    kept = {name: value for name, value in (old_secrets or {}).items() if secrets.get(name, "") == ""}
    given = {name: value for name, value in secrets.items() if value}
    form = form_class(data={**settings, **kept, **given})
    if not form.is_valid():
        raise Invalid(
            details=[
                {"field": name, "message": message} for name, messages in form.errors.items() for message in messages
            ]
        )
    cleaned = form.cleaned_data
    shown = {name: cleaned[name] for name in form_class.base_fields if name not in form_class.secret_fields}
    needed = form.needed_secrets()
    stored = {name: str(cleaned[name]) for name in form_class.secret_fields if name in needed and cleaned[name]}
    travelling = sorted(name for name in stored if name in kept)
    if (
        old_settings is not None
        and travelling
        and form_class.destination(old_settings) != form_class.destination(shown)
    ):
        raise Invalid(
            details=[
                {"field": name, "message": "enter it again: the address leads somewhere else now"}
                for name in travelling
            ]
        )
    return Checked(shown, stored)
