"""Every kind of channel there is. A new kind is a folder here and a line below."""

from __future__ import annotations

from reliability.channels.kinds.apprise import AppriseKind
from reliability.channels.kinds.email import EmailKind
from reliability.channels.kinds.kind import Kind
from reliability.channels.kinds.ntfy import NtfyKind
from reliability.channels.kinds.pagerduty import PagerDutyKind
from reliability.channels.kinds.slack import SlackKind
from reliability.channels.kinds.sms import SmsKind
from reliability.channels.kinds.teams import TeamsKind
from reliability.channels.kinds.webhook import WebhookKind

_KINDS: tuple[Kind, ...] = (
    EmailKind(),
    SlackKind(),
    TeamsKind(),
    PagerDutyKind(),
    WebhookKind(),
    NtfyKind(),
    SmsKind(),
    AppriseKind(),
)
_BY_NAME: dict[str, Kind] = {kind.name: kind for kind in _KINDS}


class UnknownKindError(ValueError):
    """A kind that no folder provides."""


def kinds() -> list[Kind]:
    return list(_KINDS)


def team_kinds() -> list[Kind]:
    """What a team's channel may be."""
    return [kind for kind in _KINDS if kind.serves_teams]


def person_kinds() -> list[Kind]:
    """What a person's contact method may be."""
    return [kind for kind in _KINDS if kind.serves_persons]


def kind_of(name: str) -> Kind:
    """Raises UnknownKindError naming the known kinds."""
    try:
        return _BY_NAME[name]
    except KeyError:
        raise UnknownKindError(f"there is no kind of channel {name!r}: choose one of {', '.join(_BY_NAME)}") from None
