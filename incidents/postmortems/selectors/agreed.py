"""Action items of a postmortem: those agreed in it, and those that its incident brought."""

from __future__ import annotations

from incidents.actions.models import Action
from incidents.actions.selectors.actions import of_incident, of_source
from incidents.postmortems.models import Postmortem
from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible


def agreed_actions(*, caller: Caller, postmortem: Postmortem, each_max: int | None = None) -> list[Action]:
    """Readable ones, its own first, each once, the oldest first. each_max: of either kind.

    An incident that the caller may not see brings none.
    """
    found = list(of_source(kind="postmortem", key=str(postmortem.pk), caller=caller)[:each_max])
    incident = visible(caller=caller, related=postmortem.incident)
    if incident is not None:
        known = {one.pk for one in found}
        found += [one for one in of_incident(caller=caller, incident=incident)[:each_max] if one.pk not in known]
    return found
