"""/api/v1/delivery-integrations: where deployments and changes of other systems come in, and what came."""

from __future__ import annotations

import zlib
from datetime import datetime
from typing import Any, Literal

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from reliability.access.api.keys import KeyOut, NewKeyOut, RotationIn, new_key
from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as team_named
from reliability.catalog.selectors.services import service_named
from reliability.delivery.models import DeliveryIntegration
from reliability.delivery.selectors import integrations as selectors
from reliability.delivery.services import integrations, replaying
from reliability.delivery.services.integrations import Settings
from reliability.delivery.services.keys import keys
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.params import Name

router = Router(tags=["Delivery integrations"])

KindWord = Literal["github", "gitlab", "cloudevents", "argocd", "json", "changes"]
StateWord = Literal["waiting", "done", "ignored", "rejected"]
_CONFIG: Any = Field(
    default_factory=dict,
    description="services: {repository, application or subject: service}; production: names of environments that "
    "count; github: workflows ({name: environment}), releases (environment); gitlab: pipelines (true), releases; "
    "argocd: environment",
    examples=[{"services": {"shop/checkout": "checkout"}, "production": ["production", "live-eu"]}],
)


class DeliveryIntegrationOut(Schema):
    name: str
    title: str
    team: str
    kind: KindWord
    service: str | None
    config: dict[str, Any]
    is_enabled: bool
    address: str = Field(description="where the sender posts to")
    health: str
    last_received_at: datetime | None
    last_error: str
    last_error_at: datetime | None
    rejects: int = Field(description="kept payloads that could not be read")
    keys: list[KeyOut] = Field(description="in force")
    revision: int


class NewDeliveryIntegrationOut(DeliveryIntegrationOut):
    key: str = Field(description="to sign with, or to send as a bearer token; shown this once")


class DeliveryIntegrationIn(Schema):
    name: Name
    title: str = Field(max_length=120)
    team: str = Field(max_length=63, description="slug of the owner")
    kind: KindWord
    service: str | None = Field(None, max_length=63, description="whose deployments they are where config names none")
    config: dict[str, Any] = _CONFIG
    is_enabled: bool = True
    reason: str = Field("", max_length=500)


class DeliveryIntegrationPatch(Schema):
    """What is absent stays; settings of config are replaced one by one, an empty one is taken away."""

    title: str | None = Field(None, max_length=120)
    service: str | None = Field(None, max_length=63, description="an empty text: by the name of the repository")
    config: dict[str, Any] = _CONFIG
    is_enabled: bool | None = None
    revision: int | None = Field(None, description="of what you read: a newer one is a conflict")
    reason: str = Field("", max_length=500)


class DeliveryIntegrationQuery(PageQuery):
    q: str = Field("", max_length=120, description="part of name or title")
    team: str = Field("", max_length=63, description="slug")
    kind: KindWord | None = None


class DeliveryPayloadOut(Schema):
    id: int
    event: str
    key: str = Field(description="the sender's id of the delivery, or the hash of its body")
    state: StateWord
    reason: str = Field(description="of a payload that was rejected or ignored, for programs", examples=["invalid"])
    message: str = Field(description="the same in words")
    received_at: datetime
    read_at: datetime | None
    times: int = Field(description="how often it came")
    size: int = Field(description="bytes")


class DeliveryPayloadBodyOut(DeliveryPayloadOut):
    headers: dict[str, Any]
    body: str = Field(description="as it came; bytes that are no UTF-8 as \\xNN")


class DeliveryPayloadQuery(PageQuery):
    state: StateWord | None = None


class DeliveryReplayIn(Schema):
    what: Literal["rejects", "everything"] = Field(
        "rejects", description="everything: what this integration made is made anew from the kept payloads"
    )


class DeliveryReplayOut(Schema):
    count: int = Field(description="payloads that are read again soon")


@router.get(
    "",
    response=Page[DeliveryIntegrationOut],
    operation_id="listDeliveryIntegrations",
    summary="Where deployments come in",
)
def list_integrations(request: AccessRequest, query: Query[DeliveryIntegrationQuery]) -> dict[str, Any]:
    now = timezone.now()
    found = selectors.list_integrations(caller=request.caller, text=query.q, team=query.team, kind=query.kind or "")
    page = page_of(queryset=found.prefetch_related("keys"), query=query)
    return {**page, "items": [_out(request.caller, one, now) for one in page["items"]]}


@router.post(
    "",
    response={201: NewDeliveryIntegrationOut},
    operation_id="createDeliveryIntegration",
    summary="Connect a sender of deployments",
)
def create_integration(request: AccessRequest, body: DeliveryIntegrationIn) -> Status[dict[str, Any]]:
    now = timezone.now()
    made = integrations.create(
        caller=request.caller,
        team=team_named(caller=request.caller, slug=body.team),
        name=body.name,
        kind=body.kind,
        settings=Settings(
            title=body.title,
            service=service_named(caller=request.caller, name=body.service),
            config=body.config,
            is_enabled=body.is_enabled,
        ),
        reason=body.reason,
        now=now,
    )
    return Status(201, _out(request.caller, made.integration, now) | {"key": made.key.text})


