"""Channels of teams: created, changed, tested, deleted while nothing tells them anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from reliability.access.domain.caller import Caller, Role
from reliability.access.models import Team
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.catalog.domain.name import name_mistake
from reliability.channels.domain.outcome import Outcome
from reliability.channels.kinds.credentials import Checked, check
from reliability.channels.models import Channel
from reliability.channels.selectors.places import readable_secrets
from reliability.channels.services.greetings import test_message
from reliability.channels.services.saving import (
    checked_title,
    kind_named,
    require_administrator,
    sealed,
    secret_changes,
)
from reliability.channels.services.sending import send_to_channel
from reliability.web.errors import Conflict, Invalid, NotFound


@dataclass(frozen=True, slots=True)
class Saved:
    """The channel, and the secrets that were made for it, which nobody sees again."""

    channel: Channel
    made: Mapping[str, str] = field(default_factory=dict, repr=False)


def create(
    *,
    caller: Caller,
    team: Team,
    name: str,
    kind: str,
    config: Mapping[str, Any],
    now: datetime,
    secrets: Mapping[str, str | None] | None = None,
    title: str = "",
    is_enabled: bool = True,
    reason: str = "",
) -> Saved:
    """A new channel of *team*. Raises Forbidden, Invalid with every mistake, Conflict for a name in use."""
    require(caller=caller, team_id=team.pk, role=Role.EDITOR)
    found = kind_named(kind, for_persons=False)
    require_administrator(caller=caller, kind=found)
    checked = check(kind=found, config=config, secrets=secrets or {})
    fault = name_mistake(name)
    if fault:
        raise Invalid(details=[{"field": "name", "message": fault}])
    if Channel.objects.filter(team=team).count() >= settings.CHANNELS_PER_TEAM_MAX:
        raise Conflict(f"{team} has {settings.CHANNELS_PER_TEAM_MAX} channels already: delete some", reason="too_many")
    channel = Channel(
        team=team,
        name=name,
        title=checked_title(title or name),
        kind=kind,
        config=checked.config,
        secrets=sealed(checked.secrets),
        is_enabled=is_enabled,
    )
    try:
        with transaction.atomic():
            channel.save(force_insert=True)
            changes = {field: [None, value] for field, value in _audited(channel).items()}
            changes |= secret_changes({}, checked.secrets)
            _record(caller=caller, action="channel.create", channel=channel, now=now, changes=changes, reason=reason)
    except IntegrityError as error:
        message = f"there is a channel {name!r} already (it may be private to another team): choose another name"
        raise Conflict(message, reason="exists", details=[{"field": "name", "message": message}]) from error
    return Saved(channel, checked.made)


def update(
    *,
    caller: Caller,
    channel: Channel,
    now: datetime,
    config: Mapping[str, Any] | None = None,
    secrets: Mapping[str, str | None] | None = None,
    title: str | None = None,
    is_enabled: bool | None = None,
    expected_revision: int | None = None,
    reason: str = "",
) -> Saved:
    """Change what is given; name, kind and team stay. The configuration replaces the old one as a whole.

    A secret that is absent or empty keeps its value, None forgets it. expected_revision: of what was read.
    Raises Forbidden, NotFound, Invalid, Conflict when somebody changed the channel since.
    """
    with transaction.atomic():
        channel = _locked(channel)
        require(caller=caller, team_id=channel.team_id, role=Role.EDITOR)
        if expected_revision is not None and expected_revision != channel.revision:
            raise Conflict("somebody changed this channel since you opened the form: look at it and change it again")
        before, old_secrets = _audited(channel), readable_secrets(channel)
        checked = _checked(caller=caller, channel=channel, config=config, secrets=secrets, old_secrets=old_secrets)
        channel.config = checked.config
        channel.title = channel.title if title is None else checked_title(title)
        channel.is_enabled = channel.is_enabled if is_enabled is None else is_enabled
        changes = audit.changes_between(old=before, new=_audited(channel))
        changes |= secret_changes(old_secrets, checked.secrets)
        if changes:
            if checked.secrets != old_secrets:
                channel.secrets = sealed(checked.secrets)
            channel.revision += 1
            channel.save(update_fields=("title", "config", "secrets", "is_enabled", "revision", "updated_at"))
            _record(caller=caller, action="channel.update", channel=channel, now=now, changes=changes, reason=reason)
    return Saved(channel, checked.made)


def delete(*, caller: Caller, channel: Channel, now: datetime, reason: str = "") -> None:
    """Delete the channel. Raises Forbidden, NotFound, Conflict while an escalation policy tells it."""
    require(caller=caller, team_id=channel.team_id, role=Role.EDITOR)
    try:
        with transaction.atomic():
            changes = {field: [value, None] for field, value in _audited(channel).items()}
            _record(caller=caller, action="channel.delete", channel=channel, now=now, changes=changes, reason=reason)
            if not Channel.objects.filter(pk=channel.pk).delete()[0]:
                raise NotFound(f"the channel {channel.name!r} was deleted already")
    except ProtectedError as error:
        raise Conflict(
            f"{channel} is told by escalation policies: take it out of them first, its page lists them", reason="in_use"
        ) from error


def test(*, caller: Caller, channel: Channel, now: datetime) -> Outcome:
    """Send a test message now. Call it outside of a transaction. Raises Forbidden."""
    require(caller=caller, team_id=channel.team_id, role=Role.RESPONDER)
    message = test_message(
        title=channel.title, by=caller.name, path=f"channels/{channel.name}/", team=channel.team.name, now=now
    )
    outcome = send_to_channel(channel=channel, message=message, now=now)
    tried: dict[str, list[Any]] = {"result": [None, outcome.result.value], "status": [None, outcome.status]}
    _record(caller=caller, action="channel.test", channel=channel, now=now, changes=tried, reason="")
    return outcome


test.__test__ = False  # type: ignore[attr-defined]  # pytest: not a test


def _checked(
    *,
    caller: Caller,
    channel: Channel,
    config: Mapping[str, Any] | None,
    secrets: Mapping[str, str | None] | None,
    old_secrets: Mapping[str, str],
) -> Checked:
    kind = kind_named(channel.kind, for_persons=False)
    if config is None and not secrets:
        return Checked(dict(channel.config), dict(old_secrets), {})
    checked = check(
        kind=kind,
        config=channel.config if config is None else config,
        secrets=secrets or {},
        old_config=channel.config,
        old_secrets=old_secrets,
    )
    if checked.config != channel.config or checked.secrets != old_secrets:
        require_administrator(caller=caller, kind=kind)
    return checked


def _locked(channel: Channel) -> Channel:
    rows = Channel.objects.select_for_update(of=("self",)).select_related("team")
    found: Channel | None = rows.filter(pk=channel.pk).first()
    if found is None:
        raise NotFound(f"the channel {channel.name!r} was deleted meanwhile")
    return found


def _audited(channel: Channel) -> dict[str, Any]:
    return {
        "title": channel.title,
        "team": channel.team.slug,
        "kind": channel.kind,
        "is_enabled": channel.is_enabled,
        **{f"config.{name}": value for name, value in channel.config.items()},
    }


def _record(
    *, caller: Caller, action: str, channel: Channel, now: datetime, changes: audit.Changes, reason: str
) -> None:
    audit.record(
        caller=caller,
        action=action,
        object_kind="channel",
        object_name=channel.name,
        team_id=channel.team_id,
        now=now,
        changes=changes,
        reason=reason,
    )
