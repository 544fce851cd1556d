"""/api/v1/integrations: where alerts of other systems come in."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.conf import settings
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from incidents.intake.api.references import policy_named
from incidents.intake.domain.grouping import GroupBy, Grouping
from incidents.intake.models import Integration
from incidents.intake.selectors import integrations as selectors
from incidents.intake.services import integrations
from incidents.intake.services.integrations import Settings
from incidents.intake.services.keys import keys
from incidents.intake.sources.generic.mapping import read
from reliability.access.api.keys import KeyOut, NewKeyOut, RotationIn, new_key
from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as team_named
from reliability.catalog.selectors.services import service_named
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.params import Name

router = Router(tags=["Integrations"])

Kind = Literal["alertmanager", "pagerduty", "generic", "email"]
_CONFIG: Any = Field(
    default_factory=dict,
    description="alertmanager: severity_label, service_labels, severities, default_severity; pagerduty: "
    "service_labels, severities; generic: the expressions of the mapping (alerts, key, title, …), service_labels; "
    "email: where the mailbox is. service_labels: labels that name a service of the team, the first that does counts",
    examples=[{"severity_label": "severity", "default_severity": 3, "service_labels": ["service", "app"]}],
)
_SECRETS: Any = Field(
    default_factory=dict,
    description="email: password. Stored encrypted, never answered; absent or empty keeps it, null forgets it",
)
_PREVIEWED_MAX = 50


class GroupingBody(Schema):
    by: Literal["alert", "labels", "service", "window"] = "alert"
    labels: list[str] = Field(default_factory=list, description="for labels: their names")
    minutes: int = Field(default=0, ge=0, description="for window: how long it takes alerts in")

    def value(self) -> Grouping:
        return Grouping(by=GroupBy(self.by), labels=tuple(self.labels), minutes=self.minutes)


class IntegrationOut(Schema):
    name: str
    title: str
    team: str
    kind: Kind
    service: str | None
    policy: str | None
    config: dict[str, Any]
    stored_secrets: list[str]
    grouping: dict[str, Any]
    is_enabled: bool
    health: str
    last_received_at: datetime | None
    last_error: str
    last_error_at: datetime | None
    keys: list[KeyOut] = Field(description="in force")
    revision: int


class NewIntegrationOut(IntegrationOut):
    key: str | None = Field(description="the integration key, shown this once; null for kinds that fetch")


class IntegrationIn(Schema):
    name: Name
    title: str = Field(max_length=120)
    team: str = Field(max_length=63, description="slug of the owner")
    kind: Kind
    service: str | None = Field(None, max_length=63)
    policy: str | None = Field(None, max_length=63, description="slug of an escalation policy of the team")
    config: dict[str, Any] = _CONFIG
    secrets: dict[str, str | None] = _SECRETS
    grouping: GroupingBody = GroupingBody()
    is_enabled: bool = True
    reason: str = Field("", max_length=500)


class IntegrationPatch(Schema):
    """What is absent stays; settings of config are replaced one by one."""

    title: str | None = Field(None, max_length=120)
    service: str | None = Field(None, max_length=63, description="an empty text: no particular one")
    policy: str | None = Field(None, max_length=63, description="an empty text: that of the service or team")
    config: dict[str, Any] = _CONFIG
    secrets: dict[str, str | None] = _SECRETS
    grouping: GroupingBody | None = None
    is_enabled: bool | None = None
    revision: int | None = Field(None, description="of what you read: a newer one is a conflict")
    reason: str = Field("", max_length=500)


class IntegrationQuery(PageQuery):
    q: str = Field("", max_length=120, description="part of name or title")
    team: str = Field("", max_length=63, description="slug")
    kind: Kind | None = None


class RejectOut(Schema):
    id: int
    at: datetime = Field(description="the last time")
    first_at: datetime
    times: int
    reason: str
    message: str
    body: str


class PreviewIn(Schema):
    config: dict[str, Any] = Field(description="the expressions of a mapping, as in an integration of the kind generic")
    body: Any = Field(description="what the tool sends")


class PreviewOut(Schema):
    mistake: str = Field(description="why there is nothing to read; blank when there is")
    total: int
    alerts: list[dict[str, Any]] = Field(description="each field with its expression, what it found and its mistake")


@router.get("", response=Page[IntegrationOut], operation_id="listIntegrations", summary="Integrations")
def list_integrations(request: AccessRequest, query: Query[IntegrationQuery]) -> dict[str, Any]:
    now = timezone.now()
    found = selectors.list_integrations(
        caller=request.caller, text=query.q, team=query.team, kind=query.kind or "", now=now
    )
    page = page_of(queryset=found.defer(None).prefetch_related("keys"), query=query)
    return {**page, "items": [_integration(request.caller, one, now) for one in page["items"]]}


@router.post("", response={201: NewIntegrationOut}, operation_id="createIntegration", summary="Create an integration")
def create_integration(request: AccessRequest, body: IntegrationIn) -> Status[dict[str, Any]]:
    now = timezone.now()
    made = integrations.create(
        caller=request.caller,
        team=team_named(caller=request.caller, slug=body.team),
        name=body.name,
        kind=body.kind,
        settings=Settings(
            title=body.title,
            service=service_named(caller=request.caller, name=body.service),
            policy=policy_named(caller=request.caller, slug=body.policy),
            grouping=body.grouping.value(),
            config=body.config,
            secrets=body.secrets,
            is_enabled=body.is_enabled,
        ),
        reason=body.reason,
        now=now,
    )
    shown = _integration(request.caller, made.integration, now)
    return Status(201, shown | {"key": made.key.text if made.key else None})


@router.post(
    "/preview",
    response=PreviewOut,
    operation_id="previewIntegrationMapping",
    summary="Try a mapping on a body; nothing is stored",
)
def preview_mapping(request: AccessRequest, body: PreviewIn) -> dict[str, Any]:
    config = integrations.checked_config(kind="generic", config=body.config)
    preview = read(body.body, config=config, alerts_max=min(settings.INTAKE_ALERTS_MAX, _PREVIEWED_MAX))
    alerts = [
        {
            "is_ignored": reading.is_ignored,
            "action": reading.alert and reading.alert.action.value,
            "severity": reading.alert and reading.alert.severity and reading.alert.severity.value,
            "fields": {
                one.name: {"expression": one.expression, "value": one.value, "mistake": one.mistake}
                for one in reading.fields
                if one.expression or one.mistake
            },
        }
        for reading in preview.readings
    ]
    return {"mistake": preview.mistake, "total": preview.total, "alerts": alerts}


@router.get("/{name}", response=IntegrationOut, operation_id="getIntegration", summary="An integration")
def get_integration(request: AccessRequest, name: str) -> dict[str, Any]:
    return _integration(request.caller, selectors.integration(caller=request.caller, name=name), timezone.now())


@router.patch("/{name}", response=IntegrationOut, operation_id="changeIntegration", summary="Change an integration")
def change_integration(request: AccessRequest, name: str, body: IntegrationPatch) -> dict[str, Any]:
    caller = request.caller
    integration = selectors.integration(caller=caller, name=name)
    now = timezone.now()
    changed = integrations.update(
        caller=caller,
        integration=integration,
        settings=Settings(
            title=integration.title if body.title is None else body.title,
            service=integration.service if body.service is None else service_named(caller=caller, name=body.service),
            policy=integration.policy if body.policy is None else policy_named(caller=caller, slug=body.policy),
            grouping=Grouping.from_json(integration.grouping) if body.grouping is None else body.grouping.value(),
            config=integration.config | body.config,
            secrets=body.secrets,
            is_enabled=integration.is_enabled if body.is_enabled is None else body.is_enabled,
        ),
        revision=integration.revision if body.revision is None else body.revision,
        reason=body.reason,
        now=now,
    )
    return _integration(caller, changed, now)


@router.delete(
    "/{name}", response={204: None}, operation_id="deleteIntegration", summary="Delete an integration; its alerts stay"
)
def delete_integration(request: AccessRequest, name: str) -> Status[None]:
    integration = selectors.integration(caller=request.caller, name=name)
    integrations.delete(caller=request.caller, integration=integration, now=timezone.now())
    return Status(204, None)


@router.post(
    "/{name}/keys",
    response={201: NewKeyOut},
    operation_id="rotateIntegrationKey",
    summary="A new key; the former stay valid for a while",
)
def rotate_key(request: AccessRequest, name: str, body: RotationIn) -> Status[NewKeyOut]:
    integration = selectors.integration(caller=request.caller, name=name)
    now, overlap = timezone.now(), body.overlap()
    made = keys.rotate(caller=request.caller, integration=integration, overlap=overlap, reason=body.reason, now=now)
    return Status(201, new_key(made, former_until=now + overlap))


@router.delete(
    "/{name}/keys/{key_id}", response={204: None}, operation_id="revokeIntegrationKey", summary="Revoke a key at once"
)
def revoke_key(request: AccessRequest, name: str, key_id: int) -> Status[None]:
    integration = selectors.integration(caller=request.caller, name=name)
    keys.revoke(caller=request.caller, integration=integration, key_id=key_id, now=timezone.now())
    return Status(204, None)


@router.get(
    "/{name}/rejects",
    response=Page[RejectOut],
    operation_id="listIntegrationRejects",
    summary="What was not taken, and why",
)
def list_rejects(request: AccessRequest, name: str, query: Query[PageQuery]) -> dict[str, Any]:
    integration = selectors.integration(caller=request.caller, name=name)
    return page_of(queryset=selectors.rejects_of(integration=integration), query=query)


@router.delete(
    "/{name}/rejects", response={204: None}, operation_id="forgetIntegrationRejects", summary="Forget the rejects"
)
def forget_rejects(request: AccessRequest, name: str) -> Status[None]:
    integration = selectors.integration(caller=request.caller, name=name)
    integrations.forget_rejects(caller=request.caller, integration=integration, now=timezone.now())
    return Status(204, None)


def _integration(caller: Caller, one: Integration, now: datetime) -> dict[str, Any]:
    service = visible(caller=caller, related=one.service)
    return {
        "name": one.name,
        "title": one.title,
        "team": one.team.slug,
        "kind": one.kind,
        "service": service and service.name,
        "policy": one.policy and one.policy.slug,
        "config": one.config,
        "stored_secrets": selectors.secret_names(one),
        "grouping": Grouping.from_json(one.grouping).to_json(),
        "is_enabled": one.is_enabled,
        "health": selectors.health_of(one, now=now),
        "last_received_at": one.last_received_at,
        "last_error": one.last_error,
        "last_error_at": one.last_error_at,
        "keys": [key for key in one.keys.all() if key.is_in_force(now=now)],
        "revision": one.revision,
    }
