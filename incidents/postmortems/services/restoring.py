"""Something of the history put back as it was: a change of its own, so nothing of what came since is lost."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from incidents.postmortems.models import Postmortem, Version
from incidents.postmortems.services import factors, postmortems, sections, whys
from reliability.access.domain.caller import Caller
from reliability.web.errors import Conflict

RESTORABLE = frozenset({"section", "title", "factor", "why"})


@transaction.atomic
def restore(*, caller: Caller, postmortem: Postmortem, version: Version, now: datetime) -> None:
    """The part as it was after that change; what was removed by it comes back as it was before.

    Raises NotFound, Forbidden, Invalid, Conflict for what cannot be put back.
    """
    if version.what not in RESTORABLE:
        raise Conflict(f"{version.title} is not put back by itself: change it by hand", reason="not_restorable")
    text = version.before if version.note == "removed" else version.after
    if version.what == "section":
        _section(caller, postmortem, version, text, now)
    elif version.what == "title":
        postmortems.edit(caller=caller, postmortem=postmortem, title=text, now=now)
    elif version.what == "factor":
        _factor(caller, postmortem, version, text, now)
    else:
        _why(caller, postmortem, version, text, now)


def _section(caller: Caller, postmortem: Postmortem, version: Version, text: str, now: datetime) -> None:
    if postmortem.sections.filter(slug=version.key).exists():
        sections.save(caller=caller, postmortem=postmortem, slug=version.key, text=text, base=None, now=now)
    else:
        sections.add(caller=caller, postmortem=postmortem, title=version.title, text=text, now=now)


def _factor(caller: Caller, postmortem: Postmortem, version: Version, text: str, now: datetime) -> None:
    category, _, words = text.partition(": ")
    if postmortem.factors.filter(pk=int(version.key)).exists():
        factors.edit(
            caller=caller, postmortem=postmortem, factor_id=int(version.key), category=category, text=words, now=now
        )
    else:
        factors.add(caller=caller, postmortem=postmortem, category=category, text=words, now=now, note="restored")


def _why(caller: Caller, postmortem: Postmortem, version: Version, text: str, now: datetime) -> None:
    if postmortem.whys.filter(pk=int(version.key)).exists():
        whys.edit(caller=caller, postmortem=postmortem, why_id=int(version.key), text=text, now=now)
    else:
        outline = text if text.startswith("- ") else f"- {text}"
        whys.put_back(caller=caller, postmortem=postmortem, outline=outline, now=now, note="restored")
