"""The head of a postmortem: its title, who facilitates, and the tags under which it is found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from incidents.postmortems.domain.dates import TITLES, Dates, mistakes_of, text_of
from incidents.postmortems.domain.facilitating import refusal_of
from incidents.postmortems.domain.states import State
from incidents.postmortems.domain.tags import TagError, tags_of
from incidents.postmortems.models import Postmortem, Tag
from incidents.postmortems.services.changing import Change, changed, checked_text, locked
from incidents.response.models import IncidentRole
from reliability.access.domain.caller import Caller
from reliability.access.models import Membership, User
from reliability.web.errors import Conflict, Invalid

TITLE_LENGTH_MAX = 200


@transaction.atomic
def edit(
    *,
    caller: Caller,
    postmortem: Postmortem,
    now: datetime,
    title: str | None = None,
    facilitator_id: int | None = None,
    is_without_facilitator: bool = False,
    tags: Sequence[str] | None = None,
    dates: Dates | None = None,
    expected_revision: int | None = None,
) -> Postmortem:
    """What is None stays. dates: of an imported one, those to change. expected_revision: of the postmortem that was
    read.

    Raises NotFound, Forbidden, Invalid (the facilitator responded, or is not of the team; dates out of order),
    Conflict, also for dates of one that has an incident or, of publication, is not published.
    """
    row = locked(caller=caller, postmortem_id=postmortem.pk)
    _check_revision(row, expected_revision)
    changes: list[Change] = []
    if title is not None:
        clean = checked_text(field="title", text=title, most=TITLE_LENGTH_MAX, needed="give it a title")
        if clean != row.title:
            changes.append(Change("title", "Title", row.title, clean))
            row.title = clean
    if facilitator_id is not None or is_without_facilitator:
        changes += _facilitate(row, None if is_without_facilitator else facilitator_id)
    if tags is not None:
        changes += _tag(row, tags)
    if dates is not None:
        changes += _date(row, dates, now)
    changed(caller=caller, postmortem=row, changes=changes, now=now, fields=("title", "facilitator", *(dates or ())))
    return row


def facilitators(*, postmortem: Postmortem) -> list[tuple[User, str]]:
    """Members of the team by name, each with why they may not facilitate (blank: they may)."""
    roles = _roles(postmortem)
    rows = Membership.objects.filter(team_id=postmortem.team_id, user__is_active=True).select_related("user")
    return [
        (row.user, refusal_of(user_id=row.user_id, name=row.user.name, roles=roles))
        for row in rows.order_by("user__name", "pk")
    ]


def _facilitate(row: Postmortem, user_id: int | None) -> list[Change]:
    before = row.facilitator.name if row.facilitator else ""
    if user_id is None:
        row.facilitator = None
        return [Change("facilitator", "Facilitator", before, "")] if before else []
    allowed = {user.pk: (user, why) for user, why in facilitators(postmortem=row)}
    if user_id not in allowed:
        message = "is nobody of the team: choose a member of it"
        raise Invalid(details=[{"field": "facilitator", "message": message}])
    user, why = allowed[user_id]
    if why:
        raise Invalid(details=[{"field": "facilitator", "message": why}], reason="responded")
    if row.facilitator_id == user.pk:
        return []
    row.facilitator = user
    return [Change("facilitator", "Facilitator", before, user.name)]


def _tag(row: Postmortem, texts: Sequence[str]) -> list[Change]:
    """Tags that nobody has any more stay with the team: their names are offered again."""
    try:
        wanted = tags_of(texts)
    except TagError as error:
        raise Invalid(details=[{"field": "tags", "message": str(error)}]) from error
    before = list(row.tags.values_list("name", flat=True))
    if sorted(wanted) == sorted(before):
        return []
    row.tags.set(Tag.objects.get_or_create(team_id=row.team_id, name=name)[0] for name in wanted)
    return [Change("tags", "Tags", ", ".join(before), ", ".join(sorted(wanted)))]


def _date(row: Postmortem, dates: Dates, now: datetime) -> list[Change]:
    """Only of an imported one: of the others they are the milestones of the incident."""
    before = {column: getattr(row, column) for column in TITLES}
    moved = {column: at for column, at in dates.items() if before[column] != at}
    if not moved:
        return []
    if row.incident_id is not None:
        message = f"its dates are those of incident #{row.incident_id}: correct them there, then take over again"
        raise Conflict(message, reason="not_imported")
    if "published_at" in moved and row.state != State.PUBLISHED:
        raise Conflict("it is not published: it gets that date when it is", reason="wrong_state")
    mistakes = mistakes_of(dates=before | moved, now=now)
    if "published_at" in moved and moved["published_at"] is None:
        mistakes.append(("published_at", "say when it was published"))
    if mistakes:
        raise Invalid(details=[{"field": column, "message": message} for column, message in mistakes])
    for column, at in moved.items():
        setattr(row, column, at)
    after = {column: getattr(row, column) for column in TITLES}
    return [Change("dates", "Dates", text_of(before), text_of(after))]


def _roles(postmortem: Postmortem) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    if postmortem.incident_id is None:
        return found
    for user_id, role in IncidentRole.objects.filter(incident_id=postmortem.incident_id).values_list("user_id", "role"):
        found.setdefault(user_id, []).append(role)
    return found


def _check_revision(row: Postmortem, expected: int | None) -> None:
    """Sections and lists have revisions of their own: only a change of the head is a conflict."""
    if expected is None or row.revision == expected:
        return
    since = row.versions.filter(number__gt=expected, what__in=("title", "facilitator", "tags", "dates")).first()
    if since is not None:
        raise Conflict(
            f"{since.author_name} changed the {since.title.lower()} after you opened it, to “{since.after}”: your "
            "change is not saved; compare both and save again",
            reason="changed_meanwhile",
        )
