"""A team's words of the blameless check: added ones, and ones that are fine with it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from incidents.postmortems.models import BlameWord
from incidents.postmortems.services.changing import checked_text
from reliability.access.domain.caller import Caller, Role
from reliability.access.models import Team
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict, NotFound

WORDS_MAX = 200


@transaction.atomic
def put(
    *, caller: Caller, team: Team, phrase: str, suggestion: str = "", is_allowed: bool = False, now: datetime
) -> BlameWord:
    """Editors. A phrase that is there takes the new values. Raises NotFound, Forbidden, Invalid, Conflict."""
    require(caller=caller, team_id=team.pk, role=Role.EDITOR)
    text = checked_text(
        field="phrase", text=" ".join(phrase.lower().split()), most=120, needed="write a word or phrase"
    )
    advice = checked_text(field="suggestion", text=" ".join(suggestion.split()), most=300)
    if BlameWord.objects.filter(team=team).exclude(phrase=text).count() >= WORDS_MAX:
        raise Conflict(f"a team has at most {WORDS_MAX} words: take one away", reason="too_many")
    row, _ = BlameWord.objects.update_or_create(
        team=team,
        phrase=text,
        defaults={"suggestion": advice, "is_allowed": is_allowed},
        create_defaults={
            "suggestion": advice,
            "is_allowed": is_allowed,
            "created_at": now,
            "created_by_name": caller.name[:160],
        },
    )
    _tell(caller, team, {"phrase": [None, text], "is_allowed": [None, is_allowed]}, now)
    return row


@transaction.atomic
def remove(*, caller: Caller, team: Team, word_id: int, now: datetime) -> None:
    """Editors. Raises NotFound, Forbidden."""
    require(caller=caller, team_id=team.pk, role=Role.EDITOR)
    row = BlameWord.objects.filter(team=team, pk=min(word_id, 2**63 - 1)).first()
    if row is None:
        raise NotFound("the team has no such word")
    _tell(caller, team, {"phrase": [row.phrase, None]}, now)
    row.delete()


def _tell(caller: Caller, team: Team, changes: dict[str, list[object]], now: datetime) -> None:
    audit.record(
        caller=caller,
        action="blame_word.set",
        object_kind="blame_word",
        object_name=team.slug,
        team_id=team.pk,
        changes=changes,
        now=now,
    )