@router.get(
    "/{name}",
    response=DeliveryIntegrationOut,
    operation_id="getDeliveryIntegration",
    summary="A sender of deployments",
)
def get_integration(request: AccessRequest, name: str) -> dict[str, Any]:
    return _out(request.caller, selectors.integration(caller=request.caller, name=name), timezone.now())


@router.patch(
    "/{name}",
    response=DeliveryIntegrationOut,
    operation_id="changeDeliveryIntegration",
    summary="Change what is read of a sender",
)
def change_integration(request: AccessRequest, name: str, body: DeliveryIntegrationPatch) -> dict[str, Any]:
    caller = request.caller
    integration = selectors.integration(caller=caller, name=name)
    integrations.update(
        caller=caller,
        integration=integration,
        settings=Settings(
            title=integration.title if body.title is None else body.title,
            service=integration.service if body.service is None else service_named(caller=caller, name=body.service),
            config=integration.config | body.config,
            is_enabled=integration.is_enabled if body.is_enabled is None else body.is_enabled,
        ),
        revision=integration.revision if body.revision is None else body.revision,
        reason=body.reason,
        now=timezone.now(),
    )
    return get_integration(request, name)


@router.delete(
    "/{name}",
    response={204: None},
    operation_id="deleteDeliveryIntegration",
    summary="Delete a sender; its deployments stay",
)
def delete_integration(request: AccessRequest, name: str) -> Status[None]:
    integration = selectors.integration(caller=request.caller, name=name)
    integrations.delete(caller=request.caller, integration=integration, now=timezone.now())
    return Status(204, None)


@router.post(
    "/{name}/keys",
    response={201: NewKeyOut},
    operation_id="rotateDeliveryKey",
    summary="A new key; the former stay valid for a while",
)
def rotate_key(request: AccessRequest, name: str, body: RotationIn) -> Status[NewKeyOut]:
    integration = selectors.integration(caller=request.caller, name=name)
    now, overlap = timezone.now(), body.overlap()
    made = keys.rotate(caller=request.caller, integration=integration, overlap=overlap, reason=body.reason, now=now)
    return Status(201, new_key(made, former_until=now + overlap))


@router.delete(
    "/{name}/keys/{key_id}",
    response={204: None},
    operation_id="revokeDeliveryKey",
    summary="Revoke a key at once",
)
def revoke_key(request: AccessRequest, name: str, key_id: int) -> Status[None]:
    integration = selectors.integration(caller=request.caller, name=name)
    keys.revoke(caller=request.caller, integration=integration, key_id=key_id, now=timezone.now())
    return Status(204, None)


@router.get(
    "/{name}/payloads",
    response=Page[DeliveryPayloadOut],
    operation_id="listDeliveryPayloads",
    summary="What came in, and what became of it",
)
def list_payloads(request: AccessRequest, name: str, query: Query[DeliveryPayloadQuery]) -> dict[str, Any]:
    """The newest first; `state=rejected` are those that could not be read, each with its reason."""
    integration = selectors.integration(caller=request.caller, name=name)
    return page_of(queryset=selectors.payloads_of(integration=integration, state=query.state or ""), query=query)


@router.get(
    "/{name}/payloads/{payload_id}",
    response=DeliveryPayloadBodyOut,
    operation_id="getDeliveryPayload",
    summary="A payload with its body",
)
def get_payload(request: AccessRequest, name: str, payload_id: int) -> dict[str, Any]:
    integration = selectors.integration(caller=request.caller, name=name)
    payload = selectors.payload(integration=integration, payload_id=payload_id)
    told = {field: getattr(payload, field) for field in (*DeliveryPayloadOut.model_fields, "headers")}
    return told | {"body": zlib.decompress(payload.body).decode(errors="backslashreplace")}


@router.post(
    "/{name}/replay",
    response={202: DeliveryReplayOut},
    operation_id="replayDeliveryPayloads",
    summary="Read kept payloads again",
)
def replay_payloads(request: AccessRequest, name: str, body: DeliveryReplayIn) -> Status[dict[str, int]]:
    """Done soon afterwards, in their order of arrival. Nothing is doubled."""
    integration = selectors.integration(caller=request.caller, name=name)
    count = replaying.replay(
        caller=request.caller, integration=integration, is_everything=body.what == "everything", now=timezone.now()
    )
    return Status(202, {"count": count})


def _out(caller: Caller, one: DeliveryIntegration, now: datetime) -> dict[str, Any]:
    service = visible(caller=caller, related=one.service)
    return {
        "name": one.name,
        "title": one.title,
        "team": one.team.slug,
        "kind": one.kind,
        "service": service and service.name,
        "config": one.config,
        "is_enabled": one.is_enabled,
        "address": f"{settings.PUBLIC_URL}{reverse('delivery-in', args=(one.name,))}",
        "health": selectors.health_of(one, now=now),
        "last_received_at": one.last_received_at,
        "last_error": one.last_error,
        "last_error_at": one.last_error_at,
        "rejects": getattr(one, "rejects_count", 0),
        "keys": [key for key in one.keys.all() if key.is_in_force(now=now)],
        "revision": one.revision,
    }
