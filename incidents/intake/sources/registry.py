"""Every kind of integration there is. A new kind is a folder here and a line below."""

from __future__ import annotations

from incidents.intake.sources.alertmanager import AlertmanagerKind
from incidents.intake.sources.email import EmailKind
from incidents.intake.sources.generic import GenericKind
from incidents.intake.sources.kind import IntegrationKind
from incidents.intake.sources.pagerduty import PagerDutyKind

_KINDS: tuple[IntegrationKind, ...] = (AlertmanagerKind(), PagerDutyKind(), GenericKind(), EmailKind())
KINDS: dict[str, IntegrationKind] = {kind.name: kind for kind in _KINDS}


class UnknownKindError(ValueError):
    """A kind that no folder provides."""


def kind_of(name: str) -> IntegrationKind:
    """Raises UnknownKindError naming the known kinds."""
    try:
        return KINDS[name]
    except KeyError:
        raise UnknownKindError(f"there is no kind {name!r} of integrations: choose one of {', '.join(KINDS)}") from None
