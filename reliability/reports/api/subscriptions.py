"""/api/v1/reports/subscriptions: who gets the report of a team by mail, and when."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as get_team
from reliability.access.services.authorize import require
from reliability.reports.models import Subscription
from reliability.reports.selectors.subscriptions import list_subscriptions, mail_channels, subscription
from reliability.reports.services import subscriptions
from reliability.reports.services.subscriptions import SubscriptionDraft
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.errors import Invalid

router = Router(tags=["Reports"])

CHANNELS_MAX = 100
_NAMES = ("months", "day", "hour", "zone", "to_members", "is_paused")


class ReportSubscriptionIn(Schema):
    model_config = ConfigDict(extra="forbid")

    months: Literal[1, 3] = Field(default=1, description="1: of each month, 3: of each quarter")
    day: Annotated[int, Field(ge=1, le=28, description="of the month after the period")] = 1
    hour: Annotated[int, Field(ge=0, le=23, description="on the clocks of the zone")] = 8
    zone: Annotated[str, Field(max_length=64, description="of the period and the hour", examples=["Europe/Berlin"])] = (
        "UTC"
    )
    to_members: bool = Field(default=True, description="to the address that each member of the team signs in with")
    channels: list[Annotated[str, Field(max_length=63)]] = Field(
        default_factory=list, max_length=CHANNELS_MAX, description="names of mail channels of the team"
    )
    is_paused: bool = False


class NewReportSubscription(ReportSubscriptionIn):
    team: Annotated[str, Field(max_length=63, description="slug")]


class ReportSubscriptionChange(ReportSubscriptionIn):
    revision: int | None = Field(default=None, description="that you read: refused when somebody changed it since")


class ReportSubscriptionOut(Schema):
    id: int
    team: str = Field(description="slug")
    months: Literal[1, 3]
    day: int
    hour: int
    zone: str
    to_members: bool
    channels: list[str]
    is_paused: bool
    due_at: datetime = Field(description="when the next one is made, unless it is paused")
    revision: int


class ReportSubscriptionsQuery(PageQuery):
    team: Annotated[str, Field(max_length=63, description="slug")] = ""


@router.get(
    "", response=Page[ReportSubscriptionOut], operation_id="listReportSubscriptions", summary="List reports by mail"
)
def list_all(request: AccessRequest, query: Query[ReportSubscriptionsQuery]) -> Any:
    """By team."""
    found = list_subscriptions(caller=request.caller)
    if query.team:
        found = found.filter(team__slug=query.team)
    page = page_of(queryset=found, query=query)
    return {**page, "items": [_out(one) for one in page["items"]]}


@router.post(
    "", response={201: ReportSubscriptionOut}, operation_id="createReportSubscription", summary="Send reports by mail"
)
def create(request: AccessRequest, body: NewReportSubscription) -> Any:
    """By editors of the team: one of each length."""
    team = get_team(caller=request.caller, slug=body.team)
    require(caller=request.caller, team_id=team.pk, role=Role.EDITOR)
    made = subscriptions.create(caller=request.caller, team_id=team.pk, draft=_draft(body, team.pk), now=timezone.now())
    return Status(201, _out(made))


@router.get(
    "/{int:pk}", response=ReportSubscriptionOut, operation_id="getReportSubscription", summary="Read a report by mail"
)
def get(request: AccessRequest, pk: int) -> Any:
    return _out(subscription(caller=request.caller, pk=pk))


@router.put(
    "/{int:pk}",
    response=ReportSubscriptionOut,
    operation_id="replaceReportSubscription",
    summary="Change a report by mail",
)
def replace(request: AccessRequest, pk: int, body: ReportSubscriptionChange) -> Any:
    """By editors of the team. What is left out goes back to its default."""
    found = subscription(caller=request.caller, pk=pk)
    require(caller=request.caller, team_id=found.team_id, role=Role.EDITOR)
    changed = subscriptions.edit(
        caller=request.caller,
        subscription=found,
        draft=_draft(body, found.team_id),
        now=timezone.now(),
        expected=body.revision,
    )
    return _out(changed)


@router.delete(
    "/{int:pk}", response={204: None}, operation_id="deleteReportSubscription", summary="End a report by mail"
)
def delete(request: AccessRequest, pk: int) -> Any:
    """By editors of the team; what was sent stays."""
    found = subscription(caller=request.caller, pk=pk)
    require(caller=request.caller, team_id=found.team_id, role=Role.EDITOR)
    subscriptions.remove(caller=request.caller, subscription=found, now=timezone.now())
    return Status(204, None)


def _draft(body: ReportSubscriptionIn, team_id: int) -> SubscriptionDraft:
    """Raises Invalid for a name that is no mail channel of the team."""
    found = dict(mail_channels(team_id=team_id).filter(name__in=body.channels).values_list("name", "pk"))
    if unknown := [name for name in body.channels if name not in found]:
        message = f"{unknown[0]!r} is no mail channel of the team"
        raise Invalid(details=[{"field": "channels", "message": message}])
    return SubscriptionDraft(**{name: getattr(body, name) for name in _NAMES}, channel_ids=tuple(found.values()))


def _out(one: Subscription) -> dict[str, Any]:
    names = (*_NAMES, "due_at", "revision")
    return {
        "id": one.pk,
        "team": one.team.slug,
        "channels": sorted(channel.name for channel in one.channels.all()),
        **{name: getattr(one, name) for name in names},
    }
