"""/api/v1/channels: places of teams that are told of incidents."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as team_named
from reliability.channels.domain.standing import standing_of
from reliability.channels.models import Channel
from reliability.channels.selectors import channels as selectors
from reliability.channels.selectors.places import readable_secrets
from reliability.channels.services import channels
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.params import Name

router = Router(tags=["Channels"])

Kind = Literal["email", "slack", "teams", "pagerduty", "webhook", "ntfy", "apprise"]
_CONFIG: Any = Field(
    default_factory=dict,
    description="email: address; slack, teams: room; pagerduty: events_url, rest_url; webhook: url, renew (makes a new "
    "secret); ntfy: server; apprise (administrators of the installation only): service",
    examples=[{"url": "https://example.com/hooks/reliability"}],
)
_SECRETS: Any = Field(
    default_factory=dict,
    description="slack: webhook_url, signing_secret, bot_token; teams: webhook_url; pagerduty: routing_key, "
    "webhook_secrets (one a line), rest_token; webhook: secret, former_secret; ntfy: topic, token; apprise: url. "
    "Stored encrypted, never answered. When changing: absent or empty keeps what is stored, null forgets it",
    examples=[{"secret": "whsec_…"}],
)


class ChannelOut(Schema):
    name: str
    title: str
    team: str
    kind: str
    config: dict[str, Any]
    stored_secrets: list[str] = Field(description="names of the secrets that are stored; their values stay secret")
    is_enabled: bool
    state: Literal["healthy", "failing", "untried", "switched_off"]
    last_success_at: datetime | None
    last_failure_at: datetime | None
    last_failure: str
    created_at: datetime
    updated_at: datetime
    revision: int = Field(description="rises with every change; send it back when changing, to change what you read")


class SavedChannelOut(ChannelOut):
    made_secrets: dict[str, str] = Field(description="secrets made by this very request, not answered again")


class ChannelIn(Schema):
    name: Name
    title: str = Field("", max_length=120, examples=["Payments in Slack"])
    team: str = Field(max_length=63, description="slug of the owner", examples=["payments"])
    kind: Kind
    config: dict[str, Any] = _CONFIG
    secrets: dict[str, str | None] = _SECRETS
    is_enabled: bool = True
    reason: str = Field("", max_length=500, description="why, for the audit trail")


class ChannelPatch(Schema):
    """What is absent stays; the configuration is replaced one by one."""

    title: str | None = Field(None, max_length=120)
    config: dict[str, Any] = _CONFIG
    secrets: dict[str, str | None] = _SECRETS
    is_enabled: bool | None = None
    revision: int | None = Field(None, description="of what was read; 409 when somebody changed it since")
    reason: str = Field("", max_length=500, description="why, for the audit trail")


class ChannelQuery(PageQuery):
    q: str = Field("", max_length=120, description="part of name or title")
    team: str = Field("", max_length=63, description="slug")
    kind: Kind | None = None


class ChannelTestOut(Schema):
    result: Literal["delivered", "refused", "retry", "unknown"] = Field(
        description="refused: for good; retry: not now; unknown: it may have arrived"
    )
    reason: str
    status: int | None = Field(description="of the protocol: HTTP's, or the mail server's")
    answer: str = Field(description="what the receiver said, as far as it is kept")
    retry_after_seconds: float | None = Field(description="what the receiver asked to wait")
    external_id: str = Field(description="what the receiver calls it")


@router.get("", response=Page[ChannelOut], operation_id="listChannels", summary="Channels")
def list_channels(request: AccessRequest, query: Query[ChannelQuery]) -> dict[str, Any]:
    found = selectors.list_channels(caller=request.caller, text=query.q, team=query.team, kind=query.kind or "")
    page = page_of(queryset=found.defer(None), query=query)
    return {**page, "items": [_channel(channel) for channel in page["items"]]}


@router.post("", response={201: SavedChannelOut}, operation_id="createChannel", summary="Create a channel")
def create_channel(request: AccessRequest, body: ChannelIn) -> Status[dict[str, Any]]:
    fields = body.model_dump()
    fields["team"] = team_named(caller=request.caller, slug=body.team)
    saved = channels.create(caller=request.caller, **fields, now=timezone.now())
    return Status(201, _saved(saved.channel, saved.made))


@router.get("/{name}", response=ChannelOut, operation_id="getChannel", summary="A channel")
def get_channel(request: AccessRequest, name: str) -> dict[str, Any]:
    return _channel(selectors.channel(caller=request.caller, name=name))


@router.patch("/{name}", response=SavedChannelOut, operation_id="changeChannel", summary="Change a channel")
def change_channel(request: AccessRequest, name: str, body: ChannelPatch) -> dict[str, Any]:
    """A new address asks for the secrets again that are sent to it: stored ones are not sent elsewhere."""
    channel = selectors.channel(caller=request.caller, name=name)
    saved = channels.update(
        caller=request.caller,
        channel=channel,
        title=body.title,
        config={**channel.config, **body.config} if body.config or body.secrets else None,
        secrets=body.secrets,
        is_enabled=body.is_enabled,
        expected_revision=body.revision,
        reason=body.reason,
        now=timezone.now(),
    )
    return _saved(saved.channel, saved.made)


@router.delete(
    "/{name}", response={204: None}, operation_id="deleteChannel", summary="Delete a channel that no policy tells"
)
def delete_channel(request: AccessRequest, name: str) -> Status[None]:
    channel = selectors.channel(caller=request.caller, name=name)
    channels.delete(caller=request.caller, channel=channel, now=timezone.now())
    return Status(204, None)


@router.post("/{name}/test", response=ChannelTestOut, operation_id="testChannel", summary="Send a test message")
def test_channel(request: AccessRequest, name: str) -> dict[str, Any]:
    """Sends now and tells what was answered; a test that was refused is an answer, not an error."""
    channel = selectors.channel(caller=request.caller, name=name)
    outcome = channels.test(caller=request.caller, channel=channel, now=timezone.now())
    wait = outcome.retry_after
    return {
        "result": outcome.result.value,
        "reason": outcome.reason,
        "status": outcome.status,
        "answer": outcome.answer,
        "retry_after_seconds": None if wait is None else wait.total_seconds(),
        "external_id": outcome.external_id,
    }


def _saved(channel: Channel, made: Mapping[str, str]) -> dict[str, Any]:
    return {**_channel(channel), "made_secrets": dict(made)}


def _channel(channel: Channel) -> dict[str, Any]:
    state = standing_of(
        is_enabled=channel.is_enabled,
        is_verified=True,
        last_success_at=channel.last_success_at,
        last_failure_at=channel.last_failure_at,
    )
    return {
        "name": channel.name,
        "title": channel.title,
        "team": channel.team.slug,
        "kind": channel.kind,
        "config": channel.config,
        "stored_secrets": sorted(readable_secrets(channel)),
        "is_enabled": channel.is_enabled,
        "state": state.value,
        "last_success_at": channel.last_success_at,
        "last_failure_at": channel.last_failure_at,
        "last_failure": channel.last_failure,
        "created_at": channel.created_at,
        "updated_at": channel.updated_at,
        "revision": channel.revision,
    }
