"""/api/v1/postmortems/7/factors, …/whys and …/timeline: what contributed, why, and what happened when."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from ninja import Query, Router, Status

from incidents.postmortems.api import schemas
from incidents.postmortems.api.documents import writable
from incidents.postmortems.selectors.postmortems import postmortem as postmortem_numbered
from incidents.postmortems.services import factors, timeline, whys
from reliability.access.requests import AccessRequest
from reliability.web.api.paging import Page, PageQuery, page_of

router = Router(tags=["Postmortems"])


@router.get(
    "/{int:number}/factors",
    response=list[schemas.FactorOut],
    operation_id="listPostmortemFactors",
    summary="Contributing factors",
)
def list_factors(request: AccessRequest, number: int) -> Any:
    found = postmortem_numbered(caller=request.caller, number=number)
    return [schemas.factor_out(one) for one in found.factors.order_by("position", "pk")]


@router.post(
    "/{int:number}/factors",
    response={201: schemas.FactorOut},
    operation_id="addPostmortemFactor",
    summary="Add a contributing factor",
)
def add_factor(request: AccessRequest, number: int, body: schemas.FactorWrite) -> Any:
    found = writable(request, number)
    made = factors.add(
        caller=request.caller, postmortem=found, category=body.category, text=body.text, now=timezone.now()
    )
    return Status(201, schemas.factor_out(made))


@router.patch(
    "/{int:number}/factors/{int:factor_id}",
    response=schemas.FactorOut,
    operation_id="changePostmortemFactor",
    summary="Change a contributing factor",
)
def change_factor(request: AccessRequest, number: int, factor_id: int, body: schemas.FactorChange) -> Any:
    """What is absent stays."""
    found = writable(request, number)
    changed = factors.edit(
        caller=request.caller,
        postmortem=found,
        factor_id=factor_id,
        category=body.category,
        text=body.text,
        expected_revision=body.revision,
        now=timezone.now(),
    )
    return schemas.factor_out(changed)


@router.delete(
    "/{int:number}/factors/{int:factor_id}",
    response={204: None},
    operation_id="removePostmortemFactor",
    summary="Remove a contributing factor",
)
def remove_factor(request: AccessRequest, number: int, factor_id: int) -> Any:
    """The history keeps its words."""
    found = writable(request, number)
    factors.remove(caller=request.caller, postmortem=found, factor_id=factor_id, now=timezone.now())
    return Status(204, None)


@router.get(
    "/{int:number}/whys", response=list[schemas.WhyOut], operation_id="listPostmortemWhys", summary="The tree of whys"
)
def list_whys(request: AccessRequest, number: int) -> Any:
    """Each before those below it."""
    return schemas.whys_out(whys.nodes_of(postmortem_numbered(caller=request.caller, number=number)))


@router.post(
    "/{int:number}/whys",
    response={201: list[schemas.WhyOut]},
    operation_id="addPostmortemWhy",
    summary="Answer a why",
)
def add_why(request: AccessRequest, number: int, body: schemas.WhyCreate) -> Any:
    """A second answer to the same is a fork. Answered with the whole tree."""
    found = writable(request, number)
    whys.add(caller=request.caller, postmortem=found, parent_id=body.parent, text=body.text, now=timezone.now())
    return Status(201, schemas.whys_out(whys.nodes_of(found)))


@router.patch(
    "/{int:number}/whys/{int:why_id}",
    response=list[schemas.WhyOut],
    operation_id="changePostmortemWhy",
    summary="Change or move an answer",
)
def change_why(request: AccessRequest, number: int, why_id: int, body: schemas.WhyChange) -> Any:
    """It moves with all below it when `parent` or `place` is sent. Answered with the whole tree."""
    found = writable(request, number)
    now = timezone.now()
    if body.text is not None:
        whys.edit(caller=request.caller, postmortem=found, why_id=why_id, text=body.text, now=now)
    if {"parent", "place"} & body.model_fields_set:
        parent = body.parent
        if "parent" not in body.model_fields_set:
            parent = found.whys.filter(pk=why_id).values_list("parent_id", flat=True).first()
        whys.move(caller=request.caller, postmortem=found, why_id=why_id, parent_id=parent, place=body.place, now=now)
    return schemas.whys_out(whys.nodes_of(found))


@router.delete(
    "/{int:number}/whys/{int:why_id}",
    response={204: None},
    operation_id="removePostmortemWhy",
    summary="Remove an answer and all below it",
)
def remove_why(request: AccessRequest, number: int, why_id: int) -> Any:
    """The history keeps them."""
    found = writable(request, number)
    whys.remove(caller=request.caller, postmortem=found, why_id=why_id, now=timezone.now())
    return Status(204, None)


@router.get(
    "/{int:number}/timeline",
    response=Page[schemas.TimelineItemOut],
    operation_id="listPostmortemTimeline",
    summary="The timeline",
)
def list_timeline(request: AccessRequest, number: int, query: Query[PageQuery]) -> Any:
    """The oldest first. Who is not of the team gets what stands in the document."""
    found = postmortem_numbered(caller=request.caller, number=number)
    items = found.timeline.filter(removed_at=None).order_by("at", "pk")
    if not request.caller.may_read(found.team_id):
        items = items.filter(is_selected=True)
    page = page_of(queryset=items, query=query)
    return {**page, "items": [schemas.item_out(one) for one in page["items"]]}


@router.post(
    "/{int:number}/timeline",
    response={201: schemas.TimelineItemOut},
    operation_id="addPostmortemTimelineItem",
    summary="Write an entry of the timeline",
)
def add_item(request: AccessRequest, number: int, body: schemas.TimelineItemCreate) -> Any:
    found = writable(request, number)
    made = timeline.write(caller=request.caller, postmortem=found, at=body.at, text=body.text, now=timezone.now())
    return Status(201, schemas.item_out(made))


@router.patch(
    "/{int:number}/timeline/{int:item_id}",
    response=schemas.TimelineItemOut,
    operation_id="changePostmortemTimelineItem",
    summary="Select, annotate or change an entry",
)
def change_item(request: AccessRequest, number: int, item_id: int, body: schemas.TimelineItemChange) -> Any:
    """What is absent stays; the incident keeps its own words."""
    found = writable(request, number)
    changed = timeline.edit(
        caller=request.caller,
        postmortem=found,
        item_id=item_id,
        at=body.at,
        text=body.text,
        annotation=body.annotation,
        is_selected=body.is_selected,
        expected_revision=body.revision,
        now=timezone.now(),
    )
    return schemas.item_out(changed)


@router.delete(
    "/{int:number}/timeline/{int:item_id}",
    response={204: None},
    operation_id="removePostmortemTimelineItem",
    summary="Remove an entry that was written here",
)
def remove_item(request: AccessRequest, number: int, item_id: int) -> Any:
    found = writable(request, number)
    timeline.remove(caller=request.caller, postmortem=found, item_id=item_id, now=timezone.now())
    return Status(204, None)
