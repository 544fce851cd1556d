"""Creating postmortems from what was read elsewhere."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from incidents.actions.domain.drafts import ActionDraft, Source
from incidents.actions.services import actions
from incidents.postmortems.domain.factors import FACTORS_MAX
from incidents.postmortems.domain.importing import Imported
from incidents.postmortems.models import Factor, Postmortem, Section, Tag, TimelineItem, Why
from incidents.postmortems.services.changing import KIND, Change, keep_versions, name_of
from incidents.postmortems.services.drafting import add_sections
from incidents.postmortems.services.search_text import search_text_of
from reliability.access.domain.caller import Caller, Role
from reliability.access.services import audit
from reliability.access.services.authorize import require

ACTION_TITLE_MAX = 200


@transaction.atomic
def create(
    *, caller: Caller, team_id: int, imported: Imported, name: str = "", with_actions: bool = False, now: datetime
) -> Postmortem:
    """A draft of the team, with the raw text kept. with_actions: open action items become actions of the team.

    Raises NotFound, Forbidden (responders of the team), Conflict when the team has too many actions.
    """
    require(caller=caller, team_id=team_id, role=Role.RESPONDER)
    row = Postmortem.objects.create(
        team_id=team_id,
        title=imported.title,
        severity=imported.severity,
        imported_text=imported.raw,
        imported_from=" ".join(name.split())[:200],
        created_at=now,
        created_by_name=caller.name[:160],
        updated_at=now,
        updated_by_name=caller.name[:160],
        **{f"{kind}_at": at for kind, at in imported.milestones.items()},
    )
    known = {one.slug: one.text for one in imported.sections if one.slug}
    add_sections(caller=caller, postmortem=row, texts=known, now=now)
    _free_sections(caller, row, imported, now)
    _rows(row, imported, now)
    tags = dict.fromkeys(tag.lower() for tag in imported.tags)
    row.tags.set(Tag.objects.get_or_create(team_id=team_id, name=tag)[0] for tag in tags)
    row.search_text = search_text_of(postmortem=row)
    row.save(update_fields=("search_text",))
    if with_actions:
        _actions(caller, row, imported, now)
    audit.record(
        caller=caller,
        action="postmortem.import",
        object_kind=KIND,
        object_name=name_of(row),
        team_id=team_id,
        changes={"from": [None, row.imported_from or "pasted text"], "characters": [None, len(imported.raw)]},
        now=now,
    )
    return row


def _free_sections(caller: Caller, row: Postmortem, imported: Imported, now: datetime) -> None:
    free = [one for one in imported.sections if not one.slug]
    first = row.sections.count() + 1
    made = Section.objects.bulk_create(
        Section(
            postmortem=row,
            slug=f"free-{number}",
            title=one.title,
            position=first + number,
            text=one.text,
            updated_at=now,
            updated_by_name=caller.name[:160],
        )
        for number, one in enumerate(free, start=1)
    )
    versions = [Change("section", one.title, "", one.text, key=one.slug, revision=1, note="added") for one in made]
    keep_versions(caller=caller, postmortem=row, changes=versions, now=now)


def _rows(row: Postmortem, imported: Imported, now: datetime) -> None:
    TimelineItem.objects.bulk_create(
        TimelineItem(postmortem=row, at=one.at, kind="written", is_human=True, text=one.text)
        for one in imported.timeline
    )
    Factor.objects.bulk_create(
        Factor(postmortem=row, position=number, category=category.value, text=" ".join(text.split()), created_at=now)
        for number, (category, text) in enumerate(imported.factors[:FACTORS_MAX], start=1)
    )
    above: dict[int, Why] = {}
    for number, (depth, text) in enumerate(imported.whys, start=1):
        parent = next((above[level] for level in range(depth - 1, 0, -1) if level in above), None)
        above = {level: why for level, why in above.items() if level < depth}
        above[depth] = Why.objects.create(
            postmortem=row, parent=parent, position=number, text=" ".join(text.split()), created_at=now
        )


def _actions(caller: Caller, row: Postmortem, imported: Imported, now: datetime) -> None:
    for one in imported.actions:
        if one.is_done:
            continue
        title = " ".join(one.text.split())
        draft = ActionDraft(
            title=title if len(title) <= ACTION_TITLE_MAX else f"{title[: ACTION_TITLE_MAX - 1]}…",
            text=one.text if len(title) > ACTION_TITLE_MAX else "",
        )
        actions.create(caller=caller, team_id=row.team_id, draft=draft, source=Source(KIND, str(row.pk)), now=now)
