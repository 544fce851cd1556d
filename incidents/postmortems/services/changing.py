"""Every change of a postmortem: its row locked, what it was before kept, audited, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from incidents.postmortems.domain.versions import TYPED
from incidents.postmortems.models import Postmortem, Version
from incidents.postmortems.services.search_text import search_text_of
from reliability.access.domain.caller import Caller, Role
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.web.errors import Invalid, NotFound

KIND = "postmortem"


@dataclass(frozen=True, slots=True)
class Change:
    """One part before and after. what, key: of models.Version. revision: that of the part afterwards."""

    what: str
    title: str
    before: str
    after: str
    key: str = ""
    revision: int = 0
    note: str = ""


def locked(*, caller: Caller, postmortem_id: int) -> Postmortem:
    """The postmortem, locked in the caller's transaction. Raises NotFound, and Forbidden below the role responder."""
    row: Postmortem | None = Postmortem.objects.select_for_update(no_key=True).filter(pk=postmortem_id).first()
    if row is None or not Postmortem.objects.readable_by(caller).filter(pk=postmortem_id).exists():
        raise NotFound(f"there is no postmortem {postmortem_id}, or it is not yours to see")
    require(caller=caller, team_id=row.team_id, role=Role.RESPONDER)
    return row


def changed(
    *, caller: Caller, postmortem: Postmortem, changes: Iterable[Change], now: datetime, fields: Iterable[str] = ()
) -> None:
    """Write down what was changed; in a transaction that holds the row. fields: of the postmortem that changed, too.

    One revision of the postmortem, a version for each of *changes*, one entry of the audit trail. No change, no entry.
    """
    told = list(changes)
    if not told:
        return
    postmortem.revision += 1
    postmortem.updated_at, postmortem.updated_by_name = now, caller.name[:160]
    postmortem.search_text = search_text_of(postmortem=postmortem)
    postmortem.save(update_fields=(*fields, "revision", "updated_at", "updated_by_name", "search_text"))
    keep_versions(caller=caller, postmortem=postmortem, changes=told, now=now)
    seen = [change for change in told if change.what != TYPED]
    audit.record(
        caller=caller,
        action=f"{KIND}.{seen[0].what}",
        object_kind=KIND,
        object_name=name_of(postmortem),
        team_id=postmortem.team_id,
        now=now,
        # The words stand in the history of the postmortem, where they can be compared.
        changes={"revision": [postmortem.revision - 1, postmortem.revision], "parts": ["", _titles(seen)]},
    )


def keep_versions(*, caller: Caller, postmortem: Postmortem, changes: Iterable[Change], now: datetime) -> None:
    """A row of history for each."""
    Version.objects.bulk_create(
        Version(
            postmortem=postmortem,
            number=postmortem.revision,
            what=change.what,
            key=change.key,
            title=change.title[:160],
            before=change.before,
            after=change.after,
            revision=change.revision,
            note=change.note[:200],
            author_id=caller.user_id,
            author_name=caller.name[:160],
            at=now,
        )
        for change in changes
    )


def name_of(postmortem: Postmortem) -> str:
    return f"{postmortem.pk} {postmortem.title}"[:200]


def checked_text(*, field: str, text: str, most: int, needed: str = "") -> str:
    """Without blanks around and with one kind of line end. needed: what to write when it may not be empty.

    Raises Invalid.
    """
    clean = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()
    if needed and not clean:
        raise Invalid(details=[{"field": field, "message": needed}])
    if len(clean) > most:
        message = f"has {len(clean):,} characters, at most {most:,} fit: shorten it"
        raise Invalid(details=[{"field": field, "message": message}])
    return clean


def _titles(changes: list[Change]) -> str:
    return ", ".join(change.title for change in changes[:5])[:300]
